//! Rows of what sending changes: subscriptions, messages and the ledger.

use diesel::prelude::*;
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::ids::{AccountId, ApiKeyId, MessageId, PlanId, SubscriptionId};
use otp_core::message::{Failure, Message};
use otp_core::sealing::{ProviderMessageIndex, Sealed, SealedProviderMessageId};
use otp_core::subscription::Subscription;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::Unreadable;
use crate::rows::{
    read_credits, read_first_answer, read_hash, read_optional, read_status, written_amount,
    written_credits,
};
use crate::schema::{ledger_entries, messages, subscriptions};

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
