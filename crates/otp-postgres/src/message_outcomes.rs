//! Outcomes of codes that callers check.

use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{CodeOutcome, JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::{MessageOutcomes, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::MessageOutcomeRow;

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join;
use crate::statement::statement;
use crate::transaction::Transaction;

statement! {
    /// Locks the message's row and nothing else, so this waits for others, but never in a circle.
    LockMessage { id: MessageId, account_id: AccountId } -> MessageOutcomeRow,
    "SELECT message.status, message.channel, message.region, template.name AS template, \
         message.outcome, message.outcome_at \
     FROM messages AS message LEFT JOIN templates AS template ON template.id = message.template_id \
     WHERE message.id = {} AND message.account_id = {} FOR NO KEY UPDATE OF message"
}

statement! {
    /// Records an outcome.
    RecordOutcome { outcome: CodeOutcome, at: Timestamp, id: MessageId },
    "UPDATE messages SET outcome = {}, outcome_at = {} WHERE id = {}"
}

#[async_trait]
impl MessageOutcomes for PgStore {
    async fn record_outcome(
        &self,
        account: AccountId,
        message: MessageId,
        reported: RecordedOutcome,
    ) -> Result<Option<JudgedOutcome>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let judged = record(&transaction, account, message, reported).await;
        transaction.finish(judged.map_err(port_error)).await
    }
}

async fn record(
    transaction: &Transaction,
    account: AccountId,
    message: MessageId,
    reported: RecordedOutcome,
) -> QueryResult<Option<JudgedOutcome>> {
    let mut connection = transaction.connection();
    let lock = LockMessage {
        id: Col(message),
        account_id: Col(account),
    };
    let ((), mut found) = try_join(transaction.begin(), lock.rows(connection)).await?;
    let Some(judged) = found.pop().map(|found| found.judge(reported)) else {
        return Ok(None);
    };
    if let OutcomeVerdict::Recorded(recorded) = judged.verdict {
        let record = RecordOutcome {
            outcome: Col(recorded.outcome),
            at: Col(recorded.at),
            id: Col(message),
        };
        record.execute(&mut connection).await?;
    }
    Ok(Some(judged))
}
