//! Rows, and what they become: the one place where columns and domain types meet.

mod receipts;

use diesel::prelude::*;
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
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use self::receipts::UnmatchedReceiptRow;
use crate::errors::Unreadable;
use crate::schema::{
    accounts, api_keys, ledger_entries, messages, plans, senders, subscriptions, templates,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub(crate) struct AccountRow {
    id: Uuid,
    name: Vec<u8>,
    email: Vec<u8>,
    phone: Vec<u8>,
    company: Vec<u8>,
    address: Option<Vec<u8>>,
    default_language: String,
    created_at: OffsetDateTime,
}

impl From<&Account> for AccountRow {
    fn from(account: &Account) -> Self {
        let contact = account.contact.clone();
        Self {
            id: account.id.0,
            name: contact.name.0,
            email: contact.email.0,
            phone: contact.phone.0,
            company: contact.company.0,
            address: contact.address.map(|sealed| sealed.0),
            default_language: account.default_language.as_str().to_owned(),
            created_at: account.created_at.into(),
        }
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = Unreadable;

    fn try_from(row: AccountRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: AccountId(row.id),
            contact: SealedContact {
                name: Sealed(row.name),
                email: Sealed(row.email),
                phone: Sealed(row.phone),
                company: Sealed(row.company),
                address: row.address.map(Sealed),
            },
            default_language: read_language(&row.default_language, "accounts.default_language")?,
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ApiKeyRow {
    id: Uuid,
    account_id: Uuid,
    name: String,
    hash: Vec<u8>,
    hint: String,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.0,
            account_id: key.account_id.0,
            name: key.name.clone(),
            hash: key.hash.0.to_vec(),
            hint: key.hint.clone(),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = Unreadable;

    fn try_from(row: ApiKeyRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: ApiKeyId(row.id),
            account_id: AccountId(row.account_id),
            name: row.name,
            hash: ApiKeyHash(read_hash(&row.hash, "api_keys.hash")?),
            hint: row.hint,
            created_at: row.created_at.into(),
            expires_at: read_optional(row.expires_at),
            revoked_at: read_optional(row.revoked_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = plans, check_for_backend(diesel::pg::Pg))]
pub(crate) struct PlanRow {
    id: Uuid,
    name: String,
    credits: i32,
    price_minor: Option<i64>,
    price_currency: Option<String>,
    created_at: OffsetDateTime,
}

impl From<&Plan> for PlanRow {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id.0,
            name: plan.name.clone(),
            credits: written_credits(plan.credits),
            price_minor: plan.price.map(|price| price.minor_units),
            price_currency: plan.price.map(|price| price.currency.as_str().to_owned()),
            created_at: plan.created_at.into(),
        }
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = Unreadable;

    fn try_from(row: PlanRow) -> Result<Self, Unreadable> {
        let price = match (row.price_minor, row.price_currency) {
            (Some(minor_units), Some(currency)) => Some(Money {
                minor_units,
                currency: Currency::parse(&currency)
                    .map_err(|_| Unreadable("plans.price_currency"))?,
            }),
            (_, None) | (None, _) => None,
        };
        Ok(Self {
            id: PlanId(row.id),
            name: row.name,
            credits: read_credits(row.credits, "plans.credits")?,
            price,
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscriptions, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SubscriptionRow {
    id: Uuid,
    account_id: Uuid,
    plan_id: Option<Uuid>,
    credits: i32,
    remaining: i32,
    created_at: OffsetDateTime,
}

impl From<&Subscription> for SubscriptionRow {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: subscription.id.0,
            account_id: subscription.account_id.0,
            plan_id: subscription.plan_id.map(|id| id.0),
            credits: written_credits(subscription.credits),
            remaining: written_credits(subscription.remaining),
            created_at: subscription.created_at.into(),
        }
    }
}

impl TryFrom<SubscriptionRow> for Subscription {
    type Error = Unreadable;

    fn try_from(row: SubscriptionRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: SubscriptionId(row.id),
            account_id: AccountId(row.account_id),
            plan_id: row.plan_id.map(PlanId),
            credits: read_credits(row.credits, "subscriptions.credits")?,
            remaining: read_credits(row.remaining, "subscriptions.remaining")?,
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = senders, check_for_backend(diesel::pg::Pg))]
pub(crate) struct SenderRow {
    id: Uuid,
    account_id: Uuid,
    phone_number_id: String,
    waba_id: String,
    phone: Vec<u8>,
    access_token: Vec<u8>,
    created_at: OffsetDateTime,
}

impl From<&Sender> for SenderRow {
    fn from(sender: &Sender) -> Self {
        Self {
            id: sender.id.0,
            account_id: sender.account_id.0,
            phone_number_id: sender.phone_number_id.as_str().to_owned(),
            waba_id: sender.waba_id.as_str().to_owned(),
            phone: sender.phone.0.clone(),
            access_token: sender.access_token.0.clone(),
            created_at: sender.created_at.into(),
        }
    }
}

impl TryFrom<SenderRow> for Sender {
    type Error = Unreadable;

    fn try_from(row: SenderRow) -> Result<Self, Unreadable> {
        let provider_id =
            |text: &str, column| ProviderId::parse(text).map_err(|_| Unreadable(column));
        Ok(Self {
            id: SenderId(row.id),
            account_id: AccountId(row.account_id),
            phone_number_id: provider_id(&row.phone_number_id, "senders.phone_number_id")?,
            waba_id: provider_id(&row.waba_id, "senders.waba_id")?,
            phone: Sealed(row.phone),
            access_token: Sealed(row.access_token),
            created_at: row.created_at.into(),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = templates, check_for_backend(diesel::pg::Pg))]
pub(crate) struct TemplateRow {
    id: Uuid,
    sender_id: Uuid,
    name: String,
    language: String,
    created_at: OffsetDateTime,
}

impl From<&AuthenticationTemplate> for TemplateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        Self {
            id: template.id.0,
            sender_id: template.sender_id.0,
            name: template.name.as_str().to_owned(),
            language: template.language.as_str().to_owned(),
            created_at: template.created_at.into(),
        }
    }
}

impl TryFrom<TemplateRow> for AuthenticationTemplate {
    type Error = Unreadable;

    fn try_from(row: TemplateRow) -> Result<Self, Unreadable> {
        Ok(Self {
            id: TemplateId(row.id),
            sender_id: SenderId(row.sender_id),
            name: TemplateName::parse(&row.name).map_err(|_| Unreadable("templates.name"))?,
            language: read_language(&row.language, "templates.language")?,
            created_at: row.created_at.into(),
        })
    }
}

/// Both parts of a provider's message id, or none.
fn read_provider_message_id(
    index: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
) -> Result<Option<SealedProviderMessageId>, Unreadable> {
    let Some((index, sealed)) = index.zip(sealed) else {
        return Ok(None);
    };
    Ok(Some(SealedProviderMessageId {
        index: ProviderMessageIndex(read_hash(&index, "messages.provider_index")?),
        sealed: Sealed(sealed),
    }))
}

/// What is read back of a message; it is written by the send ledger's own statements.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(diesel::pg::Pg))]
pub(crate) struct MessageRow {
    id: Uuid,
    account_id: Uuid,
    api_key_id: Uuid,
    recipient: Vec<u8>,
    price: i32,
    subscription_id: Uuid,
    status: i16,
    first_answer: Option<i16>,
    provider_index: Option<Vec<u8>>,
    provider_message_id: Option<Vec<u8>>,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
    created_at: OffsetDateTime,
    failed_at: Option<OffsetDateTime>,
}

impl TryFrom<MessageRow> for Message {
    type Error = Unreadable;

    fn try_from(row: MessageRow) -> Result<Self, Unreadable> {
        let failure = match (row.failure_title, row.failure_reason) {
            (Some(title), Some(reason)) => Some(Failure {
                code: row.failure_code,
                title,
                reason,
            }),
            (_, None) | (None, _) => None,
        };
        Ok(Self {
            id: MessageId(row.id),
            account_id: AccountId(row.account_id),
            api_key_id: ApiKeyId(row.api_key_id),
            recipient: Sealed(row.recipient),
            status: read_status(row.status)?,
            first_answer: read_first_answer(row.first_answer)?,
            provider_message_id: read_provider_message_id(
                row.provider_index,
                row.provider_message_id,
            )?,
            price: read_credits(row.price, "messages.price")?,
            subscription_id: SubscriptionId(row.subscription_id),
            failure,
            created_at: row.created_at.into(),
            failed_at: read_optional(row.failed_at),
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_entries, check_for_backend(diesel::pg::Pg))]
pub(crate) struct LedgerEntryRow {
    account_id: Uuid,
    subscription_id: Uuid,
    message_id: Option<Uuid>,
    kind: i16,
    /// Negative for a debit, so that a balance is a plain sum.
    amount: i32,
    created_at: OffsetDateTime,
}

impl From<&LedgerEntry> for LedgerEntryRow {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            account_id: entry.account_id.0,
            subscription_id: entry.subscription_id.0,
            message_id: entry.message_id.map(|id| id.0),
            kind: entry.kind.code(),
            amount: written_amount(entry),
            created_at: entry.at.into(),
        }
    }
}

impl TryFrom<LedgerEntryRow> for LedgerEntry {
    type Error = Unreadable;

    fn try_from(row: LedgerEntryRow) -> Result<Self, Unreadable> {
        let kind = EntryKind::from_code(row.kind).ok_or(Unreadable("ledger_entries.kind"))?;
        Ok(Self {
            account_id: AccountId(row.account_id),
            subscription_id: SubscriptionId(row.subscription_id),
            message_id: row.message_id.map(MessageId),
            kind,
            credits: kind
                .credits(row.amount.into())
                .map_err(|_| Unreadable("ledger_entries.amount"))?,
            at: row.created_at.into(),
        })
    }
}

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
