//! The stored tallies of insights.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::AccountId;
use otp_core::insights::{CountedSlot, RollupState, Rollups, SettledSlot, Tallies};
use otp_core::ports::{InsightRollups, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{InsightProgressRow, RollupRow, RollupStateRow, read_rollups};
use otp_rows::schema::{insight_progress, insight_rollups};

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::statement;
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};

/// The creation of an account's first message from a time on, found by the index of the same condition.
macro_rules! first_message {
    ($from:literal) => {
        concat!(
            "(SELECT created_at FROM messages WHERE account_id = accounts.id \
                 AND created_at > '-infinity' AND created_at >= coalesce(",
            $from,
            ", '-infinity') ORDER BY created_at LIMIT 1)"
        )
    };
}

statement! {
    /// How far accounts are counted.
    States { from: AccountId, most: i64 } -> RollupStateRow,
    concat!(
        "SELECT accounts.id AS account_id, progress.counted_until, progress.settled_until, ",
        first_message!("progress.counted_until"),
        " AS first_uncounted, ",
        first_message!("progress.settled_until"),
        " AS first_unsettled \
         FROM accounts LEFT JOIN insight_progress AS progress ON progress.account_id = accounts.id \
         WHERE accounts.id >= {} ORDER BY accounts.id LIMIT {}"
    )
}

#[async_trait]
impl InsightRollups for PgStore {
    async fn rollup_states(
        &self,
        from: AccountId,
        most: usize,
    ) -> Result<Vec<RollupState>, PortError> {
        let states = States {
            from: Col(from),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let connection = self.connection().await?;
        let rows = states.rows(&connection).await.map_err(port_error)?;
        Ok(rows.into_iter().map(RollupState::from).collect())
    }

    async fn keep_counted(&self, counted: &CountedSlot) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let kept = count(&transaction, counted).await;
        transaction.finish(kept.map_err(port_error)).await
    }

    async fn keep_settled(&self, settled: &SettledSlot) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let kept = settle(&transaction, settled).await;
        transaction.finish(kept.map_err(port_error)).await
    }

    async fn settled_day(
        &self,
        account_id: AccountId,
        day: Timestamp,
    ) -> Result<Tallies, PortError> {
        let row = insight_rollups::table
            .find((Col(account_id), Col(day), true))
            .select(RollupRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row
            .map(|row| row.tallies())
            .transpose()?
            .unwrap_or_default())
    }

    async fn rollups(&self, account_id: AccountId, from: Timestamp) -> Result<Rollups, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let found = read(&transaction, account_id, from).await;
        let (counted_until, rows) = transaction.finish(found.map_err(port_error)).await?;
        let (days, slots) = read_rollups(&rows)?;
        Ok(Rollups {
            counted_until,
            days,
            slots,
        })
    }
}

async fn count(transaction: &Transaction, counted: &CountedSlot) -> QueryResult<bool> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let (account_id, period) = (counted.account_id, counted.slot.period());
    let moved = match counted.counted_until {
        None => {
            diesel::insert_into(insight_progress::table)
                .values(InsightProgressRow {
                    account_id: Col(account_id),
                    counted_until: Col(period.until),
                })
                .on_conflict_do_nothing()
                .execute(&mut connection)
                .await?
        }
        Some(until) => {
            diesel::update(insight_progress::table.find(Col(account_id)))
                .filter(insight_progress::counted_until.eq(Col(until)))
                .set(insight_progress::counted_until.eq(Col(period.until)))
                .execute(&mut connection)
                .await?
        }
    };
    if moved == 0 {
        return Ok(false);
    }
    let row = RollupRow::of_slot(account_id, period.from, &counted.tallies);
    insert(connection, row).await?;
    Ok(true)
}

async fn settle(transaction: &Transaction, settled: &SettledSlot) -> QueryResult<bool> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let (account_id, period, day) = (settled.account_id, settled.slot.period(), settled.day());
    let until: Option<Col<Option<Timestamp>>> = insight_progress::table
        .find(Col(account_id))
        .select(insight_progress::settled_until)
        .for_update()
        .first(&mut connection)
        .await
        .optional()?;
    if until.map(|until| until.0) != Some(settled.settled_until) {
        return Ok(false);
    }
    diesel::update(insight_progress::table.find(Col(account_id)))
        .set(insight_progress::settled_until.eq(Col(Some(period.until))))
        .execute(&mut connection)
        .await?;
    for (begins_at, is_day) in [(period.from, false), (day, true)] {
        diesel::delete(insight_rollups::table.find((Col(account_id), Col(begins_at), is_day)))
            .execute(&mut connection)
            .await?;
    }
    let row = RollupRow::of_day(account_id, day, &settled.tallies);
    insert(connection, row).await?;
    Ok(true)
}

async fn insert(mut connection: &AsyncPgConnection, row: RollupRow) -> QueryResult<()> {
    diesel::insert_into(insight_rollups::table)
        .values(row)
        .execute(&mut connection)
        .await?;
    Ok(())
}

async fn read(
    transaction: &Transaction,
    account_id: AccountId,
    from: Timestamp,
) -> QueryResult<(Option<Timestamp>, Vec<RollupRow>)> {
    transaction.begin_brief(BEGIN_AT_ONE_MOMENT).await?;
    let mut connection = transaction.connection();
    let counted_until: Option<Col<Timestamp>> = insight_progress::table
        .find(Col(account_id))
        .select(insight_progress::counted_until)
        .first(&mut connection)
        .await
        .optional()?;
    let rows = insight_rollups::table
        .filter(insight_rollups::account_id.eq(Col(account_id)))
        .filter(insight_rollups::begins_at.ge(Col(from)))
        .order((insight_rollups::begins_at, insight_rollups::is_day))
        .select(RollupRow::as_select())
        .load(&mut connection)
        .await?;
    Ok((counted_until.map(|until| until.0), rows))
}
