//! Rows, and what they become: the one place where columns and domain types meet.

mod administration;
mod messages;
mod notice_outbox;
mod opt_outs;
mod receipts;
mod sender_health;
mod sending;
mod templates;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Binary;
use diesel::sqlite::{Sqlite, SqliteValue};
use otp_core::channel::whatsapp::health::{SenderHealth, SenderStop};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::credits::Credits;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::opt_out::Identities;
use otp_core::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex};
use uuid::Uuid;

use crate::errors::StoreError;
pub(crate) use administration::{AccountRow, ApiKeyRow, PlanRow, SenderRow};
pub(crate) use messages::{MessageEventRow, MessageRecordRow};
pub(crate) use notice_outbox::NoticeRow;
pub(crate) use opt_outs::{ConsentRow, OptOutRow, UnresolvedConsentRow, read_consent_request};
pub(crate) use receipts::UnmatchedReceiptRow;
pub(crate) use sender_health::SenderHealthRow;
pub(crate) use sending::{LedgerEntryRow, MessageRow, SubscriptionRow};
pub(crate) use templates::{TemplateRow, TemplateStateRow};

/// An id as its column keeps it: the 16 bytes of the UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub(crate) struct Id(pub(crate) Uuid);

impl ToSql<Binary, Sqlite> for Id {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<Binary, Sqlite> for Id {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self(Uuid::from_slice(&bytes)?))
    }
}

pub(crate) fn read_credits(amount: i64, column: &'static str) -> Result<Credits, StoreError> {
    Credits::new(amount).map_err(|_| StoreError::Unreadable(column))
}

pub(crate) fn read_status(code: i16) -> Result<MessageStatus, StoreError> {
    MessageStatus::from_code(code).ok_or(StoreError::Unreadable("messages.status"))
}

pub(crate) fn read_first_answer(code: Option<i16>) -> Result<Option<MessageStatus>, StoreError> {
    code.map(|code| {
        MessageStatus::from_code(code).ok_or(StoreError::Unreadable("messages.first_answer"))
    })
    .transpose()
}

pub(crate) fn read_recipient_index(
    bytes: &[u8],
    column: &'static str,
) -> Result<RecipientIndex, StoreError> {
    read_hash(bytes, column).map(RecipientIndex)
}

pub(crate) fn read_identity(
    bytes: &[u8],
    column: &'static str,
) -> Result<IdentityIndex, StoreError> {
    read_hash(bytes, column).map(IdentityIndex)
}

fn read_identities(
    user: Option<&[u8]>,
    number: Option<&[u8]>,
    table: &'static str,
) -> Result<Identities, StoreError> {
    let read = |bytes: Option<&[u8]>| bytes.map(|bytes| read_identity(bytes, table)).transpose();
    Ok(Identities {
        user: read(user)?,
        number: read(number)?,
    })
}

pub(crate) fn read_provider_index(
    bytes: &[u8],
    column: &'static str,
) -> Result<ProviderMessageIndex, StoreError> {
    read_hash(bytes, column).map(ProviderMessageIndex)
}

pub(crate) fn read_provider_id(text: &str, column: &'static str) -> Result<ProviderId, StoreError> {
    ProviderId::parse(text).map_err(|_| StoreError::Unreadable(column))
}

fn read_hash(bytes: &[u8], column: &'static str) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Unreadable(column))
}

pub(crate) fn read_language(text: &str, column: &'static str) -> Result<LanguageTag, StoreError> {
    LanguageTag::parse(text).map_err(|_| StoreError::Unreadable(column))
}

/// Reads rows into what they stand for; the first unreadable one is the error.
pub(crate) fn read_all<Row, T>(rows: Vec<Row>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<Row, Error = StoreError>,
{
    rows.into_iter().map(T::try_from).collect()
}

/// Reads senders, each with why it does not send.
pub(crate) fn read_stoppable(
    rows: Vec<(SenderRow, Option<SenderHealthRow>)>,
) -> Result<Vec<(Sender, Option<SenderStop>)>, StoreError> {
    let read = |(sender, health): (SenderRow, Option<SenderHealthRow>)| {
        let health = health.map(SenderHealth::try_from).transpose()?;
        Ok((sender.try_into()?, health.and_then(|health| health.stop)))
    };
    rows.into_iter().map(read).collect()
}
