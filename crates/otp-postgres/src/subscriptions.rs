//! Subscriptions and the ledger behind their balances.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, SubscriptionId};
use otp_core::ports::{PortError, Subscriptions};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{LedgerEntryRow, SubscriptionRow, read, read_all};
use otp_rows::schema::{ledger_entries, subscriptions};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join4;
use crate::send_ledger::{append_entries, lock_accounts};
use crate::transaction::Transaction;
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl Subscriptions for PgStore {
    async fn grant(
        &self,
        subscription: &Subscription,
        grant: &LedgerEntry,
    ) -> Result<(), PortError> {
        let activated = subscription.activated();
        let transaction = Transaction::on(self.connection().await?);
        let (mut first, mut second) = (transaction.connection(), transaction.connection());
        let subscription = diesel::insert_into(subscriptions::table)
            .values(SubscriptionRow::from(subscription))
            .execute(&mut first);
        let entry = diesel::insert_into(ledger_entries::table)
            .values(LedgerEntryRow::from(grant))
            .execute(&mut second);
        let event = insert_wanted_events(transaction.connection(), vec![activated]);
        let granted = try_join4(transaction.begin(), subscription, entry, event).await;
        let granted = granted.map(|_| ()).map_err(port_error);
        transaction.finish(granted).await
    }

    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
    ) -> Result<Option<Subscription>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let revoked = revoke(&transaction, id, at).await;
        transaction.finish(revoked).await
    }

    async fn list(&self, account: AccountId) -> Result<Vec<Subscription>, PortError> {
        let rows = subscriptions::table
            .filter(subscriptions::account_id.eq(Col(account)))
            .order((subscriptions::created_at.desc(), subscriptions::id.desc()))
            .select(SubscriptionRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn ledger(&self, account: AccountId) -> Result<Vec<LedgerEntry>, PortError> {
        let rows = ledger_entries::table
            .filter(ledger_entries::account_id.eq(Col(account)))
            .order(ledger_entries::id)
            .select(LedgerEntryRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}

async fn revoke(
    transaction: &Transaction,
    id: SubscriptionId,
    at: Timestamp,
) -> Result<Option<Subscription>, PortError> {
    let mut connection = transaction.connection();
    transaction.begin().await.map_err(port_error)?;
    // The account of a subscription never changes, so it may be read before it is locked.
    let account: Option<Col<AccountId>> = subscriptions::table
        .find(Col(id))
        .select(subscriptions::account_id)
        .first(&mut connection)
        .await
        .optional()
        .map_err(port_error)?;
    let Some(Col(account)) = account else {
        return Ok(None);
    };
    lock_accounts(connection, &BTreeSet::from([account]))
        .await
        .map_err(port_error)?;
    let row: SubscriptionRow = subscriptions::table
        .find(Col(id))
        .select(SubscriptionRow::as_select())
        .first(&mut connection)
        .await
        .map_err(port_error)?;
    let mut subscription: Subscription = read(row)?;
    let entry = subscription.revoke(at);
    diesel::update(subscriptions::table.find(Col(id)))
        .set((
            subscriptions::remaining.eq(Col(subscription.remaining)),
            subscriptions::revoked_at.eq(Col(subscription.revoked_at)),
        ))
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    append_entries(connection, entry.as_slice())
        .await
        .map_err(port_error)?;
    Ok(Some(subscription))
}
