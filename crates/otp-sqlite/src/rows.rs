//! Rows, and what they become: the one place where columns and domain types meet.

mod receipts;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Binary;
use diesel::sqlite::{Sqlite, SqliteValue};
use otp_core::account::{Account, SealedContact};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::credits::Credits;
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::ids::{AccountId, ApiKeyId, MessageId, PlanId, SenderId, SubscriptionId, TemplateId};
use otp_core::language::LanguageTag;
use otp_core::message::{Failure, Message, MessageStatus};
use otp_core::plan::{Currency, Money, Plan};
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex, Sealed, SealedProviderMessageId};
use otp_core::sender::{ProviderId, Sender};
use otp_core::subscription::Subscription;
use otp_core::template::{AuthenticationTemplate, TemplateName};
use otp_core::time::Timestamp;
use uuid::Uuid;

pub(crate) use self::receipts::UnmatchedReceiptRow;
use crate::errors::StoreError;
use crate::schema;

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

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::accounts)]
pub(crate) struct AccountRow {
    id: Id,
    name: Vec<u8>,
    email: Vec<u8>,
    phone: Vec<u8>,
    company: Vec<u8>,
    address: Option<Vec<u8>>,
    default_language: String,
    created_at: i64,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let contact = account.contact.clone();
        Self {
            id: Id(account.id.0),
            name: contact.name.0,
            email: contact.email.0,
            phone: contact.phone.0,
            company: contact.company.0,
            address: contact.address.map(|address| address.0),
            default_language: account.default_language.as_str().to_owned(),
            created_at: account.created_at.unix_millis(),
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;
    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: AccountId(row.id.0),
            contact: SealedContact {
                name: Sealed(row.name),
                email: Sealed(row.email),
                phone: Sealed(row.phone),
                company: Sealed(row.company),
                address: row.address.map(Sealed),
            },
            default_language: read_language(&row.default_language, "accounts.default_language")?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::api_keys)]
pub(crate) struct ApiKeyRow {
    id: Id,
    account_id: Id,
    name: String,
    hash: Vec<u8>,
    hint: String,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: Id(key.id.0),
            account_id: Id(key.account_id.0),
            name: key.name.clone(),
            hash: key.hash.0.to_vec(),
            hint: key.hint.clone(),
            created_at: key.created_at.unix_millis(),
            expires_at: key.expires_at.map(Timestamp::unix_millis),
            revoked_at: key.revoked_at.map(Timestamp::unix_millis),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;
    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ApiKeyId(row.id.0),
            account_id: AccountId(row.account_id.0),
            name: row.name,
            hash: ApiKeyHash(read_hash(&row.hash, "api_keys.hash")?),
            hint: row.hint,
            created_at: Timestamp::from_unix_millis(row.created_at),
            expires_at: row.expires_at.map(Timestamp::from_unix_millis),
            revoked_at: row.revoked_at.map(Timestamp::from_unix_millis),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::plans)]
pub(crate) struct PlanRow {
    id: Id,
    name: String,
    credits: i64,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    created_at: i64,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: Id(plan.id.0),
            name: plan.name.clone(),
            credits: plan.credits.get(),
            price_minor: plan.price.map(|price| price.minor_units),
            price_currency: plan.price.map(|price| price.currency.as_str().to_owned()),
            created_at: plan.created_at.unix_millis(),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = StoreError;
    fn try_from(row: PlanRow) -> Result<Self, StoreError> {
        let money = |(minor_units, currency): (i64, String)| {
            let currency = Currency::parse(&currency)
                .map_err(|_| StoreError::Unreadable("plans.price_currency"))?;
            Ok::<_, StoreError>(Money {
                minor_units,
                currency,
            })
        };
        Ok(Self {
            id: PlanId(row.id.0),
            name: row.name,
            credits: read_credits(row.credits, "plans.credits")?,
            price: row
                .price_minor
                .zip(row.price_currency)
                .map(money)
                .transpose()?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::subscriptions)]
pub(crate) struct SubscriptionRow {
    id: Id,
    account_id: Id,
    plan_id: Option<Id>,
    credits: i64,
    remaining: i64,
    created_at: i64,
}

impl From<&Subscription> for SubscriptionRow {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: Id(subscription.id.0),
            account_id: Id(subscription.account_id.0),
            plan_id: subscription.plan_id.map(|plan| Id(plan.0)),
            credits: subscription.credits.get(),
            remaining: subscription.remaining.get(),
            created_at: subscription.created_at.unix_millis(),
        }
    }
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = StoreError;
    fn try_from(row: SubscriptionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: SubscriptionId(row.id.0),
            account_id: AccountId(row.account_id.0),
            plan_id: row.plan_id.map(|id| PlanId(id.0)),
            credits: read_credits(row.credits, "subscriptions.credits")?,
            remaining: read_credits(row.remaining, "subscriptions.remaining")?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::senders)]
pub(crate) struct SenderRow {
    id: Id,
    account_id: Id,
    phone_number_id: String,
    waba_id: String,
    phone: Vec<u8>,
    access_token: Vec<u8>,
    created_at: i64,
}

impl From<&Sender> for SenderRow {
    fn from(sender: &Sender) -> Self {
        Self {
            id: Id(sender.id.0),
            account_id: Id(sender.account_id.0),
            phone_number_id: sender.phone_number_id.as_str().to_owned(),
            waba_id: sender.waba_id.as_str().to_owned(),
            phone: sender.phone.0.clone(),
            access_token: sender.access_token.0.clone(),
            created_at: sender.created_at.unix_millis(),
        }
    }
}

impl TryFrom<SenderRow> for Sender {
    type Error = StoreError;
    fn try_from(row: SenderRow) -> Result<Self, StoreError> {
        let provider_id = |text: &str, column| {
            ProviderId::parse(text).map_err(|_| StoreError::Unreadable(column))
        };
        Ok(Self {
            id: SenderId(row.id.0),
            account_id: AccountId(row.account_id.0),
            phone_number_id: provider_id(&row.phone_number_id, "senders.phone_number_id")?,
            waba_id: provider_id(&row.waba_id, "senders.waba_id")?,
            phone: Sealed(row.phone),
            access_token: Sealed(row.access_token),
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = schema::templates)]
pub(crate) struct TemplateRow {
    id: Id,
    sender_id: Id,
    name: String,
    language: String,
    created_at: i64,
}

impl From<&AuthenticationTemplate> for TemplateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        Self {
            id: Id(template.id.0),
            sender_id: Id(template.sender_id.0),
            name: template.name.as_str().to_owned(),
            language: template.language.as_str().to_owned(),
            created_at: template.created_at.unix_millis(),
        }
    }
}

impl TryFrom<TemplateRow> for AuthenticationTemplate {
    type Error = StoreError;
    fn try_from(row: TemplateRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: TemplateId(row.id.0),
            sender_id: SenderId(row.sender_id.0),
            name: TemplateName::parse(&row.name)
                .map_err(|_| StoreError::Unreadable("templates.name"))?,
            language: read_language(&row.language, "templates.language")?,
            created_at: Timestamp::from_unix_millis(row.created_at),
        })
    }
}

/// Both parts of a provider's message id, or none.
fn read_provider_message_id(
    index: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
) -> Result<Option<SealedProviderMessageId>, StoreError> {
    let Some((index, sealed)) = index.zip(sealed) else {
        return Ok(None);
    };
    Ok(Some(SealedProviderMessageId {
        index: ProviderMessageIndex(read_hash(&index, "messages.provider_index")?),
        sealed: Sealed(sealed),
    }))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::messages)]
pub(crate) struct MessageRow {
    id: Id,
    account_id: Id,
    api_key_id: Id,
    recipient: Vec<u8>,
    status: i16,
    first_answer: Option<i16>,
    provider_index: Option<Vec<u8>>,
    provider_message_id: Option<Vec<u8>>,
    price: i64,
    subscription_id: Id,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
    created_at: i64,
    failed_at: Option<i64>,
}

impl TryFrom<MessageRow> for Message {
    type Error = StoreError;
    fn try_from(row: MessageRow) -> Result<Self, StoreError> {
        let failure = row
            .failure_title
            .zip(row.failure_reason)
            .map(|(title, reason)| Failure {
                code: row.failure_code,
                title,
                reason,
            });
        Ok(Self {
            id: MessageId(row.id.0),
            account_id: AccountId(row.account_id.0),
            api_key_id: ApiKeyId(row.api_key_id.0),
            recipient: Sealed(row.recipient),
            status: read_status(row.status)?,
            first_answer: read_first_answer(row.first_answer)?,
            provider_message_id: read_provider_message_id(
                row.provider_index,
                row.provider_message_id,
            )?,
            price: read_credits(row.price, "messages.price")?,
            subscription_id: SubscriptionId(row.subscription_id.0),
            failure,
            created_at: Timestamp::from_unix_millis(row.created_at),
            failed_at: row.failed_at.map(Timestamp::from_unix_millis),
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::ledger_entries)]
pub(crate) struct LedgerEntryRow {
    account_id: Id,
    subscription_id: Id,
    message_id: Option<Id>,
    kind: i16,
    amount: i64,
    created_at: i64,
}

impl TryFrom<LedgerEntryRow> for LedgerEntry {
    type Error = StoreError;
    fn try_from(row: LedgerEntryRow) -> Result<Self, StoreError> {
        let kind =
            EntryKind::from_code(row.kind).ok_or(StoreError::Unreadable("ledger_entries.kind"))?;
        Ok(Self {
            account_id: AccountId(row.account_id.0),
            subscription_id: SubscriptionId(row.subscription_id.0),
            message_id: row.message_id.map(|id| MessageId(id.0)),
            kind,
            credits: kind
                .credits(row.amount)
                .map_err(|_| StoreError::Unreadable("ledger_entries.amount"))?,
            at: Timestamp::from_unix_millis(row.created_at),
        })
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
