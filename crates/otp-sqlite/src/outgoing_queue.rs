//! The outgoing queue: messages that wait for their hand-over.

use async_trait::async_trait;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use otp_core::ids::MessageId;
use otp_core::message::{ClaimedMessage, QueuedMessage};
use otp_core::ports::{OutgoingQueue, PortError, QueueBacklog};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::ClaimedMessageRow;
use otp_rows::schema::queued_messages;
use serde_json::json;

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{id, set_based};

const INSERT: &str = "
    INSERT INTO queued_messages (message_id, account_id, verification_id, due_at, failed_attempts)
    SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), value ->> 3, 0
    FROM json_each(?)";

/// The messages that are due, those due for longest first, without those of the accounts that are left out.
pub(crate) const DUE: &str = "
    SELECT q.message_id, q.account_id, q.verification_id, q.failed_attempts, m.recipient, m.channel,
        m.sender_id, m.template_id, m.language
    FROM queued_messages AS q CROSS JOIN messages AS m
    WHERE q.claimed_at IS NULL AND q.due_at <= ? AND m.id = q.message_id
      AND q.account_id NOT IN (SELECT unhex(value) FROM json_each(?))
    ORDER BY q.due_at, q.message_id LIMIT ?";

const CLAIM: &str = "
    UPDATE queued_messages SET claimed_at = claim.value ->> 1
    FROM json_each(?) AS claim
    WHERE queued_messages.message_id = unhex(claim.value ->> 0)";

const POSTPONE: &str = "
    UPDATE queued_messages SET claimed_at = NULL, due_at = ?, failed_attempts = ?
    WHERE message_id = ? AND claimed_at IS NOT NULL";

const REMOVE: &str = "DELETE FROM queued_messages WHERE message_id = ?";

pub(crate) const ABANDONED: &str = "
    SELECT q.message_id, q.account_id, q.verification_id, q.failed_attempts, m.recipient, m.channel,
        m.sender_id, m.template_id, m.language
    FROM queued_messages AS q CROSS JOIN messages AS m
    WHERE q.claimed_at IS NOT NULL AND q.claimed_at < ? AND m.id = q.message_id
    ORDER BY q.claimed_at, q.message_id LIMIT ?";

#[async_trait]
impl OutgoingQueue for SqliteStore {
    async fn claim_queued(
        &self,
        now: Timestamp,
        room: &Room,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let most = room.most;
        let left_out: Vec<_> = room.left_out.iter().map(|account| id(account.0)).collect();
        let left_out = json!(left_out).to_string();
        // A writer would wait for the others, also if nothing is due.
        let asked = left_out.clone();
        let next = self.read("db.outgoing_queue.due", move |connection| {
            due(connection, now, &asked, 1)
        });
        if next.await?.is_empty() {
            return Ok(Vec::new());
        }
        self.write("db.outgoing_queue.claim", move |connection| {
            let claimed = due(connection, now, &left_out, most)?;
            let rows = claimed
                .iter()
                .map(|message| json!([id(message.message_id.0), now.unix_millis()]));
            set_based(CLAIM, rows).execute(connection)?;
            Ok(claimed)
        })
        .await
    }

    async fn postpone_queued(
        &self,
        message: MessageId,
        due_at: Timestamp,
        failed_attempts: u32,
    ) -> Result<(), PortError> {
        self.write("db.outgoing_queue.postpone", move |connection| {
            diesel::sql_query(POSTPONE)
                .bind::<Instant, _>(Col(due_at))
                .bind::<Integer, _>(Col(failed_attempts))
                .bind::<Id, _>(Col(message))
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn remove_queued(&self, message: MessageId) -> Result<(), PortError> {
        self.write("db.outgoing_queue.remove", move |connection| {
            diesel::sql_query(REMOVE)
                .bind::<Id, _>(Col(message))
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn queue_backlog(&self, now: Timestamp) -> Result<QueueBacklog, PortError> {
        self.read("db.outgoing_queue.backlog", move |connection| {
            let (due, since): (i64, Option<Col<Timestamp>>) = queued_messages::table
                .filter(queued_messages::claimed_at.is_null())
                .filter(queued_messages::due_at.le(Col(now)))
                .select((count_star(), min(queued_messages::due_at)))
                .first(connection)?;
            Ok(QueueBacklog {
                due: u64::try_from(due).unwrap_or_default(),
                due_since: since.map(|since| since.0),
            })
        })
        .await
    }

    async fn list_abandoned(
        &self,
        claimed_before: Timestamp,
        most: usize,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        self.read("db.outgoing_queue.abandoned", move |connection| {
            let rows: Vec<ClaimedMessageRow> = diesel::sql_query(ABANDONED)
                .bind::<Instant, _>(Col(claimed_before))
                .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
                .load(connection)?;
            Ok(rows.into_iter().map(ClaimedMessage::from).collect())
        })
        .await
    }
}

fn due(
    connection: &mut SqliteConnection,
    now: Timestamp,
    left_out: &str,
    most: usize,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows: Vec<ClaimedMessageRow> = diesel::sql_query(DUE)
        .bind::<Instant, _>(Col(now))
        .bind::<Text, _>(left_out)
        .bind::<BigInt, _>(i64::try_from(most).unwrap_or(i64::MAX))
        .load(connection)?;
    Ok(rows.into_iter().map(ClaimedMessage::from).collect())
}

/// Adds admitted messages, in the transaction that admits them.
pub(crate) fn insert_queued(
    connection: &mut SqliteConnection,
    queued: &[QueuedMessage],
) -> Result<(), StoreError> {
    if queued.is_empty() {
        return Ok(());
    }
    let rows = queued.iter().map(|message| {
        json!([
            id(message.message_id.0),
            id(message.account_id.0),
            id(message.verification_id.0),
            message.due_at.unix_millis(),
        ])
    });
    set_based(INSERT, rows).execute(connection)?;
    Ok(())
}
