//! The verification ledger: checks in batches, cancellations and ends.
//!
//! A batch of checks is one transaction of three round trips, as a batch of sends is (`send_ledger.rs`).
//! Each of its steps is executed whatever the verdicts are, with empty arrays if there is nothing to
//! write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{PortError, VerificationLedger};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::verification::check::{
    self, CheckAttempt, CheckFacts, CheckVerdict, NewCheck, Uncancelable, VerificationUpdate,
    WantedCheckFacts,
};
use otp_core::verification::{CheckKey, CheckResult, VerificationState};
use otp_rows::Col;
use otp_rows::rows::{AnsweredGuessRow, DueVerificationRow, VerificationStateRow, WrongGuessRow};

use crate::PgStore;
use crate::errors::port_error;
use crate::pipeline::{try_join, try_join3, try_join4, try_join5};
use crate::send_ledger::{Rows, lock_accounts};
use crate::statement::{each, statement};
use crate::stored_verifications::{load_states, update};
use crate::transaction::Transaction;
use crate::webhook_events::{insert_events, insert_wanted_events};

#[async_trait]
impl VerificationLedger for PgStore {
    #[tracing::instrument(name = "db.verifications.check", level = "debug", skip_all, fields(checks = checks.len()))]
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        if checks.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = WantedCheckFacts::of(&checks);
        let transaction = Transaction::on(self.connection().await?);
        let loaded = self.lock_and_load(&transaction, &wanted).await;
        let rows = || Rows::of_accounts(&wanted.accounts);
        let (transaction, facts) = self.locked(transaction, loaded, rows).await?;
        let judged = check::judge(&checks, facts);
        let connection = transaction.connection();
        let written = try_join3(
            update(connection, &judged.updates),
            append_checks(connection, &judged.checks),
            insert_events(connection, &judged.webhook_events),
        );
        let written = written.await.map_err(port_error);
        transaction.finish(written.map(|_| judged.verdicts)).await
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        let (accounts, ids) = (BTreeSet::from([account]), BTreeSet::from([verification]));
        let transaction = Transaction::on(self.connection().await?);
        let locked = self.lock_and_load_states(transaction, &accounts, &ids);
        let (transaction, states) = locked.await?;
        let judged = check::cancel(states.as_slice().first(), account, at);
        let written = match judged {
            Ok(new) => {
                let updates = BTreeMap::from([(verification, new)]);
                let written = write_ends(&transaction, &states, &updates).await;
                written.map(|()| Ok(())).map_err(port_error)
            }
            Err(uncancelable) => Ok(Err(uncancelable)),
        };
        transaction.finish(written).await
    }

    #[tracing::instrument(name = "db.verifications.expire", level = "debug", skip_all)]
    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        let connection = self.connection().await?;
        let due = Due {
            now: Col(now),
            most: Col(i64::try_from(most).unwrap_or(i64::MAX)),
        };
        let due = due.rows(&connection).await.map_err(port_error)?;
        if due.is_empty() {
            return Ok(0);
        }
        let (ids, accounts): (BTreeSet<_>, BTreeSet<_>) =
            due.into_iter().map(DueVerificationRow::into).unzip();
        let locked = self.lock_and_load_states(Transaction::on(connection), &accounts, &ids);
        let (transaction, states) = locked.await?;
        // Some may have ended since they were found.
        let updates = check::expire_all(&states, now);
        let written = write_ends(&transaction, &states, &updates).await;
        let written = written.map(|()| updates.len()).map_err(port_error);
        transaction.finish(written).await
    }
}

impl PgStore {
    /// Begins, locks the accounts and loads the facts, in one round trip.
    async fn lock_and_load(
        &self,
        transaction: &Transaction,
        wanted: &WantedCheckFacts,
    ) -> QueryResult<CheckFacts> {
        let connection = transaction.connection();
        let begun = transaction.begin_with_lock_limit(self.row_lock_timeout());
        let locked = lock_accounts(connection, &wanted.accounts);
        let locked = async { try_join(begun, locked).await };
        let (((), rules), (), states, failures, answered) = try_join5(
            locked,
            transaction.end_lock_limit(),
            load_states(connection, &wanted.verifications),
            load_failures(connection, wanted),
            load_answered(connection, &wanted.keys),
        )
        .await?;
        let mut facts = CheckFacts::default();
        states
            .into_iter()
            .for_each(|row| row.add_to_checks(&mut facts));
        failures
            .into_iter()
            .for_each(|row| row.add_to_checks(&mut facts));
        answered.into_iter().for_each(|row| row.add_to(&mut facts));
        rules
            .into_iter()
            .for_each(|row| row.add_to_checks(&mut facts));
        Ok(facts)
    }

    /// Begins, locks the accounts and loads verifications, in one round trip.
    async fn lock_and_load_states(
        &self,
        transaction: Transaction,
        accounts: &BTreeSet<AccountId>,
        ids: &BTreeSet<VerificationId>,
    ) -> Result<(Transaction, Vec<VerificationState>), PortError> {
        let connection = transaction.connection();
        let loaded = try_join4(
            transaction.begin_with_lock_limit(self.row_lock_timeout()),
            lock_accounts(connection, accounts),
            transaction.end_lock_limit(),
            load_states(connection, ids),
        );
        let loaded = loaded.await.map(|((), _, (), states)| {
            let states = states.into_iter();
            states.map(VerificationStateRow::into).collect()
        });
        let rows = || Rows::of_accounts(accounts);
        self.locked(transaction, loaded, rows).await
    }
}

/// Writes ends of verifications, and the events that report them.
async fn write_ends(
    transaction: &Transaction,
    states: &[VerificationState],
    updates: &BTreeMap<VerificationId, VerificationUpdate>,
) -> QueryResult<()> {
    let connection = transaction.connection();
    update(connection, updates).await?;
    insert_wanted_events(connection, check::events(states, updates)).await
}

statement! {
    /// The wrong guesses that may count against the recipients of verifications: 1 is the result of a
    /// wrong guess. Several verifications may have one recipient, whose guesses are wanted once.
    Failures { id: [VerificationId], since: Timestamp } -> WrongGuessRow,
    "SELECT recipient.account_id, recipient.recipient_index, guess.at \
     FROM ( \
         SELECT DISTINCT verification.account_id, verification.recipient_index \
         FROM unnest({}) AS wanted (id), LATERAL ( \
             SELECT account_id, recipient_index FROM verifications \
             WHERE verifications.id = wanted.id \
             OFFSET 0) AS verification) AS recipient, LATERAL ( \
         SELECT at FROM verification_checks AS guess \
         WHERE guess.account_id = recipient.account_id \
             AND guess.recipient_index = recipient.recipient_index \
             AND guess.at > {} AND guess.result = 1 \
         OFFSET 0) AS guess"
}

async fn load_failures(
    connection: &AsyncPgConnection,
    wanted: &WantedCheckFacts,
) -> QueryResult<Vec<WrongGuessRow>> {
    let failures = Failures {
        id: each(&wanted.verifications, |id| *id),
        since: Col(wanted.failures_since),
    };
    failures.rows(connection).await
}

statement! {
    /// The checks that had these idempotency keys, those of each key in their order.
    Answered { verification_id: [VerificationId], request_key: [CheckKey] } -> AnsweredGuessRow,
    "SELECT wanted.verification_id, wanted.request_key, earlier.result, earlier.attempts_left \
     FROM unnest({}, {}) AS wanted (verification_id, request_key), LATERAL ( \
         SELECT result, attempts_left FROM verification_checks AS earlier \
         WHERE earlier.verification_id = wanted.verification_id \
             AND earlier.request_key = wanted.request_key \
         ORDER BY earlier.id OFFSET 0) AS earlier"
}

async fn load_answered(
    connection: &AsyncPgConnection,
    keys: &BTreeSet<(VerificationId, CheckKey)>,
) -> QueryResult<Vec<AnsweredGuessRow>> {
    let answered = Answered {
        verification_id: each(keys, |(verification, _)| *verification),
        request_key: each(keys, |(_, key)| *key),
    };
    answered.rows(connection).await
}

statement! {
    /// Appends checks in the order given, which is the order of the ids.
    AppendChecks {
        verification_id: [VerificationId],
        account_id: [AccountId],
        recipient_index: [Option<RecipientIndex>],
        request_key: [Option<CheckKey>],
        result: [CheckResult],
        attempts_left: [usize],
        at: [Timestamp],
    },
    "INSERT INTO verification_checks \
         (verification_id, account_id, recipient_index, request_key, result, attempts_left, at) \
     SELECT verification_id, account_id, recipient_index, request_key, result, attempts_left, at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS new \
         (verification_id, account_id, recipient_index, request_key, result, attempts_left, at, \
          position) \
     ORDER BY position"
}

async fn append_checks(mut connection: &AsyncPgConnection, checks: &[NewCheck]) -> QueryResult<()> {
    let append = AppendChecks {
        verification_id: each(checks, |check| check.verification_id),
        account_id: each(checks, |check| check.account_id),
        recipient_index: each(checks, |check| check.recipient_index),
        request_key: each(checks, |check| check.key),
        result: each(checks, |check| check.result),
        attempts_left: each(checks, |check| check.attempts_left),
        at: each(checks, |check| check.at),
    };
    append.execute(&mut connection).await?;
    Ok(())
}

statement! {
    /// The pending verifications whose lifetime is over, those that ended first before others.
    Due { now: Timestamp, most: i64 } -> DueVerificationRow,
    "SELECT verification_id, account_id FROM pending_verifications \
     WHERE expires_at <= {} \
     ORDER BY expires_at, verification_id LIMIT {}"
}
