//! Rows, and what they become: the one place where columns and domain types meet.

mod administration;
mod messages;
mod notice_outbox;
mod opt_outs;
mod receipts;
mod sender_health;
mod sending;
mod templates;

use otp_core::channel::whatsapp::health::{SenderHealth, SenderStop};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::credits::Credits;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::opt_out::Identities;
use otp_core::sealing::{IdentityIndex, ProviderMessageIndex, RecipientIndex};
use otp_core::time::Timestamp;
use time::OffsetDateTime;

use crate::errors::Unreadable;
pub(crate) use administration::{AccountRow, ApiKeyRow, PlanRow, SenderRow};
pub(crate) use messages::{MessageEventRow, MessageRecordRow};
pub(crate) use notice_outbox::NoticeRow;
pub(crate) use opt_outs::{ConsentRow, OptOutRow, UnresolvedConsentRow, read_consent_request};
pub(crate) use receipts::UnmatchedReceiptRow;
pub(crate) use sender_health::SenderHealthRow;
pub(crate) use sending::{LedgerEntryRow, MessageRow, SubscriptionRow};
pub(crate) use templates::{TemplateRow, TemplateStateRow};

pub(crate) fn read_credits(amount: i32, column: &'static str) -> Result<Credits, Unreadable> {
    Credits::new(amount.into()).map_err(|_| Unreadable(column))
}

/// The column is 32 bits wide, and so are credits: [`Credits::MAX`] is below 2^31.
pub(crate) fn written_credits(credits: Credits) -> i32 {
    i32::try_from(credits.get()).unwrap_or(i32::MAX)
}

/// The signed amount; it fits for the reason [`written_credits`] does.
pub(crate) fn written_amount(entry: &LedgerEntry) -> i32 {
    i32::try_from(entry.signed_amount()).unwrap_or(i32::MAX)
}

pub(crate) fn read_status(code: i16) -> Result<MessageStatus, Unreadable> {
    MessageStatus::from_code(code).ok_or(Unreadable("messages.status"))
}

pub(crate) fn read_first_answer(code: Option<i16>) -> Result<Option<MessageStatus>, Unreadable> {
    code.map(|code| MessageStatus::from_code(code).ok_or(Unreadable("messages.first_answer")))
        .transpose()
}

pub(crate) fn read_recipient_index(
    bytes: &[u8],
    column: &'static str,
) -> Result<RecipientIndex, Unreadable> {
    read_hash(bytes, column).map(RecipientIndex)
}

pub(crate) fn read_identity(
    bytes: &[u8],
    column: &'static str,
) -> Result<IdentityIndex, Unreadable> {
    read_hash(bytes, column).map(IdentityIndex)
}

fn read_identities(
    user: Option<&[u8]>,
    number: Option<&[u8]>,
    table: &'static str,
) -> Result<Identities, Unreadable> {
    let read = |bytes: Option<&[u8]>| bytes.map(|bytes| read_identity(bytes, table)).transpose();
    Ok(Identities {
        user: read(user)?,
        number: read(number)?,
    })
}

pub(crate) fn read_provider_index(
    bytes: &[u8],
    column: &'static str,
) -> Result<ProviderMessageIndex, Unreadable> {
    read_hash(bytes, column).map(ProviderMessageIndex)
}

pub(crate) fn read_provider_id(text: &str, column: &'static str) -> Result<ProviderId, Unreadable> {
    ProviderId::parse(text).map_err(|_| Unreadable(column))
}

fn read_hash(bytes: &[u8], column: &'static str) -> Result<[u8; 32], Unreadable> {
    bytes.try_into().map_err(|_| Unreadable(column))
}

pub(crate) fn read_language(text: &str, column: &'static str) -> Result<LanguageTag, Unreadable> {
    LanguageTag::parse(text).map_err(|_| Unreadable(column))
}

fn read_optional(instant: Option<OffsetDateTime>) -> Option<Timestamp> {
    instant.map(Timestamp::from)
}

/// Reads rows into what they stand for; the first unreadable one is the error.
pub(crate) fn read_all<Row, T>(rows: Vec<Row>) -> Result<Vec<T>, Unreadable>
where
    T: TryFrom<Row, Error = Unreadable>,
{
    rows.into_iter().map(T::try_from).collect()
}

/// Reads senders, each with why it does not send.
pub(crate) fn read_stoppable(
    rows: Vec<(SenderRow, Option<SenderHealthRow>)>,
) -> Result<Vec<(Sender, Option<SenderStop>)>, Unreadable> {
    let read = |(sender, health): (SenderRow, Option<SenderHealthRow>)| {
        let health = health.map(SenderHealth::try_from).transpose()?;
        Ok((sender.try_into()?, health.and_then(|health| health.stop)))
    };
    rows.into_iter().map(read).collect()
}
