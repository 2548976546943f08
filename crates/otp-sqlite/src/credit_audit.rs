//! Sums over balances, ledger and messages. Each is one statement and sees one moment. A reader never
//! makes a writer wait.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
use otp_core::ports::{CreditAudit, PortError};
use otp_rows::rows::{PaymentCountRow, SubscriptionSumsRow, read_all};

use crate::SqliteStore;

const SUM_SUBSCRIPTIONS: &str = "
SELECT s.id, s.credits, s.remaining,
       COALESCE(SUM(CASE WHEN l.kind = 0 THEN l.amount END), 0) AS granted,
       COALESCE(SUM(CASE WHEN l.kind = 1 THEN -l.amount END), 0) AS debited,
       COALESCE(SUM(CASE WHEN l.kind = 2 THEN l.amount END), 0) AS refunded,
       COALESCE(SUM(CASE WHEN l.kind = 3 THEN -l.amount END), 0) AS revoked
FROM subscriptions s LEFT JOIN ledger_entries l ON l.subscription_id = s.id
GROUP BY s.id, s.credits, s.remaining";

const COUNT_PAYMENTS: &str = "
SELECT m.status, m.price, m.shared_charge, COALESCE(l.net, 0) AS net, COUNT(*) AS messages
FROM messages m LEFT JOIN (
    SELECT message_id, -SUM(amount) AS net
    FROM ledger_entries WHERE message_id IS NOT NULL GROUP BY message_id
) l ON l.message_id = m.id
GROUP BY m.status, m.price, m.shared_charge, COALESCE(l.net, 0)";

#[async_trait]
impl CreditAudit for SqliteStore {
    async fn sum_subscriptions(&self) -> Result<Vec<SubscriptionSums>, PortError> {
        self.read("db.credit_audit.sum_subscriptions", |connection| {
            let rows: Vec<SubscriptionSumsRow> =
                diesel::sql_query(SUM_SUBSCRIPTIONS).load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn count_payments(&self) -> Result<Vec<PaymentCount>, PortError> {
        self.read("db.credit_audit.count_payments", |connection| {
            let rows: Vec<PaymentCountRow> = diesel::sql_query(COUNT_PAYMENTS).load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }
}
