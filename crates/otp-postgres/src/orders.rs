//! Orders of plans.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, OrderId};
use otp_core::order::{NewOrder, Order, OrderChange, OrderStatus};
use otp_core::page::PagePosition;
use otp_core::ports::{Orders, PortError};
use otp_core::subscription::Subscription;
use otp_rows::Col;
use otp_rows::rows::{OrderChangeRow, OrderRow, OrderStepRow, read_orders};
use otp_rows::schema::{order_steps, orders};

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::port_error;
use crate::notice_outbox::insert_notices;
use crate::pipeline::try_join;
use crate::subscriptions::grant;
use crate::transaction::Transaction;

#[async_trait]
impl Orders for PgStore {
    async fn place_order(&self, new: &NewOrder) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let placed = place(&transaction, new).await;
        transaction.finish(placed.map_err(port_error)).await
    }

    async fn find_order(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let mut connection = self.connection().await?;
        let rows = orders::table
            .find(Col(id))
            .select(OrderRow::as_select())
            .load(&mut connection)
            .await
            .map_err(port_error)?;
        let found = with_steps(&connection, rows).await?;
        Ok(found.into_iter().next())
    }

    async fn list_orders_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let mut connection = self.connection().await?;
        let rows = orders::table
            .filter(orders::account_id.eq(Col(account)))
            .order((orders::placed_at.desc(), orders::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(OrderRow::as_select())
            .load(&mut connection)
            .await
            .map_err(port_error)?;
        with_steps(&connection, rows).await
    }

    async fn list_open_orders(&self, limit: usize) -> Result<Vec<Order>, PortError> {
        let mut connection = self.connection().await?;
        let rows = orders::table
            .filter(orders::status.le(Col(OrderStatus::Contacted)))
            .order((orders::placed_at, orders::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(OrderRow::as_select())
            .load(&mut connection)
            .await
            .map_err(port_error)?;
        with_steps(&connection, rows).await
    }

    async fn list_orders(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let mut connection = self.connection().await?;
        let (at, id) = (Col(before.created_at), Col(OrderId(before.id)));
        let same_time = orders::placed_at.eq(at).and(orders::id.lt(id));
        let rows = orders::table
            .filter(orders::placed_at.lt(at).or(same_time))
            .order((orders::placed_at.desc(), orders::id.desc()))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(OrderRow::as_select())
            .load(&mut connection)
            .await
            .map_err(port_error)?;
        with_steps(&connection, rows).await
    }

    async fn change_order(&self, change: &OrderChange) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let changed = replace(&transaction, change, None).await;
        transaction.finish(changed.map_err(port_error)).await
    }

    async fn activate_order(
        &self,
        change: &OrderChange,
        subscription: &Subscription,
        entry: &LedgerEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let activated = replace(&transaction, change, Some((subscription, entry))).await;
        transaction.finish(activated.map_err(port_error)).await
    }
}

async fn place(transaction: &Transaction, new: &NewOrder) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let insert = diesel::insert_into(orders::table)
        .values(OrderRow::from(&new.order))
        .on_conflict(orders::id)
        .do_nothing()
        .execute(&mut connection);
    let ((), placed) = try_join(transaction.begin(), insert).await?;
    if placed == 0 {
        return Ok(false);
    }
    insert_notices(transaction.connection(), new.notice.as_slice()).await?;
    append(transaction.connection(), [new.entry.clone()]).await?;
    Ok(true)
}

/// Writes a change, and grants a subscription if there is one; returns `false`, and writes nothing, if the order has
/// changed. The update locks the order, so of several changes one finds the status that it was made for.
async fn replace(
    transaction: &Transaction,
    change: &OrderChange,
    granted: Option<(&Subscription, &LedgerEntry)>,
) -> QueryResult<bool> {
    let mut connection = transaction.connection();
    let order = orders::table.find(Col(change.after.id));
    let locked = order
        .filter(orders::status.eq(Col(change.before)))
        .select(orders::id)
        .for_no_key_update()
        .load::<Col<OrderId>>(&mut connection);
    let ((), locked) = try_join(transaction.begin(), locked).await?;
    if locked.is_empty() {
        return Ok(false);
    }
    if let Some((subscription, entry)) = granted {
        // First the subscription, which the order refers to.
        grant(transaction.connection(), subscription, entry).await?;
    }
    let update = diesel::update(order)
        .set(OrderChangeRow::from(&change.after))
        .execute(&mut connection);
    let mut other = transaction.connection();
    let step = diesel::insert_into(order_steps::table)
        .values(OrderStepRow::last_of(&change.after))
        .execute(&mut other);
    try_join(update, step).await?;
    insert_notices(transaction.connection(), change.notice.as_slice()).await?;
    append(transaction.connection(), [change.entry.clone()]).await?;
    Ok(true)
}

async fn with_steps(
    mut connection: &AsyncPgConnection,
    rows: Vec<OrderRow>,
) -> Result<Vec<Order>, PortError> {
    let ids: Vec<_> = rows.iter().map(OrderRow::id).collect();
    let steps = order_steps::table
        .filter(order_steps::order_id.eq_any(ids))
        .select(OrderStepRow::as_select())
        .load(&mut connection)
        .await
        .map_err(port_error)?;
    Ok(read_orders(rows, steps)?)
}
