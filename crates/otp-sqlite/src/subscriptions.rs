//! Subscriptions and the ledger behind their balances.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, SubscriptionId};
use otp_core::ports::{PortError, Subscriptions};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{LedgerEntryRow, SubscriptionRow, read_all, read_found};
use otp_rows::schema::{ledger_entries, subscriptions};

use crate::webhook_events::insert_wanted_events;
use crate::{SqliteStore, send_ledger};

#[async_trait]
impl Subscriptions for SqliteStore {
    async fn grant(
        &self,
        subscription: &Subscription,
        grant: &LedgerEntry,
    ) -> Result<(), PortError> {
        let row = SubscriptionRow::from(subscription);
        let (grant, activated) = (grant.clone(), subscription.activated());
        self.write("db.subscriptions.grant", move |connection| {
            diesel::insert_into(subscriptions::table)
                .values(row)
                .execute(connection)?;
            send_ledger::append_entries(connection, &[grant])?;
            insert_wanted_events(connection, vec![activated])
        })
        .await
    }

    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
    ) -> Result<Option<Subscription>, PortError> {
        self.write("db.subscriptions.revoke", move |connection| {
            let row = subscriptions::table
                .find(Col(id))
                .select(SubscriptionRow::as_select())
                .first(connection)
                .optional()?;
            let Some(mut subscription) = read_found::<_, Subscription>(row)? else {
                return Ok(None);
            };
            let entry = subscription.revoke(at);
            diesel::update(subscriptions::table.find(Col(id)))
                .set((
                    subscriptions::remaining.eq(Col(subscription.remaining)),
                    subscriptions::revoked_at.eq(Col(subscription.revoked_at)),
                ))
                .execute(connection)?;
            send_ledger::append_entries(connection, entry.as_slice())?;
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
}
