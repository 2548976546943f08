//! Test inboxes.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ports::{PortError, TestInbox};
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::test_number::{LifePosition, TestNumber};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::TestMessageRow;
use otp_rows::schema::test_messages;
use serde_json::{Value, json};

use crate::SqliteStore;
use crate::set_based::{id, set_based};

/// Removes the messages of an account that are not among its newest, unless something is still to be
/// reported about them.
const REMOVE_SURPLUS: &str = "
    DELETE FROM test_messages
    WHERE account_id = ? AND life_due_at IS NULL AND (received_at, message_id) <= (
        SELECT received_at, message_id FROM test_messages WHERE account_id = ?
        ORDER BY received_at DESC, message_id DESC LIMIT 1 OFFSET ?)";

/// Moves lives that are still where they were.
const ADVANCE: &str = "
    UPDATE test_messages SET life_number = progress.value ->> 2,
        life_step = progress.value ->> 3, life_due_at = progress.value ->> 4
    FROM json_each(?) AS progress
    WHERE test_messages.message_id = unhex(progress.value ->> 0)
      AND test_messages.life_step = progress.value ->> 1";

/// Removes the oldest messages.
const FORGET: &str = "
    DELETE FROM test_messages WHERE message_id IN (
        SELECT message_id FROM test_messages WHERE received_at < ? AND life_due_at IS NULL
        ORDER BY received_at LIMIT ?)";

#[async_trait]
impl TestInbox for SqliteStore {
    async fn receive(&self, message: &TestMessage, kept: usize) -> Result<(), PortError> {
        let (row, account) = (TestMessageRow::from(message), message.account_id);
        self.write("db.test_inbox.receive", move |connection| {
            diesel::insert_into(test_messages::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(connection)?;
            diesel::sql_query(REMOVE_SURPLUS)
                .bind::<Id, _>(Col(account))
                .bind::<Id, _>(Col(account))
                .bind::<BigInt, _>(i64::try_from(kept).unwrap_or(i64::MAX))
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list_received(&self, query: TestInboxQuery) -> Result<Vec<TestMessage>, PortError> {
        self.read("db.test_inbox.list", move |connection| {
            let mut wanted = test_messages::table
                .filter(test_messages::account_id.eq(Col(query.account_id)))
                .order((
                    test_messages::received_at.desc(),
                    test_messages::message_id.desc(),
                ))
                .limit(i64::try_from(query.limit).unwrap_or(i64::MAX))
                .select(TestMessageRow::as_select())
                .into_boxed();
            if let Some(recipient) = query.recipient_index {
                wanted = wanted.filter(test_messages::recipient_index.eq(Col(recipient)));
            }
            if let Some(from) = query.from {
                wanted = wanted.filter(test_messages::received_at.ge(Col(from)));
            }
            Ok(messages(wanted.load(connection)?))
        })
        .await
    }

    async fn list_due(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<TestMessage>, PortError> {
        self.read("db.test_inbox.due", move |connection| {
            let rows = test_messages::table
                .filter(test_messages::life_due_at.le(Col(Some(until))))
                .order((test_messages::life_due_at, test_messages::message_id))
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .select(TestMessageRow::as_select())
                .load(connection)?;
            Ok(messages(rows))
        })
        .await
    }

    async fn advance(&self, progress: &[LifeProgress]) -> Result<(), PortError> {
        let rows: Vec<_> = progress.iter().map(progress_row).collect();
        self.write("db.test_inbox.advance", move |connection| {
            set_based(ADVANCE, rows).execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn forget_received(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        self.write("db.test_inbox.forget", move |connection| {
            let forgotten = diesel::sql_query(FORGET)
                .bind::<Instant, _>(Col(before))
                .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
                .execute(connection)?;
            Ok(forgotten)
        })
        .await
    }
}

fn progress_row(progress: &LifeProgress) -> Value {
    let next: Option<LifePosition> = progress.to;
    json!([
        id(progress.message_id.0),
        progress.from.step,
        next.and_then(|next| next.number).map(TestNumber::code),
        next.map(|next| next.step),
        next.map(|next| next.due_at.unix_millis()),
    ])
}

fn messages(rows: Vec<TestMessageRow>) -> Vec<TestMessage> {
    rows.into_iter().map(TestMessage::from).collect()
}
