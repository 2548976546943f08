//! Subscriptions and the ledger behind their balances.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::credits::ledger::{LedgerEntry, LedgerLine, LedgerPosition, lines};
use otp_core::ids::{AccountId, SubscriptionId};
use otp_core::ports::{PortError, Subscriptions};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{LedgerEntryRow, SubscriptionRow, read_all, read_entries, read_found};
use otp_rows::schema::{ledger_entries, subscriptions};

use crate::audit_trail::append;
use crate::errors::StoreError;
use crate::webhook_events::insert_wanted_events;
use crate::{SqliteStore, send_ledger};

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn grant(
        &self,
        subscription: &Subscription,
        granted: &LedgerEntry,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let (subscription, granted) = (subscription.clone(), granted.clone());
        let entry = entry.clone();
        self.write("db.subscriptions.grant", move |connection| {
            grant(connection, &subscription, granted)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<Option<Subscription>, PortError> {
        let entry = entry.clone();
        self.write("db.subscriptions.revoke", move |connection| {
            let row = subscriptions::table
                .find(Col(id))
                .select(SubscriptionRow::as_select())
                .first(connection)
                .optional()?;
            let Some(mut subscription) = read_found::<_, Subscription>(row)? else {
                return Ok(None);
            };
            let was_revoked = subscription.revoked_at.is_some();
            let taken = subscription.revoke(at);
            diesel::update(subscriptions::table.find(Col(id)))
                .set((
                    subscriptions::remaining.eq(Col(subscription.remaining)),
                    subscriptions::revoked_at.eq(Col(subscription.revoked_at)),
                ))
                .execute(connection)?;
            send_ledger::append_entries(connection, taken.as_slice())?;
            if !was_revoked {
                append(connection, [entry])?;
            }
            Ok(Some(subscription))
        })
        .await
    }

    async fn list(&self, account: AccountId) -> Result<Vec<Subscription>, PortError> {
        self.read("db.subscriptions.list", move |connection| {
            let rows = subscriptions::table
                .filter(subscriptions::account_id.eq(Col(account)))
                .order((subscriptions::created_at.desc(), subscriptions::id.desc()))
                .select(SubscriptionRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn ledger(&self, account: AccountId) -> Result<Vec<LedgerEntry>, PortError> {
        self.read("db.subscriptions.ledger", move |connection| {
            let rows = ledger_entries::table
                .filter(ledger_entries::account_id.eq(Col(account)))
                .order(ledger_entries::id)
                .select(LedgerEntryRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn ledger_before(
        &self,
        account: AccountId,
        before: LedgerPosition,
        limit: usize,
    ) -> Result<Vec<LedgerLine>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.subscriptions.ledger_before", move |connection| {
            let of_account =
                || ledger_entries::table.filter(ledger_entries::account_id.eq(Col(account)));
            let rows: Vec<(Col<i64>, LedgerEntryRow)> = of_account()
                .filter(ledger_entries::id.lt(Col(before.0)))
                .order(ledger_entries::id.desc())
                .limit(limit)
                .select((ledger_entries::id, LedgerEntryRow::as_select()))
                .load(connection)?;
            let [(newest, _), ..] = rows.as_slice() else {
                return Ok(Vec::new());
            };
            let later: Option<i64> = of_account()
                .filter(ledger_entries::id.gt(Col(newest.0)))
                .select(diesel::dsl::sum(ledger_entries::amount))
                .first(connection)?;
            let left: Option<i64> = subscriptions::table
                .filter(subscriptions::account_id.eq(Col(account)))
                .select(diesel::dsl::sum(subscriptions::remaining))
                .first(connection)?;
            let balance = left.unwrap_or_default() - later.unwrap_or_default();
            Ok(lines(read_entries(rows)?, balance))
        })
        .await
    }
}

/// Adds a subscription with its entry of the ledger; runs in a write transaction.
pub(crate) fn grant(
    connection: &mut SqliteConnection,
    subscription: &Subscription,
    entry: LedgerEntry,
) -> Result<(), StoreError> {
    diesel::insert_into(subscriptions::table)
        .values(SubscriptionRow::from(subscription))
        .execute(connection)?;
    send_ledger::append_entries(connection, &[entry])?;
    insert_wanted_events(connection, vec![subscription.activated()])
}
