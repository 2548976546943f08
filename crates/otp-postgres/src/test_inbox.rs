//! Test inboxes.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::{PortError, TestInbox};
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::test_number::TestNumber;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::TestMessageRow;
use otp_rows::schema::test_messages;

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join3;
use crate::statement::{each, statement};
use crate::transaction::Transaction;

statement! {
    /// Removes the messages of an account that are not among its newest, unless something is still to be
    /// reported about them.
    RemoveSurplus { account: AccountId, kept: i64, of: AccountId },
    "DELETE FROM test_messages USING ( \
         SELECT received_at, message_id FROM test_messages WHERE account_id = {} \
         ORDER BY received_at DESC, message_id DESC OFFSET {} LIMIT 1) AS surplus \
     WHERE account_id = {} AND life_due_at IS NULL \
         AND (test_messages.received_at, test_messages.message_id) \
             <= (surplus.received_at, surplus.message_id)"
}

statement! {
    /// Moves lives that are still where they were.
    Advance {
        message_id: [MessageId],
        step: [u16],
        next_number: [Option<TestNumber>],
        next_step: [Option<u16>],
        next_due_at: [Option<Timestamp>],
    },
    "UPDATE test_messages SET life_number = progress.next_number, \
         life_step = progress.next_step, life_due_at = progress.next_due_at \
     FROM unnest({}, {}, {}, {}, {}) AS progress \
         (message_id, step, next_number, next_step, next_due_at) \
     WHERE test_messages.message_id = progress.message_id \
         AND test_messages.life_step = progress.step"
}

statement! {
    /// Removes the oldest messages. It skips those that another session is removing.
    ForgetReceived { before: Timestamp, most: i64 },
    "DELETE FROM test_messages USING ( \
         SELECT message_id FROM test_messages WHERE received_at < {} AND life_due_at IS NULL \
         ORDER BY received_at LIMIT {} FOR UPDATE SKIP LOCKED) AS old \
     WHERE test_messages.message_id = old.message_id"
}

#[async_trait]
impl TestInbox for PgStore {
    async fn receive(&self, message: &TestMessage, kept: usize) -> Result<(), PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let received = receive(&transaction, message, kept).await;
        transaction.finish(received.map_err(port_error)).await
    }

    async fn list_received(&self, query: TestInboxQuery) -> Result<Vec<TestMessage>, PortError> {
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
        let rows = wanted.load(&mut self.connection().await?).await;
        Ok(messages(rows.map_err(port_error)?))
    }

    async fn list_due(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<TestMessage>, PortError> {
        let rows = test_messages::table
            .filter(test_messages::life_due_at.le(Col(Some(until))))
            .order((test_messages::life_due_at, test_messages::message_id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(TestMessageRow::as_select())
            .load(&mut self.connection().await?)
            .await;
        Ok(messages(rows.map_err(port_error)?))
    }

    async fn advance(&self, progress: &[LifeProgress]) -> Result<(), PortError> {
        let advance = Advance {
            message_id: each(progress, |one| one.message_id),
            step: each(progress, |one| one.from.step),
            next_number: each(progress, |one| one.to?.number),
            next_step: each(progress, |one| Some(one.to?.step)),
            next_due_at: each(progress, |one| Some(one.to?.due_at)),
        };
        let advanced = advance.execute(&mut self.connection().await?).await;
        advanced.map_err(port_error)?;
        Ok(())
    }

    async fn forget_received(&self, before: Timestamp, limit: usize) -> Result<usize, PortError> {
        let forget = ForgetReceived {
            before: Col(before),
            most: Col(i64::try_from(limit).unwrap_or(i64::MAX)),
        };
        let forgotten = forget.execute(&mut self.connection().await?).await;
        forgotten.map_err(port_error)
    }
}

async fn receive(transaction: &Transaction, message: &TestMessage, kept: usize) -> QueryResult<()> {
    let (mut first, mut second) = (transaction.connection(), transaction.connection());
    let account = Col(message.account_id);
    let insert = diesel::insert_into(test_messages::table)
        .values(TestMessageRow::from(message))
        .on_conflict_do_nothing()
        .execute(&mut first);
    let surplus = RemoveSurplus {
        account,
        kept: Col(i64::try_from(kept).unwrap_or(i64::MAX)),
        of: account,
    };
    try_join3(transaction.begin(), insert, surplus.execute(&mut second)).await?;
    Ok(())
}

fn messages(rows: Vec<TestMessageRow>) -> Vec<TestMessage> {
    rows.into_iter().map(TestMessage::from).collect()
}
