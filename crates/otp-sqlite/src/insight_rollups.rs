//! The stored tallies of insights.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ids::AccountId;
use otp_core::insights::{CountedSlot, RollupState, Rollups, SettledSlot, Tallies};
use otp_core::ports::{InsightRollups, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::encoding::Id;
use otp_rows::rows::{InsightProgressRow, RollupRow, RollupStateRow, read_rollups};
use otp_rows::schema::{insight_progress, insight_rollups};

use crate::SqliteStore;

/// The creation of an account's first message from a time on.
macro_rules! first_message {
    ($from:literal) => {
        concat!(
            "(SELECT m.created_at FROM messages AS m INDEXED BY messages_by_account
                 WHERE m.account_id = accounts.id AND m.created_at >= coalesce(",
            $from,
            ", -9223372036854775808) ORDER BY m.created_at LIMIT 1)"
        )
    };
}

/// How far accounts are counted.
pub(crate) const STATES: &str = concat!(
    "SELECT accounts.id AS account_id, progress.counted_until, progress.settled_until, ",
    first_message!("progress.counted_until"),
    " AS first_uncounted, ",
    first_message!("progress.settled_until"),
    " AS first_unsettled
     FROM accounts LEFT JOIN insight_progress AS progress ON progress.account_id = accounts.id
     WHERE accounts.id >= ?1 ORDER BY accounts.id LIMIT ?2"
);

#[async_trait]
impl InsightRollups for SqliteStore {
    async fn rollup_states(
        &self,
        from: AccountId,
        most: usize,
    ) -> Result<Vec<RollupState>, PortError> {
        self.read("db.insight_rollups.states", move |connection| {
            let rows: Vec<RollupStateRow> = diesel::sql_query(STATES)
                .bind::<Id, _>(Col(from))
                .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
                .load(connection)?;
            Ok(rows.into_iter().map(RollupState::from).collect())
        })
        .await
    }

    async fn keep_counted(&self, counted: &CountedSlot) -> Result<bool, PortError> {
        let counted = counted.clone();
        self.write("db.insight_rollups.keep_counted", move |connection| {
            Ok(count(connection, &counted)?)
        })
        .await
    }

    async fn keep_settled(&self, settled: &SettledSlot) -> Result<bool, PortError> {
        let settled = settled.clone();
        self.write("db.insight_rollups.keep_settled", move |connection| {
            Ok(settle(connection, &settled)?)
        })
        .await
    }

    async fn settled_day(
        &self,
        account_id: AccountId,
        day: Timestamp,
    ) -> Result<Tallies, PortError> {
        self.read("db.insight_rollups.settled_day", move |connection| {
            let row = insight_rollups::table
                .find((Col(account_id), Col(day), true))
                .select(RollupRow::as_select())
                .first(connection)
                .optional()?;
            Ok(row
                .map(|row| row.tallies())
                .transpose()?
                .unwrap_or_default())
        })
        .await
    }

    async fn rollups(&self, account_id: AccountId, from: Timestamp) -> Result<Rollups, PortError> {
        self.read("db.insight_rollups.read", move |connection| {
            let counted_until: Option<Col<Timestamp>> = insight_progress::table
                .find(Col(account_id))
                .select(insight_progress::counted_until)
                .first(connection)
                .optional()?;
            let rows: Vec<RollupRow> = insight_rollups::table
                .filter(insight_rollups::account_id.eq(Col(account_id)))
                .filter(insight_rollups::begins_at.ge(Col(from)))
                .order((insight_rollups::begins_at, insight_rollups::is_day))
                .select(RollupRow::as_select())
                .load(connection)?;
            let (days, slots) = read_rollups(&rows)?;
            Ok(Rollups {
                counted_until: counted_until.map(|until| until.0),
                days,
                slots,
            })
        })
        .await
    }
}

fn count(connection: &mut SqliteConnection, counted: &CountedSlot) -> QueryResult<bool> {
    let (account_id, period) = (counted.account_id, counted.slot.period());
    let moved = match counted.counted_until {
        None => diesel::insert_into(insight_progress::table)
            .values(InsightProgressRow {
                account_id: Col(account_id),
                counted_until: Col(period.until),
            })
            .on_conflict_do_nothing()
            .execute(connection)?,
        Some(until) => diesel::update(insight_progress::table.find(Col(account_id)))
            .filter(insight_progress::counted_until.eq(Col(until)))
            .set(insight_progress::counted_until.eq(Col(period.until)))
            .execute(connection)?,
    };
    if moved == 0 {
        return Ok(false);
    }
    insert(
        connection,
        RollupRow::of_slot(account_id, period.from, &counted.tallies),
    )?;
    Ok(true)
}

fn settle(connection: &mut SqliteConnection, settled: &SettledSlot) -> QueryResult<bool> {
    let (account_id, period, day) = (settled.account_id, settled.slot.period(), settled.day());
    let until: Option<Col<Option<Timestamp>>> = insight_progress::table
        .find(Col(account_id))
        .select(insight_progress::settled_until)
        .first(connection)
        .optional()?;
    if until.map(|until| until.0) != Some(settled.settled_until) {
        return Ok(false);
    }
    diesel::update(insight_progress::table.find(Col(account_id)))
        .set(insight_progress::settled_until.eq(Col(Some(period.until))))
        .execute(connection)?;
    for (begins_at, is_day) in [(period.from, false), (day, true)] {
        diesel::delete(insight_rollups::table.find((Col(account_id), Col(begins_at), is_day)))
            .execute(connection)?;
    }
    insert(
        connection,
        RollupRow::of_day(account_id, day, &settled.tallies),
    )?;
    Ok(true)
}

fn insert(connection: &mut SqliteConnection, row: RollupRow) -> QueryResult<()> {
    diesel::insert_into(insight_rollups::table)
        .values(row)
        .execute(connection)?;
    Ok(())
}
