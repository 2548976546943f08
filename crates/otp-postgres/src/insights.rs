//! How far messages got.

use async_trait::async_trait;
use diesel::QueryResult;
use otp_core::ids::AccountId;
use otp_core::insights::{FunnelFacts, InsightsQuery, MessageProgress, SiblingMessage};
use otp_core::ports::{Insights, PortError};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{CountRow, MessageProgressRow};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::try_join;
use crate::statement::{each, statement};
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};
use crate::verifications::MessagesOf;

/// The messages of an account and a period. Every time is later than `-infinity`; the index has the same
/// condition, so it is the one that finds them.
macro_rules! of_period {
    () => {
        "FROM messages WHERE account_id = {} AND created_at > '-infinity' \
         AND created_at >= {} AND created_at < {}"
    };
}

statement! {
    /// Counts the messages of an account and a period, up to a limit.
    Count { account_id: AccountId, from: Timestamp, until: Timestamp, limit: i64 } -> CountRow,
    concat!(
        "SELECT count(*) AS counted FROM (SELECT 1 ",
        of_period!(),
        " LIMIT {}) AS counted"
    )
}

statement! {
    /// The messages of an account and a period. 1 is Sent, 2 Delivered, 3 Read. The look-ups are subqueries
    /// with `OFFSET 0`; `send_ledger/admit.rs` says why.
    Progress { account_id: AccountId, from: Timestamp, until: Timestamp } -> MessageProgressRow,
    concat!(
        "SELECT message.*, template.name AS template, event.*, verification.verification_status \
         FROM (SELECT id, created_at, status, channel, region, template_id, failure_code, outcome, \
                 verification_id ",
        of_period!(),
        " OFFSET 0) AS message \
         LEFT JOIN LATERAL (SELECT name FROM templates \
             WHERE templates.id = message.template_id OFFSET 0) AS template ON true \
         LEFT JOIN LATERAL (SELECT status AS verification_status FROM verifications \
             WHERE verifications.id = message.verification_id OFFSET 0) AS verification ON true, \
         LATERAL (SELECT coalesce(bool_or(status = 1), false) AS was_sent, \
                 min(recorded_at) FILTER (WHERE status = 2) AS delivered_at, \
                 coalesce(bool_or(status = 3), false) AS was_read \
             FROM message_events WHERE message_events.message_id = message.id OFFSET 0) AS event"
    )
}

#[async_trait]
impl Insights for PgStore {
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let found = find(&transaction, query).await;
        transaction.finish(found.map_err(port_error)).await
    }
}

async fn find(
    transaction: &Transaction,
    query: &InsightsQuery,
) -> QueryResult<Option<FunnelFacts>> {
    let connection = transaction.connection();
    let (account_id, from, until) = (Col(query.account_id), Col(query.from), Col(query.until));
    let count = Count {
        account_id,
        from,
        until,
        limit: Col(i64::try_from(query.most).map_or(i64::MAX, |most| most.saturating_add(1))),
    };
    let begin = transaction.begin_brief(BEGIN_AT_ONE_MOMENT);
    let ((), counted) = try_join(begin, count.rows(connection)).await?;
    if !query.allows(counted.into_iter().map(usize::from).sum()) {
        return Ok(None);
    }
    let progress = Progress {
        account_id,
        from,
        until,
    };
    let rows = progress.rows(connection).await?;
    let messages: Vec<_> = rows.into_iter().map(MessageProgress::from).collect();
    let id = each(query.to_complete(&messages), |id| id);
    let siblings = MessagesOf { id }.rows(connection).await?;
    Ok(Some(FunnelFacts {
        messages,
        siblings: siblings.into_iter().map(SiblingMessage::from).collect(),
    }))
}
