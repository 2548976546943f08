//! Subscriptions, the ledger behind their balances, and the sums of an audit.

use diesel::prelude::*;
use otp_core::credits::Credits;
use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
use otp_core::credits::ledger::{EntryKind, LedgerEntry, LedgerPosition};
use otp_core::ids::{AccountId, MessageId, PlanId, SubscriptionId};
use otp_core::message::MessageStatus;
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;

use crate::column::by_name;
use crate::schema::{ledger_entries, subscriptions};
use crate::{Col, Unreadable};

/// A subscription.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = subscriptions)]
pub struct SubscriptionRow {
    id: Col<SubscriptionId>,
    account_id: Col<AccountId>,
    plan_id: Col<Option<PlanId>>,
    credits: Col<Credits>,
    remaining: Col<Credits>,
    created_at: Col<Timestamp>,
    revoked_at: Col<Option<Timestamp>>,
}

impl From<&Subscription> for SubscriptionRow {
    fn from(subscription: &Subscription) -> Self {
        Self {
            id: Col(subscription.id),
            account_id: Col(subscription.account_id),
            plan_id: Col(subscription.plan_id),
            credits: Col(subscription.credits),
            remaining: Col(subscription.remaining),
            created_at: Col(subscription.created_at),
            revoked_at: Col(subscription.revoked_at),
        }
    }
}

impl From<SubscriptionRow> for Subscription {
    fn from(row: SubscriptionRow) -> Self {
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            plan_id: row.plan_id.0,
            credits: row.credits.0,
            remaining: row.remaining.0,
            created_at: row.created_at.0,
            revoked_at: row.revoked_at.0,
        }
    }
}

/// An entry of the ledger.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_entries)]
pub struct LedgerEntryRow {
    account_id: Col<AccountId>,
    subscription_id: Col<SubscriptionId>,
    message_id: Col<Option<MessageId>>,
    kind: Col<EntryKind>,
    /// Negative for a debit or a revocation, so that a balance is a plain sum.
    amount: Col<i32>,
    created_at: Col<Timestamp>,
}

/// The signed amount of an entry. It fits its column as the credits do.
pub fn signed_amount(entry: &LedgerEntry) -> Col<i32> {
    Col(i32::try_from(entry.signed_amount()).unwrap_or(i32::MAX))
}

impl From<&LedgerEntry> for LedgerEntryRow {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            account_id: Col(entry.account_id),
            subscription_id: Col(entry.subscription_id),
            message_id: Col(entry.message_id),
            kind: Col(entry.kind),
            amount: signed_amount(entry),
            created_at: Col(entry.at),
        }
    }
}

impl TryFrom<LedgerEntryRow> for LedgerEntry {
    type Error = Unreadable;

    fn try_from(row: LedgerEntryRow) -> Result<Self, Unreadable> {
        let kind = row.kind.0;
        let credits = kind.credits(row.amount.0.into());
        Ok(Self {
            account_id: row.account_id.0,
            subscription_id: row.subscription_id.0,
            message_id: row.message_id.0,
            kind,
            credits: credits
                .map_err(|_| Unreadable::new("ledger_entries.amount", "amount of its kind"))?,
            at: row.created_at.0,
        })
    }
}

/// Converts entries of the ledger with their places.
pub fn read_entries(
    rows: Vec<(Col<i64>, LedgerEntryRow)>,
) -> Result<Vec<(LedgerPosition, LedgerEntry)>, Unreadable> {
    let entry = |(position, row): (Col<i64>, LedgerEntryRow)| {
        Ok((LedgerPosition(position.0), LedgerEntry::try_from(row)?))
    };
    rows.into_iter().map(entry).collect()
}

by_name! {
    /// A subscription and its ledger entries, summed by kind.
    pub struct SubscriptionSumsRow {
        id: Col<SubscriptionId>,
        credits: Col<i64>,
        remaining: Col<i64>,
        granted: Col<i64>,
        debited: Col<i64>,
        refunded: Col<i64>,
        revoked: Col<i64>,
    }
}

impl From<SubscriptionSumsRow> for SubscriptionSums {
    fn from(row: SubscriptionSumsRow) -> Self {
        Self {
            subscription_id: row.id.0,
            credits: row.credits.0,
            remaining: row.remaining.0,
            granted: row.granted.0,
            debited: row.debited.0,
            refunded: row.refunded.0,
            revoked: row.revoked.0,
        }
    }
}

by_name! {
    /// The number of messages with the same status, price and payments.
    pub struct PaymentCountRow {
        status: Col<MessageStatus>,
        price: Col<i64>,
        shared_charge: Col<Option<i64>>,
        net: Col<i64>,
        messages: Col<i64>,
    }
}

impl From<PaymentCountRow> for PaymentCount {
    fn from(row: PaymentCountRow) -> Self {
        Self {
            status: row.status.0,
            net: row.net.0,
            price: row.price.0,
            shared_charge: row.shared_charge.0,
            messages: row.messages.0,
        }
    }
}
