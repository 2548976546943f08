//! How far messages got.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::insights::{FunnelFacts, InsightsQuery, MessageProgress, SiblingMessage};
use otp_core::ports::{Insights, PortError};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{CodeMessageRow, CountRow, MessageProgressRow};
use serde_json::json;

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{id, set_based};
use crate::verifications::MESSAGES;

/// The messages of an account and a period.
macro_rules! of_period {
    () => {
        "WHERE m.account_id = ?1 AND m.created_at >= ?2 AND m.created_at < ?3 AND in_time()"
    };
}

/// Counts the messages of an account and a period, up to a limit.
pub(crate) const COUNT: &str = concat!(
    "SELECT count(*) AS counted
     FROM (SELECT 1 FROM messages AS m INDEXED BY messages_by_account ",
    of_period!(),
    " LIMIT ?4)"
);

/// The messages of an account and a period. 1 is Sent, 2 Delivered, 3 Read.
pub(crate) const PROGRESS: &str = concat!(
    "SELECT m.id, m.created_at, m.status, m.channel, m.region, template.name AS template, m.failure_code, m.outcome,
         m.verification_id, v.status AS verification_status,
         EXISTS (SELECT 1 FROM message_events AS e
             WHERE e.message_id = m.id AND e.status = 1) AS was_sent,
         (SELECT min(e.recorded_at) FROM message_events AS e
             WHERE e.message_id = m.id AND e.status = 2) AS delivered_at,
         EXISTS (SELECT 1 FROM message_events AS e
             WHERE e.message_id = m.id AND e.status = 3) AS was_read
     FROM messages AS m INDEXED BY messages_by_account
         LEFT JOIN templates AS template ON template.id = m.template_id
         LEFT JOIN verifications AS v ON v.id = m.verification_id ",
    of_period!()
);

#[async_trait]
impl Insights for SqliteStore {
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError> {
        let query = *query;
        self.read_briefly("db.insights.funnel_facts", move |connection| {
            find(connection, &query)
        })
        .await
    }
}

fn find(
    connection: &mut SqliteConnection,
    query: &InsightsQuery,
) -> Result<Option<FunnelFacts>, StoreError> {
    let limit = i64::try_from(query.most).map_or(i64::MAX, |most| most.saturating_add(1));
    let of_period = |text: &'static str| {
        diesel::sql_query(text)
            .bind::<Id, _>(Col(query.account_id))
            .bind::<Instant, _>(Col(query.from))
            .bind::<Instant, _>(Col(query.until))
    };
    let counted: CountRow = of_period(COUNT)
        .bind::<BigInt, _>(limit)
        .get_result(connection)?;
    if !query.allows(counted.into()) {
        return Ok(None);
    }
    let rows: Vec<MessageProgressRow> = of_period(PROGRESS).load(connection)?;
    let messages: Vec<_> = rows.into_iter().map(MessageProgress::from).collect();
    let wanted = query.to_complete(&messages);
    let wanted = wanted
        .iter()
        .map(|verification| json!([id(verification.0)]));
    let siblings: Vec<CodeMessageRow> = set_based(MESSAGES, wanted).load(connection)?;
    Ok(Some(FunnelFacts {
        messages,
        siblings: siblings.into_iter().map(SiblingMessage::from).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    use diesel::connection::SimpleConnection;
    use otp_core::ids::AccountId;
    use otp_core::time::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::connect::in_time;

    const SCHEMA: &str =
        include_str!("../../../migrations/sqlite/2026-11-28-000000_initial/up.sql");

    /// A message of one account in each of 3,000 milliseconds.
    const MESSAGES: &str = "
        WITH RECURSIVE numbered (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM numbered WHERE n < 3000)
        INSERT INTO messages (id, account_id, api_key_id, channel, language, recipient_index, recipient,
            price, subscription_id, status, created_at, updated_at, expires_at)
        SELECT unhex(printf('%032x', n)), zeroblob(16), zeroblob(16), 1, 'en', zeroblob(32), x'00', 1,
            zeroblob(16), 1, n, n, n
        FROM numbered";

    fn database() -> SqliteConnection {
        let mut connection = SqliteConnection::establish(":memory:").expect("memory");
        connection.batch_execute(SCHEMA).expect("schema");
        connection.batch_execute(MESSAGES).expect("messages");
        connection
    }

    fn query(most: usize) -> InsightsQuery {
        InsightsQuery {
            account_id: AccountId(Uuid::nil()),
            from: Timestamp::from_unix_millis(1_001),
            until: Timestamp::from_unix_millis(1_501),
            most,
        }
    }

    #[test]
    fn a_funnel_looks_at_the_messages_of_its_period_and_at_few_if_they_are_too_many() {
        let mut connection = database();
        let rows = in_time::count_calls(&mut connection);
        // Each message is looked at twice: to count it, and to return it.
        for (most, found, most_rows) in
            [(100, None, 101), (499, None, 500), (500, Some(500), 1_000)]
        {
            let before = rows.load(Ordering::Relaxed);
            let facts = find(&mut connection, &query(most)).expect("found");
            assert_eq!(facts.map(|facts| facts.messages.len()), found);
            let looked_at = rows.load(Ordering::Relaxed) - before;
            assert_eq!(looked_at, most_rows, "{most}");
        }
    }

    #[test]
    fn a_funnel_ends_when_its_time_is_over() {
        let mut connection = database();
        in_time::register(&mut connection).expect("registered");
        let found = in_time::within(Duration::ZERO, || find(&mut connection, &query(500)));
        let error = PortError::from(found.expect_err("no time"));
        assert!(matches!(error, PortError::Unavailable(_)), "{error:?}");
    }
}
