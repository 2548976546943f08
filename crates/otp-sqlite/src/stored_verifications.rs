//! The rows of verifications, as admission and checks read and write them in a write transaction.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::sealing::RecipientIndex;
use otp_core::send::SendAttempt;
use otp_core::send::admission::BegunVerification;
use otp_core::time::Timestamp;
use otp_core::verification::VerificationPart;
use otp_core::verification::check::VerificationUpdate;
use otp_rows::rows::{VerificationStateRow, WrongGuessRow};
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};

/// The columns of a verification's state.
macro_rules! state {
    () => {
        "v.id, v.account_id, v.recipient_index, v.channel, v.status, v.code_hash, v.alphabet,
         v.failed_guesses, v.transaction_hash, v.approved_by, v.created_at, v.expires_at"
    };
}

pub(crate) use state;

/// The recipients of verifications, and since when their wrong guesses may count.
pub(crate) type Recipients = BTreeMap<(AccountId, RecipientIndex), Timestamp>;

// `CROSS JOIN` makes SQLite look each of the few wanted rows up in the many stored, never the reverse.

pub(crate) const STATES: &str = concat!(
    "SELECT ",
    state!(),
    " FROM json_each(?) AS wanted CROSS JOIN verifications AS v
    WHERE v.id = unhex(wanted.value ->> 0)"
);

pub(crate) const PENDING_OF: &str = concat!(
    "SELECT ",
    state!(),
    " FROM json_each(?) AS wanted
        CROSS JOIN pending_verifications AS pending CROSS JOIN verifications AS v
    WHERE pending.account_id = unhex(wanted.value ->> 0)
      AND pending.recipient_index = unhex(wanted.value ->> 1)
      AND v.id = pending.verification_id"
);

/// The wrong guesses that may count against recipients: 1 is the result of a wrong guess.
pub(crate) const WRONG_GUESSES: &str = "
    SELECT guess.account_id, guess.recipient_index, guess.at
    FROM json_each(?) AS wanted CROSS JOIN verification_checks AS guess
    WHERE guess.account_id = unhex(wanted.value ->> 0)
      AND guess.recipient_index = unhex(wanted.value ->> 1)
      AND guess.at > wanted.value ->> 2 AND guess.result = 1";

const INSERT: &str = "
    INSERT INTO verifications (
        id, account_id, api_key_id, recipient_index, recipient, channel, status, code_hash, code,
        alphabet, code_length, failed_guesses, language, transaction_hash, metadata, created_at,
        expires_at, context)
    SELECT unhex(value ->> 0), unhex(value ->> 1), unhex(value ->> 2), unhex(value ->> 3),
           unhex(value ->> 4), value ->> 5, value ->> 6, unhex(value ->> 7), unhex(value ->> 8),
           value ->> 9, value ->> 10, value ->> 11, value ->> 12, unhex(value ->> 13),
           unhex(value ->> 14), value ->> 15, value ->> 16, unhex(value ->> 17)
    FROM json_each(?)";

const INSERT_PENDING: &str = "
    INSERT INTO pending_verifications (expires_at, verification_id, account_id, recipient_index)
    SELECT value ->> 0, unhex(value ->> 1), unhex(value ->> 2), unhex(value ->> 3)
    FROM json_each(?)";

/// A verification that has ended loses its code.
pub(crate) const UPDATE: &str = "
    UPDATE verifications SET
        status = new.value ->> 1,
        failed_guesses = new.value ->> 2,
        approved_by = unhex(new.value ->> 3),
        channel = new.value ->> 4,
        ended_at = new.value ->> 5,
        code = iif(new.value ->> 5 IS NULL, code, NULL)
    FROM json_each(?) AS new
    WHERE verifications.id = unhex(new.value ->> 0)";

/// A verification that has ended is no longer pending.
pub(crate) const FORGET_PENDING: &str = "
    DELETE FROM pending_verifications WHERE (expires_at, verification_id) IN (
        SELECT v.expires_at, v.id FROM json_each(?) AS ended CROSS JOIN verifications AS v
        WHERE v.id = unhex(ended.value ->> 0))";

/// The fallback of a verification that has ended is due.
pub(crate) const LOOK_AT_FALLBACK: &str = "
    UPDATE fallbacks SET look_at = min(look_at, ended.value ->> 1)
    FROM json_each(?) AS ended
    WHERE fallbacks.verification_id = unhex(ended.value ->> 0)";

/// Loads the state of verifications.
pub(crate) fn load_states(
    connection: &mut SqliteConnection,
    ids: &BTreeSet<VerificationId>,
) -> Result<Vec<VerificationStateRow>, StoreError> {
    let rows = ids.iter().map(|verification| json!([id(verification.0)]));
    Ok(set_based(STATES, rows).load(connection)?)
}

/// Loads the pending verifications of recipients.
pub(crate) fn load_pending(
    connection: &mut SqliteConnection,
    recipients: &Recipients,
) -> Result<Vec<VerificationStateRow>, StoreError> {
    let rows = recipients
        .keys()
        .map(|(account, index)| json!([id(account.0), hex(&index.0)]));
    Ok(set_based(PENDING_OF, rows).load(connection)?)
}

/// Loads the wrong guesses that may count against recipients.
pub(crate) fn load_wrong_guesses(
    connection: &mut SqliteConnection,
    recipients: &Recipients,
) -> Result<Vec<WrongGuessRow>, StoreError> {
    let rows = recipients.iter().map(|((account, index), since)| {
        json!([id(account.0), hex(&index.0), since.unix_millis()])
    });
    Ok(set_based(WRONG_GUESSES, rows).load(connection)?)
}

/// Inserts the verifications that a batch of sends began.
pub(crate) fn insert(
    connection: &mut SqliteConnection,
    attempts: &[SendAttempt],
    begun: &[BegunVerification],
) -> Result<(), StoreError> {
    if begun.is_empty() {
        return Ok(());
    }
    let pending = begun.iter().filter_map(|one| pending_row(attempts, one));
    set_based(INSERT_PENDING, pending).execute(connection)?;
    let rows = begun.iter().filter_map(|one| new_row(attempts, one));
    set_based(INSERT, rows).execute(connection)?;
    Ok(())
}

fn pending_row(attempts: &[SendAttempt], begun: &BegunVerification) -> Option<Value> {
    let attempt = attempts.get(begun.attempt)?;
    let Some(VerificationPart::Create(new)) = &attempt.verification else {
        return None;
    };
    Some(json!([
        new.expires_at.unix_millis(),
        id(new.id.0),
        id(attempt.account_id.0),
        hex(&attempt.recipient_index.0),
    ]))
}

fn new_row(attempts: &[SendAttempt], begun: &BegunVerification) -> Option<Value> {
    let attempt = attempts.get(begun.attempt)?;
    let Some(VerificationPart::Create(new)) = &attempt.verification else {
        return None;
    };
    let state = attempt.begun(new, begun.channel, begun.failed_guesses);
    Some(json!([
        id(state.id.0),
        id(state.account_id.0),
        id(attempt.api_key_id.0),
        state.recipient_index.map(|index| hex(&index.0)),
        hex(&new.recipient.0),
        state.channel.code(),
        state.status.code(),
        state.code_hash.map(|hash| hex(&hash.0)),
        hex(&new.code.0),
        state.alphabet.code(),
        new.code_length.get(),
        state.failed_guesses,
        new.language.as_ref().map(|language| language.as_str()),
        state.transaction.map(|hash| hex(&hash.0)),
        new.metadata.as_ref().map(|metadata| hex(&metadata.0)),
        state.created_at.unix_millis(),
        state.expires_at.unix_millis(),
        new.context.as_ref().map(|context| hex(&context.0)),
    ]))
}

/// Writes the new states of verifications, also if there are none: checks execute the same statements
/// whatever their verdicts are.
pub(crate) fn update(
    connection: &mut SqliteConnection,
    updates: &BTreeMap<VerificationId, VerificationUpdate>,
) -> Result<(), StoreError> {
    let rows = updates.iter().map(|(verification, update)| {
        json!([
            id(verification.0),
            update.status.code(),
            update.failed_guesses,
            update.approved_by.map(|key| hex(&key.0)),
            update.channel.code(),
            update.ended_at().map(Timestamp::unix_millis),
        ])
    });
    set_based(UPDATE, rows).execute(connection)?;
    let ended = || {
        let updates = updates.iter();
        updates.filter_map(|(verification, update)| {
            let at = update.ended_at()?.unix_millis();
            Some(json!([id(verification.0), at]))
        })
    };
    set_based(FORGET_PENDING, ended()).execute(connection)?;
    set_based(LOOK_AT_FALLBACK, ended()).execute(connection)?;
    Ok(())
}
