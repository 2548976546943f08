//! Rows of what sending changes: subscriptions, messages and the ledger.

use diesel::prelude::*;
use otp_core::credits::ledger::{EntryKind, LedgerEntry};
use otp_core::ids::{AccountId, ApiKeyId, MessageId, PlanId, SubscriptionId};
use otp_core::message::{Failure, Message};
use otp_core::sealing::{ProviderMessageIndex, Sealed, SealedProviderMessageId};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;

use crate::errors::StoreError;
use crate::rows::{Id, read_credits, read_first_answer, read_hash, read_status};
use crate::schema;

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
