//! The outgoing queue: messages that wait for their hand-over.

use async_trait::async_trait;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::message::{ClaimedMessage, QueuedMessage};
use otp_core::ports::{OutgoingQueue, PortError, QueueBacklog};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_rows::Col;
use otp_rows::rows::ClaimedMessageRow;
use otp_rows::schema::queued_messages;

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// Adds admitted messages.
    InsertQueued {
        message_id: [MessageId],
        account_id: [AccountId],
        verification_id: [VerificationId],
        due_at: [Timestamp],
    },
    "INSERT INTO queued_messages \
         (message_id, account_id, verification_id, due_at, failed_attempts) \
     SELECT message_id, account_id, verification_id, due_at, 0 \
     FROM unnest({}, {}, {}, {}) AS new (message_id, account_id, verification_id, due_at)"
}

statement! {
    /// Claims due messages that no other session is claiming. Without MATERIALIZED, PostgreSQL might
    /// choose anew for each row.
    Claim { now: Timestamp, left_out: [AccountId], most: i64, claimed_at: Timestamp }
    -> ClaimedMessageRow,
    "WITH due AS MATERIALIZED ( \
         SELECT message_id FROM queued_messages \
         WHERE claimed_at IS NULL AND due_at <= {} AND account_id <> ALL({}) \
         ORDER BY due_at, message_id LIMIT {} FOR UPDATE SKIP LOCKED) \
     UPDATE queued_messages SET claimed_at = {} \
     FROM due JOIN messages ON messages.id = due.message_id \
     WHERE queued_messages.message_id = due.message_id \
     RETURNING queued_messages.message_id, queued_messages.account_id, \
         queued_messages.verification_id, failed_attempts, recipient, channel, sender_id, \
         template_id, language"
}

statement! {
    /// Gives a claimed message back.
    Postpone { due_at: Timestamp, failed_attempts: u32, message: MessageId },
    "UPDATE queued_messages SET claimed_at = NULL, due_at = {}, failed_attempts = {} \
     WHERE message_id = {} AND claimed_at IS NOT NULL"
}

statement! {
    /// Removes a message.
    Remove { message: MessageId },
    "DELETE FROM queued_messages WHERE message_id = {}"
}

statement! {
    /// The messages that were claimed long ago.
    ListAbandoned { before: Timestamp, most: i64 } -> ClaimedMessageRow,
    "SELECT message_id, queued_messages.account_id, queued_messages.verification_id, \
         failed_attempts, recipient, channel, sender_id, template_id, language \
     FROM queued_messages JOIN messages ON messages.id = queued_messages.message_id \
     WHERE claimed_at IS NOT NULL AND claimed_at < {} \
     ORDER BY claimed_at, message_id LIMIT {}"
}

#[async_trait]
impl OutgoingQueue for PgStore {
    async fn claim_queued(
        &self,
        now: Timestamp,
        room: &Room,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let claim = Claim {
            now: Col(now),
            left_out: each(&room.left_out, |account| *account),
            most: Col(i64::try_from(room.most).unwrap_or(i64::MAX)),
            claimed_at: Col(now),
        };
        let rows = claim.rows(&*self.connection().await?).await;
        Ok(claimed(rows.map_err(port_error)?))
    }

    async fn postpone_queued(
        &self,
        message: MessageId,
        due_at: Timestamp,
        failed_attempts: u32,
    ) -> Result<(), PortError> {
        let postpone = Postpone {
            due_at: Col(due_at),
            failed_attempts: Col(failed_attempts),
            message: Col(message),
        };
        let postponed = postpone.execute(&mut self.connection().await?).await;
        postponed.map_err(port_error)?;
        Ok(())
    }

    async fn remove_queued(&self, message: MessageId) -> Result<(), PortError> {
        let remove = Remove {
            message: Col(message),
        };
        let removed = remove.execute(&mut self.connection().await?).await;
        removed.map_err(port_error)?;
        Ok(())
    }

    async fn queue_backlog(&self, now: Timestamp) -> Result<QueueBacklog, PortError> {
        let backlog: (i64, Option<Col<Timestamp>>) = queued_messages::table
            .filter(queued_messages::claimed_at.is_null())
            .filter(queued_messages::due_at.le(Col(now)))
            .select((count_star(), min(queued_messages::due_at)))
            .first(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(QueueBacklog {
            due: u64::try_from(backlog.0).unwrap_or_default(),
            due_since: backlog.1.map(|since| since.0),
        })
    }

    async fn list_abandoned(
        &self,
        claimed_before: Timestamp,
        most: usize,
    ) -> Result<Vec<ClaimedMessage>, PortError> {
        let list = ListAbandoned {
            before: Col(claimed_before),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let rows = list.rows(&*self.connection().await?).await;
        Ok(claimed(rows.map_err(port_error)?))
    }
}

fn claimed(rows: Vec<ClaimedMessageRow>) -> Vec<ClaimedMessage> {
    rows.into_iter().map(ClaimedMessage::from).collect()
}

/// Adds admitted messages, in the transaction that admits them.
pub(crate) async fn insert_queued(
    mut connection: &AsyncPgConnection,
    queued: &[QueuedMessage],
) -> QueryResult<()> {
    if queued.is_empty() {
        return Ok(());
    }
    let insert = InsertQueued {
        message_id: each(queued, |message| message.message_id),
        account_id: each(queued, |message| message.account_id),
        verification_id: each(queued, |message| message.verification_id),
        due_at: each(queued, |message| message.due_at),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}
