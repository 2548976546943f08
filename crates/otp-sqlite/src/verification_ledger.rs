//! The verification ledger: checks in batches, cancellations and ends.
//!
//! The file's write lock locks every account, as with sends (`send_ledger.rs`). Each step of a batch of
//! checks is executed whatever the verdicts are, with an empty array if there is nothing to write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{PortError, VerificationLedger};
use otp_core::time::Timestamp;
use otp_core::verification::VerificationState;
use otp_core::verification::check::{
    self, CheckAttempt, CheckFacts, CheckVerdict, NewCheck, Uncancelable, VerificationUpdate,
    WantedCheckFacts,
};
use otp_rows::Col;
use otp_rows::encoding::Instant;
use otp_rows::rows::{AnsweredGuessRow, DueVerificationRow, VerificationStateRow, WrongGuessRow};
use serde_json::json;

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::send_ledger::load_rules;
use crate::set_based::{hex, id, set_based};
use crate::stored_verifications::{load_states, update};
use crate::webhook_events::{insert_events, insert_wanted_events};

/// The wrong guesses that may count against the recipients of verifications: 1 is the result of a wrong
/// guess. Several verifications may have one recipient, whose guesses are wanted once.
pub(crate) const FAILURES: &str = "
    SELECT guess.account_id, guess.recipient_index, guess.at
    FROM (
        SELECT DISTINCT v.account_id, v.recipient_index, wanted.value ->> 1 AS since
        FROM json_each(?) AS wanted CROSS JOIN verifications AS v
        WHERE v.id = unhex(wanted.value ->> 0)) AS recipient
        CROSS JOIN verification_checks AS guess
    WHERE guess.account_id = recipient.account_id
      AND guess.recipient_index = recipient.recipient_index
      AND guess.at > recipient.since AND guess.result = 1";

/// The checks that had an idempotency key, in their order.
pub(crate) const ANSWERED: &str = "
    SELECT earlier.verification_id, earlier.request_key, earlier.result, earlier.attempts_left
    FROM json_each(?) AS wanted CROSS JOIN verification_checks AS earlier
    WHERE earlier.verification_id = unhex(wanted.value ->> 0)
      AND earlier.request_key = unhex(wanted.value ->> 1)
    ORDER BY earlier.id";

const APPEND_CHECKS: &str = "
    INSERT INTO verification_checks
        (verification_id, account_id, recipient_index, request_key, result, attempts_left, at)
    SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), unhex(value ->> 3),
           value ->> 4, value ->> 5, value ->> 6
    FROM json_each(?)";

/// The pending verifications whose lifetime is over, those that ended first before others.
pub(crate) const DUE: &str = "
    SELECT verification_id, account_id FROM pending_verifications
    WHERE expires_at <= ? ORDER BY expires_at, verification_id LIMIT ?";

#[async_trait]
impl VerificationLedger for SqliteStore {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        if checks.is_empty() {
            return Ok(Vec::new());
        }
        let span = tracing::debug_span!("db.verifications.check", checks = checks.len());
        self.write_in(span, move |connection| {
            let wanted = WantedCheckFacts::of(&checks);
            let judged = check::judge(&checks, load_facts(connection, &wanted)?);
            update(connection, &judged.updates)?;
            append_checks(connection, &judged.checks)?;
            insert_events(connection, &judged.webhook_events)?;
            Ok(judged.verdicts)
        })
        .await
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        self.write("db.verifications.cancel", move |connection| {
            let states = load_all(connection, &BTreeSet::from([verification]))?;
            match check::cancel(states.as_slice().first(), account, at) {
                Ok(new) => {
                    write_ends(connection, &states, &BTreeMap::from([(verification, new)]))?;
                    Ok(Ok(()))
                }
                Err(uncancelable) => Ok(Err(uncancelable)),
            }
        })
        .await
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let due = move |connection: &mut SqliteConnection| {
            let due = diesel::sql_query(DUE)
                .bind::<Instant, _>(Col(now))
                .bind::<BigInt, _>(most);
            let rows: Vec<DueVerificationRow> = due.load(connection)?;
            let due = rows.into_iter().map(DueVerificationRow::into);
            Ok(due.map(|(id, _): (_, AccountId)| id).collect())
        };
        // A writer would wait for the others, also if nothing is due.
        let ids: BTreeSet<VerificationId> = self.read("db.verifications.due", due).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        self.write("db.verifications.expire", move |connection| {
            let states = load_all(connection, &ids)?;
            // Some may have ended since they were found.
            let updates = check::expire_all(&states, now);
            write_ends(connection, &states, &updates)?;
            Ok(updates.len())
        })
        .await
    }
}

/// Writes ends of verifications, and the events that report them.
fn write_ends(
    connection: &mut SqliteConnection,
    states: &[VerificationState],
    updates: &BTreeMap<VerificationId, VerificationUpdate>,
) -> Result<(), StoreError> {
    update(connection, updates)?;
    insert_wanted_events(connection, check::events(states, updates))
}

fn load_all(
    connection: &mut SqliteConnection,
    ids: &BTreeSet<VerificationId>,
) -> Result<Vec<VerificationState>, StoreError> {
    let rows = load_states(connection, ids)?;
    Ok(rows.into_iter().map(VerificationStateRow::into).collect())
}

fn load_facts(
    connection: &mut SqliteConnection,
    wanted: &WantedCheckFacts,
) -> Result<CheckFacts, StoreError> {
    let mut facts = CheckFacts::default();
    for row in load_rules(connection, &wanted.accounts)? {
        row.add_to_checks(&mut facts);
    }
    for row in load_states(connection, &wanted.verifications)? {
        row.add_to_checks(&mut facts);
    }
    let since = wanted.failures_since.unix_millis();
    let rows = wanted.verifications.iter();
    let rows = rows.map(|verification| json!([id(verification.0), since]));
    for row in set_based(FAILURES, rows).load::<WrongGuessRow>(connection)? {
        row.add_to_checks(&mut facts);
    }
    let keys = wanted.keys.iter();
    let rows = keys.map(|(verification, key)| json!([id(verification.0), hex(&key.0)]));
    for row in set_based(ANSWERED, rows).load::<AnsweredGuessRow>(connection)? {
        row.add_to(&mut facts);
    }
    Ok(facts)
}

fn append_checks(connection: &mut SqliteConnection, checks: &[NewCheck]) -> Result<(), StoreError> {
    let rows = checks.iter().map(|check| {
        json!([
            id(check.verification_id.0),
            id(check.account_id.0),
            check.recipient_index.map(|index| hex(&index.0)),
            check.key.map(|key| hex(&key.0)),
            check.result.code(),
            check.attempts_left,
            check.at.unix_millis(),
        ])
    });
    set_based(APPEND_CHECKS, rows).execute(connection)?;
    Ok(())
}
