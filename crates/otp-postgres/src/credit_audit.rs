//! Sums over balances, ledger and messages. Each is one statement and sees one moment. A reader never
//! makes a writer wait.

use async_trait::async_trait;
use diesel_async::RunQueryDsl;
use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
use otp_core::ports::{CreditAudit, PortError};
use otp_rows::rows::{PaymentCountRow, SubscriptionSumsRow, read_all};

use crate::PgStore;
use crate::errors::port_error;
use crate::transaction::Transaction;

const SUM_SUBSCRIPTIONS: &str = "
SELECT s.id, s.credits::bigint AS credits, s.remaining::bigint AS remaining,
       COALESCE(SUM(CASE WHEN l.kind = 0 THEN l.amount END), 0) AS granted,
       COALESCE(SUM(CASE WHEN l.kind = 1 THEN -l.amount END), 0) AS debited,
       COALESCE(SUM(CASE WHEN l.kind = 2 THEN l.amount END), 0) AS refunded,
       COALESCE(SUM(CASE WHEN l.kind = 3 THEN -l.amount END), 0) AS revoked
FROM subscriptions s LEFT JOIN ledger_entries l ON l.subscription_id = s.id
GROUP BY s.id, s.credits, s.remaining";

const COUNT_PAYMENTS: &str = "
SELECT m.status, m.price::bigint AS price, m.shared_charge::bigint AS shared_charge,
       COALESCE(l.net, 0) AS net, COUNT(*) AS messages
FROM messages m LEFT JOIN (
    SELECT message_id, -SUM(amount) AS net
    FROM ledger_entries WHERE message_id IS NOT NULL GROUP BY message_id
) l ON l.message_id = m.id
GROUP BY m.status, m.price, m.shared_charge, COALESCE(l.net, 0)";

/// Restores the planner's usual choice for an audit, which reads whole tables, and allows it the time
/// that millions of messages take. Every other statement finds a few rows by an index, and connections
/// are set up for that.
const BEGIN_AUDIT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
     SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; \
     SET LOCAL enable_mergejoin = on; SET LOCAL enable_material = on; \
     SET LOCAL statement_timeout = '15min'";

impl PgStore {
    async fn audit<R>(&self, query: &str) -> Result<Vec<R>, PortError>
    where
        R: diesel::QueryableByName<diesel::pg::Pg> + Send + 'static,
    {
        let transaction = Transaction::on(self.connection().await?);
        let rows = async {
            transaction.begin_with(BEGIN_AUDIT).await?;
            let mut connection = transaction.connection();
            diesel::sql_query(query).load(&mut connection).await
        };
        let rows = rows.await.map_err(port_error);
        transaction.finish(rows).await
    }
}

#[async_trait]
impl CreditAudit for PgStore {
    async fn sum_subscriptions(&self) -> Result<Vec<SubscriptionSums>, PortError> {
        let rows: Vec<SubscriptionSumsRow> = self.audit(SUM_SUBSCRIPTIONS).await?;
        Ok(read_all(rows)?)
    }

    async fn count_payments(&self) -> Result<Vec<PaymentCount>, PortError> {
        let rows: Vec<PaymentCountRow> = self.audit(COUNT_PAYMENTS).await?;
        Ok(read_all(rows)?)
    }
}
