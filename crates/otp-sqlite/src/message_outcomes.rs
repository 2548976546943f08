//! Outcomes of codes that callers check.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::SmallInt;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::{MessageOutcomes, PortError};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::MessageOutcomeRow;

use crate::SqliteStore;

const FIND: &str = "
    SELECT message.status, message.channel, message.region, template.name AS template,
        message.outcome, message.outcome_at
    FROM messages AS message LEFT JOIN templates AS template ON template.id = message.template_id
    WHERE message.id = ? AND message.account_id = ?";

const RECORD: &str = "UPDATE messages SET outcome = ?, outcome_at = ? WHERE id = ?";

#[async_trait]
impl MessageOutcomes for SqliteStore {
    async fn record_outcome(
        &self,
        account: AccountId,
        message: MessageId,
        reported: RecordedOutcome,
    ) -> Result<Option<JudgedOutcome>, PortError> {
        self.write("db.message_outcomes.record_outcome", move |connection| {
            let found = diesel::sql_query(FIND)
                .bind::<Id, _>(Col(message))
                .bind::<Id, _>(Col(account))
                .get_result::<MessageOutcomeRow>(connection)
                .optional()?;
            let Some(found) = found else {
                return Ok(None);
            };
            let judged = found.judge(reported);
            if let OutcomeVerdict::Recorded(recorded) = judged.verdict {
                diesel::sql_query(RECORD)
                    .bind::<SmallInt, _>(Col(recorded.outcome))
                    .bind::<Instant, _>(Col(recorded.at))
                    .bind::<Id, _>(Col(message))
                    .execute(connection)?;
            }
            Ok(Some(judged))
        })
        .await
    }
}
