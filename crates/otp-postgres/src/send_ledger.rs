//! The send ledger: admission and settlement of sends, in batches.
//!
//! A batch is one transaction of three round trips. The first carries BEGIN, the locks and the loading
//! of facts: PostgreSQL runs pipelined statements one by one and gives each its own snapshot (READ
//! COMMITTED), so a load after a lock sees what the last holder committed. The second carries the core's
//! decision, one statement for each table, as arrays that `unnest` turns into rows. The third is COMMIT.
//!
//! The first round trip waits for a row for [`PgOptions::row_lock_timeout`](crate::PgOptions) only, because
//! a batch has many accounts, and another process may be stopped while it holds the lock of one. The
//! batch is then rolled back, and `locked.rs` finds whose rows are held.

mod admit;
mod codes;
mod events;
mod locked;
mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::credits::Credits;
use otp_core::credits::ledger::EntryKind;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{AccountId, MessageId, SubscriptionId};
use otp_core::notice::Announced;
use otp_core::ports::{AdmissionFacts, PortError, SendLedger};
use otp_core::send::{Admission, SendAttempt, SendFacts, Settlement, WantedFacts};
use otp_core::subscription::SubscriptionBalance;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{AccountRulesRow, signed_amount};
use otp_rows::schema::accounts;
use uuid::Uuid;

pub(crate) use self::locked::Rows;
pub(crate) use self::settle::load_balances;
use crate::PgStore;
use crate::statement::{each, statement};
use crate::transaction::Transaction;

#[async_trait]
impl SendLedger for PgStore {
    #[tracing::instrument(name = "db.ledger.admit", level = "debug", skip_all, fields(attempts = attempts.len()))]
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        if attempts.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = WantedFacts::of(&attempts);
        let transaction = Transaction::on(self.connection().await?);
        let loaded = admit::lock(&transaction, self.row_lock_timeout(), &wanted).await;
        let rows = || Rows::of_accounts(&wanted.accounts);
        let (transaction, facts) = self.locked(transaction, loaded, rows).await?;
        let admitted = admit::admit(&transaction, &attempts, facts).await;
        transaction.finish(admitted).await
    }

    #[tracing::instrument(name = "db.ledger.settle", level = "debug", skip_all, fields(settlements = settlements.len()))]
    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        if settlements.is_empty() {
            return Ok(());
        }
        let rows = Rows::of_settlements(&settlements);
        let transaction = Transaction::on(self.connection().await?);
        let loaded = settle::lock(&transaction, self.row_lock_timeout(), &rows).await;
        let (transaction, facts) = self.locked(transaction, loaded, || rows).await?;
        let settled = settle::settle(&transaction, &settlements, facts).await;
        transaction.finish(settled).await
    }
}

#[async_trait]
impl AdmissionFacts for PgStore {
    #[tracing::instrument(name = "db.ledger.facts", level = "debug", skip_all)]
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let facts = admit::facts_of(&transaction, attempt).await;
        transaction.finish(facts).await
    }
}

statement! {
    /// Appends to the ledger in the order given, which is the order of the ids.
    AppendEntries {
        account_id: [AccountId],
        subscription_id: [SubscriptionId],
        message_id: [Option<MessageId>],
        kind: [EntryKind],
        amount: [i32],
        created_at: [Timestamp],
    },
    "INSERT INTO ledger_entries \
         (account_id, subscription_id, message_id, kind, amount, created_at) \
     SELECT account_id, subscription_id, message_id, kind, amount, created_at \
     FROM unnest({}, {}, {}, {}, {}, {}) WITH ORDINALITY AS entry \
         (account_id, subscription_id, message_id, kind, amount, created_at, position) \
     ORDER BY position"
}

statement! {
    /// Sets the balances of subscriptions whose accounts are locked.
    SetBalances { id: [SubscriptionId], remaining: [Credits], announced: [Announced] },
    "UPDATE subscriptions SET remaining = balance.remaining, announced = balance.announced \
     FROM unnest({}, {}, {}) AS balance (id, remaining, announced) \
     WHERE subscriptions.id = balance.id"
}

/// Prepares the statements that lock rows, on a connection that was just opened.
///
/// A statement is prepared at its first use, which takes a round trip. Statements that are sent in one
/// round trip with it and are prepared already would overtake it: the facts would be loaded before their
/// accounts are locked, and the limit of the wait would have ended. Without the tables this does nothing;
/// the schema is applied before anything is sent, and opens new connections.
pub(crate) async fn prepare_locks(connection: &AsyncPgConnection) {
    let (account, message) = (AccountId(Uuid::nil()), MessageId(Uuid::nil()));
    let _ = lock_accounts(connection, &BTreeSet::from([account])).await;
    let _ = settle::lock_messages(connection, &BTreeSet::from([message])).await;
}

/// Locks accounts against every other batch, in ascending order of ids, and reads their rules. The lock
/// is the weakest one that excludes itself, so a new row that refers to the account, such as an API key,
/// does not wait.
pub(crate) async fn lock_accounts(
    mut connection: &AsyncPgConnection,
    ids: &BTreeSet<AccountId>,
) -> QueryResult<Vec<AccountRulesRow>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = ids.iter().copied().map(Col);
    accounts::table
        .filter(accounts::id.eq_any(ids))
        .order(accounts::id)
        .select(AccountRulesRow::as_select())
        .for_no_key_update()
        .load(&mut connection)
        .await
}

pub(crate) async fn append_entries(
    mut connection: &AsyncPgConnection,
    entries: &[LedgerEntry],
) -> QueryResult<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let append = AppendEntries {
        account_id: each(entries, |entry| entry.account_id),
        subscription_id: each(entries, |entry| entry.subscription_id),
        message_id: each(entries, |entry| entry.message_id),
        kind: each(entries, |entry| entry.kind),
        amount: entries.iter().map(signed_amount).collect(),
        created_at: each(entries, |entry| entry.at),
    };
    append.execute(&mut connection).await?;
    Ok(())
}

/// Sets new balances. If one belongs to no subscription, the whole transaction is rolled back: otherwise
/// ledger and balances would disagree from then on.
pub(crate) async fn set_balances(
    mut connection: &AsyncPgConnection,
    balances: &BTreeMap<SubscriptionId, SubscriptionBalance>,
) -> QueryResult<()> {
    if balances.is_empty() {
        return Ok(());
    }
    let set = SetBalances {
        id: each(balances.keys(), |id| *id),
        remaining: each(balances.values(), |balance| balance.remaining),
        announced: each(balances.values(), |balance| balance.announced),
    };
    if set.execute(&mut connection).await? == balances.len() {
        Ok(())
    } else {
        Err(diesel::result::Error::NotFound)
    }
}
