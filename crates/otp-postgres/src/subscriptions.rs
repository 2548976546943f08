//! Subscriptions and the ledger behind their balances.

use std::collections::BTreeSet;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::audit::AuditEntry;
use otp_core::credits::ledger::{LedgerEntry, LedgerLine, LedgerPosition, lines};
use otp_core::ids::{AccountId, SubscriptionId};
use otp_core::ports::{PortError, Subscriptions};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{LedgerEntryRow, SubscriptionRow, read, read_all, read_entries};
use otp_rows::schema::{ledger_entries, subscriptions};

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::pipeline::{try_join, try_join3};
use crate::send_ledger::{append_entries, lock_accounts};
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl Subscriptions for PgStore {
    async fn grant(
        &self,
        subscription: &Subscription,
        granted: &LedgerEntry,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let connection = transaction.connection();
        let granted = async {
            let granted = grant(connection, subscription, granted);
            try_join(transaction.begin(), granted).await?;
            append(connection, [entry.clone()]).await
        };
        let granted = granted.await;
        transaction.finish(granted.map_err(port_error)).await
    }

    async fn revoke_subscription(
        &self,
        id: SubscriptionId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<Option<Subscription>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let revoked = revoke(&transaction, id, at, entry).await;
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

    async fn ledger_before(
        &self,
        account: AccountId,
        before: LedgerPosition,
        limit: usize,
    ) -> Result<Vec<LedgerLine>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let found = ledger_before(&transaction, account, before, limit).await;
        transaction.finish(found).await
    }
}

/// Reads entries and the balance of the newest of them at one moment.
async fn ledger_before(
    transaction: &Transaction,
    account: AccountId,
    before: LedgerPosition,
    limit: usize,
) -> Result<Vec<LedgerLine>, PortError> {
    let mut connection = transaction.connection();
    transaction
        .begin_brief(BEGIN_AT_ONE_MOMENT)
        .await
        .map_err(port_error)?;
    let of_account = || ledger_entries::table.filter(ledger_entries::account_id.eq(Col(account)));
    let rows: Vec<(Col<i64>, LedgerEntryRow)> = of_account()
        .filter(ledger_entries::id.lt(Col(before.0)))
        .order(ledger_entries::id.desc())
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((ledger_entries::id, LedgerEntryRow::as_select()))
        .load(&mut connection)
        .await
        .map_err(port_error)?;
    let [(newest, _), ..] = rows.as_slice() else {
        return Ok(Vec::new());
    };
    let later: Option<i64> = of_account()
        .filter(ledger_entries::id.gt(Col(newest.0)))
        .select(diesel::dsl::sum(ledger_entries::amount))
        .first(&mut connection)
        .await
        .map_err(port_error)?;
    let left: Option<i64> = subscriptions::table
        .filter(subscriptions::account_id.eq(Col(account)))
        .select(diesel::dsl::sum(subscriptions::remaining))
        .first(&mut connection)
        .await
        .map_err(port_error)?;
    let balance = left.unwrap_or_default() - later.unwrap_or_default();
    Ok(lines(read_entries(rows)?, balance))
}

/// Adds a subscription with its entry of the ledger, in a transaction.
pub(crate) async fn grant(
    connection: &AsyncPgConnection,
    subscription: &Subscription,
    entry: &LedgerEntry,
) -> QueryResult<()> {
    let (mut first, mut second) = (connection, connection);
    let insert = diesel::insert_into(subscriptions::table)
        .values(SubscriptionRow::from(subscription))
        .execute(&mut first);
    let append = diesel::insert_into(ledger_entries::table)
        .values(LedgerEntryRow::from(entry))
        .execute(&mut second);
    let event = insert_wanted_events(connection, vec![subscription.activated()]);
    try_join3(insert, append, event).await?;
    Ok(())
}

async fn revoke(
    transaction: &Transaction,
    id: SubscriptionId,
    at: Timestamp,
    entry: &AuditEntry,
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
    let was_revoked = subscription.revoked_at.is_some();
    let taken = subscription.revoke(at);
    diesel::update(subscriptions::table.find(Col(id)))
        .set((
            subscriptions::remaining.eq(Col(subscription.remaining)),
            subscriptions::revoked_at.eq(Col(subscription.revoked_at)),
        ))
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    append_entries(connection, taken.as_slice())
        .await
        .map_err(port_error)?;
    if !was_revoked {
        append(connection, [entry.clone()])
            .await
            .map_err(port_error)?;
    }
    Ok(Some(subscription))
}
