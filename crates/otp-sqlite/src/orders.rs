//! Orders of plans.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, OrderId};
use otp_core::order::{NewOrder, Order, OrderChange, OrderStatus};
use otp_core::page::PagePosition;
use otp_core::ports::{Orders, PortError};
use otp_core::subscription::Subscription;
use otp_rows::Col;
use otp_rows::rows::{OrderChangeRow, OrderRow, OrderStepRow, read_orders};
use otp_rows::schema::{order_steps, orders};

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::errors::StoreError;
use crate::notice_outbox::insert_notices;
use crate::subscriptions::grant;

#[async_trait]
impl Orders for SqliteStore {
    async fn place_order(&self, new: &NewOrder) -> Result<bool, PortError> {
        let row = OrderRow::from(&new.order);
        let (entry, notice) = (new.entry.clone(), new.notice.clone());
        self.write("db.orders.place", move |connection| {
            let placed = diesel::insert_into(orders::table)
                .values(row)
                .on_conflict(orders::id)
                .do_nothing()
                .execute(connection)?;
            if placed == 0 {
                return Ok(false);
            }
            insert_notices(connection, notice.as_slice())?;
            append(connection, [entry])?;
            Ok(true)
        })
        .await
    }

    async fn find_order(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        self.read("db.orders.find", move |connection| {
            let row = orders::table.find(Col(id)).select(OrderRow::as_select());
            let rows = row.load(connection)?;
            let found = with_steps(connection, rows)?;
            Ok(found.into_iter().next())
        })
        .await
    }

    async fn list_orders_of(
        &self,
        account: AccountId,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.orders.list_of", move |connection| {
            let rows = orders::table
                .filter(orders::account_id.eq(Col(account)))
                .order((orders::placed_at.desc(), orders::id.desc()))
                .limit(limit)
                .select(OrderRow::as_select())
                .load(connection)?;
            with_steps(connection, rows)
        })
        .await
    }

    async fn list_open_orders(&self, limit: usize) -> Result<Vec<Order>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.orders.list_open", move |connection| {
            let rows = orders::table
                .filter(orders::status.le(Col(OrderStatus::Contacted)))
                .order((orders::placed_at, orders::id))
                .limit(limit)
                .select(OrderRow::as_select())
                .load(connection)?;
            with_steps(connection, rows)
        })
        .await
    }

    async fn list_orders(
        &self,
        before: PagePosition,
        limit: usize,
    ) -> Result<Vec<Order>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.orders.list", move |connection| {
            let (at, id) = (Col(before.created_at), Col(OrderId(before.id)));
            let same_time = orders::placed_at.eq(at).and(orders::id.lt(id));
            let rows = orders::table
                .filter(orders::placed_at.lt(at).or(same_time))
                .order((orders::placed_at.desc(), orders::id.desc()))
                .limit(limit)
                .select(OrderRow::as_select())
                .load(connection)?;
            with_steps(connection, rows)
        })
        .await
    }

    async fn change_order(&self, change: &OrderChange) -> Result<bool, PortError> {
        let change = change.clone();
        self.write("db.orders.change", move |connection| {
            replace(connection, &change)
        })
        .await
    }

    async fn activate_order(
        &self,
        change: &OrderChange,
        subscription: &Subscription,
        entry: &LedgerEntry,
    ) -> Result<bool, PortError> {
        let (change, subscription, entry) = (change.clone(), subscription.clone(), entry.clone());
        self.write("db.orders.activate", move |connection| {
            // First the subscription, which the order refers to. Of an order that has changed nothing is written.
            if !has_status(connection, &change)? {
                return Ok(false);
            }
            grant(connection, &subscription, entry)?;
            replace(connection, &change)
        })
        .await
    }
}

/// Returns whether an order has the status that the change was made for.
fn has_status(connection: &mut SqliteConnection, change: &OrderChange) -> QueryResult<bool> {
    let unchanged = orders::table
        .find(Col(change.after.id))
        .filter(orders::status.eq(Col(change.before)));
    diesel::select(diesel::dsl::exists(unchanged)).get_result(connection)
}

/// Writes a change; returns `false`, and writes nothing, if the order has changed.
fn replace(connection: &mut SqliteConnection, change: &OrderChange) -> Result<bool, StoreError> {
    let unchanged = orders::table
        .find(Col(change.after.id))
        .filter(orders::status.eq(Col(change.before)));
    let replaced = diesel::update(unchanged)
        .set(OrderChangeRow::from(&change.after))
        .execute(connection)?;
    if replaced == 0 {
        return Ok(false);
    }
    if let Some(step) = OrderStepRow::last_of(&change.after) {
        diesel::insert_into(order_steps::table)
            .values(step)
            .execute(connection)?;
    }
    insert_notices(connection, change.notice.as_slice())?;
    append(connection, [change.entry.clone()])?;
    Ok(true)
}

fn with_steps(
    connection: &mut SqliteConnection,
    rows: Vec<OrderRow>,
) -> Result<Vec<Order>, StoreError> {
    let ids: Vec<_> = rows.iter().map(OrderRow::id).collect();
    let steps = order_steps::table
        .filter(order_steps::order_id.eq_any(ids))
        .select(OrderStepRow::as_select())
        .load(connection)?;
    Ok(read_orders(rows, steps)?)
}
