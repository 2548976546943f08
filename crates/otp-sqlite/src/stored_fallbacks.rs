//! The rows of fallbacks, as admission, settlement and reviews read and write them in a write transaction.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::send::SendAttempt;
use otp_core::send::admission::BegunVerification;
use otp_core::verification::fallback::{FallbackUpdate, FallbackWake, SharedCharge};
use otp_rows::rows::{FallbackParts, wait_seconds};
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};

// `CROSS JOIN` makes SQLite look each of the few wanted rows up in the many stored, never the reverse.

pub(crate) const FALLBACKS: &str = "
    SELECT f.verification_id, f.next_step, f.next_at, f.look_at, v.api_key_id, v.language
    FROM json_each(?) AS wanted CROSS JOIN fallbacks AS f CROSS JOIN verifications AS v
    WHERE f.verification_id = unhex(wanted.value ->> 0) AND v.id = f.verification_id";

pub(crate) const STEPS: &str = "
    SELECT s.verification_id, s.step, s.channel, s.recipient, s.recipient_index, s.wait_seconds
    FROM json_each(?) AS wanted CROSS JOIN fallback_steps AS s
    WHERE s.verification_id = unhex(wanted.value ->> 0)";

/// The messages of each verification, oldest first.
pub(crate) const MESSAGES: &str = "
    SELECT m.verification_id, m.id, m.channel, m.status, m.price, m.shared_charge, m.subscription_id
    FROM json_each(?) AS wanted CROSS JOIN messages AS m
    WHERE m.verification_id = unhex(wanted.value ->> 0)
    ORDER BY wanted.key, m.created_at, m.id";

const INSERT: &str = "
    INSERT INTO fallbacks (verification_id, account_id, next_step, next_at, look_at)
    SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4
    FROM json_each(?)";

const INSERT_STEPS: &str = "
    INSERT INTO fallback_steps (verification_id, step, account_id, channel, recipient,
        recipient_index, wait_seconds)
    SELECT unhex(value ->> 0), value ->> 1, unhex(value ->> 2), value ->> 3, unhex(value ->> 4),
        unhex(value ->> 5), value ->> 6
    FROM json_each(?)";

pub(crate) const UPDATE: &str = "
    UPDATE fallbacks SET
        next_step = new.value ->> 1, next_at = new.value ->> 2, look_at = new.value ->> 3
    FROM json_each(?) AS new
    WHERE fallbacks.verification_id = unhex(new.value ->> 0)";

/// Sets the parts that messages have of a shared charge.
pub(crate) const SHARE_CHARGES: &str = "
    UPDATE messages SET
        shared_charge = new.value ->> 1, subscription_id = unhex(new.value ->> 2)
    FROM json_each(?) AS new
    WHERE messages.id = unhex(new.value ->> 0)";

/// A fallback that is over begins again if the row says so.
const WAKE: &str = "
    INSERT INTO fallbacks (verification_id, account_id, next_step, next_at, look_at)
    SELECT unhex(woken.value ->> 0), unhex(woken.value ->> 1), 0, woken.value ->> 3,
        woken.value ->> 3
    FROM json_each(?) AS woken
    WHERE woken.value ->> 2 OR EXISTS (
        SELECT 1 FROM fallbacks WHERE verification_id = unhex(woken.value ->> 0))
    ON CONFLICT (verification_id) DO UPDATE SET look_at = min(look_at, excluded.look_at)";

const REMOVE: &str = "
    DELETE FROM fallbacks WHERE verification_id IN (
        SELECT unhex(value ->> 0) FROM json_each(?))";

const REMOVE_STEPS: &str = "
    DELETE FROM fallback_steps WHERE verification_id IN (
        SELECT unhex(value ->> 0) FROM json_each(?))";

/// Loads fallbacks with their steps and messages.
pub(crate) fn load_fallbacks(
    connection: &mut SqliteConnection,
    ids: &BTreeSet<VerificationId>,
) -> Result<FallbackParts, StoreError> {
    let wanted = || ids.iter().map(|verification| json!([id(verification.0)]));
    Ok(FallbackParts {
        fallbacks: set_based(FALLBACKS, wanted()).load(connection)?,
        steps: set_based(STEPS, wanted()).load(connection)?,
        messages: set_based(MESSAGES, wanted()).load(connection)?,
    })
}

/// Adds the fallbacks of verifications that a batch of sends began.
pub(crate) fn insert_fallbacks(
    connection: &mut SqliteConnection,
    attempts: &[SendAttempt],
    begun: &[BegunVerification],
) -> Result<(), StoreError> {
    let (mut fallbacks, mut steps) = (Vec::new(), Vec::new());
    for begun in begun {
        let attempt = attempts.get(begun.attempt);
        let Some((attempt, (new, first))) =
            attempt.and_then(|attempt| Some((attempt, attempt.begun_fallback()?)))
        else {
            continue;
        };
        let (verification, account) = (id(new.id.0), id(attempt.account_id.0));
        for (number, step) in new.fallback.iter().enumerate() {
            steps.push(json!([
                verification,
                number,
                account,
                step.channel.code(),
                hex(&step.recipient.0),
                hex(&step.recipient_index.0),
                wait_seconds(step).0,
            ]));
        }
        fallbacks.push(json!([
            verification,
            account,
            first.next_step,
            first.next_at.unix_millis(),
            first.look_at.unix_millis(),
        ]));
    }
    if !fallbacks.is_empty() {
        set_based(INSERT, fallbacks).execute(connection)?;
        set_based(INSERT_STEPS, steps).execute(connection)?;
    }
    Ok(())
}

/// Writes the new states of fallbacks.
pub(crate) fn update_fallbacks(
    connection: &mut SqliteConnection,
    updates: &BTreeMap<VerificationId, FallbackUpdate>,
) -> Result<(), StoreError> {
    if updates.is_empty() {
        return Ok(());
    }
    let rows = updates.iter().map(|(verification, update)| {
        json!([
            id(verification.0),
            update.next_step,
            update.next_at.unix_millis(),
            update.look_at.unix_millis(),
        ])
    });
    set_based(UPDATE, rows).execute(connection)?;
    Ok(())
}

/// Writes what messages cost that share a charge.
pub(crate) fn share_charges(
    connection: &mut SqliteConnection,
    charges: &BTreeMap<MessageId, SharedCharge>,
) -> Result<(), StoreError> {
    if charges.is_empty() {
        return Ok(());
    }
    let rows = charges.iter().map(|(message, shared)| {
        let charge = shared.charge.get();
        let payer = shared.subscription_id.map(|payer| id(payer.0));
        json!([id(message.0), charge, payer])
    });
    set_based(SHARE_CHARGES, rows).execute(connection)?;
    Ok(())
}

/// Makes fallbacks due.
pub(crate) fn wake_fallbacks(
    connection: &mut SqliteConnection,
    wakes: &BTreeMap<VerificationId, FallbackWake>,
) -> Result<(), StoreError> {
    if wakes.is_empty() {
        return Ok(());
    }
    let rows = wakes.iter().map(|(verification, wake)| {
        json!([
            id(verification.0),
            id(wake.account_id.0),
            i32::from(wake.reopens),
            wake.at.unix_millis(),
        ])
    });
    set_based(WAKE, rows).execute(connection)?;
    Ok(())
}

/// Removes fallbacks that are over, with their steps.
pub(crate) fn remove_fallbacks(
    connection: &mut SqliteConnection,
    over: &BTreeSet<VerificationId>,
) -> Result<(), StoreError> {
    if over.is_empty() {
        return Ok(());
    }
    let rows = || -> Vec<Value> {
        let over = over.iter();
        over.map(|verification| json!([id(verification.0)]))
            .collect()
    };
    set_based(REMOVE, rows()).execute(connection)?;
    set_based(REMOVE_STEPS, rows()).execute(connection)?;
    Ok(())
}
