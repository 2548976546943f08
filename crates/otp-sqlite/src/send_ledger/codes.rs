//! The part of an admission that only sends with a code of a verification have. A batch without them
//! executes no statement of this file.

use diesel::prelude::*;
use otp_core::send::admission::Judged;
use otp_core::send::{SendAttempt, SendFacts, WantedFacts};

use crate::errors::StoreError;
use crate::outgoing_queue::insert_queued;
use crate::stored_fallbacks::{insert_fallbacks, load_fallbacks, share_charges, update_fallbacks};
use crate::stored_verifications::{insert, load_pending, load_states, load_wrong_guesses, update};

/// Loads the facts about verifications.
pub(super) fn load(
    connection: &mut SqliteConnection,
    wanted: &WantedFacts,
    facts: &mut SendFacts,
) -> Result<(), StoreError> {
    if wanted.verified.is_empty() {
        return Ok(());
    }
    for row in load_pending(connection, &wanted.verified)? {
        row.add_to(facts);
    }
    if !wanted.resent.is_empty() {
        for row in load_states(connection, &wanted.resent)? {
            row.add_to(facts);
        }
    }
    for row in load_wrong_guesses(connection, &wanted.verified)? {
        row.add_to(facts);
    }
    if wanted.fallbacks.is_empty() {
        return Ok(());
    }
    let fallbacks = load_fallbacks(connection, &wanted.fallbacks)?;
    for (verification, fallback) in fallbacks.by_verification() {
        facts.add_fallback(verification, fallback);
    }
    Ok(())
}

/// Writes the verifications that began, and then those that changed: one may have done both. Queues the
/// messages that wait for their hand-over.
pub(super) fn write(
    connection: &mut SqliteConnection,
    attempts: &[SendAttempt],
    judged: &Judged,
) -> Result<(), StoreError> {
    insert(connection, attempts, &judged.verifications)?;
    insert_fallbacks(connection, attempts, &judged.verifications)?;
    update_fallbacks(connection, &judged.fallbacks)?;
    share_charges(connection, &judged.shared_charges)?;
    insert_queued(connection, &judged.queued)?;
    if judged.verification_updates.is_empty() {
        return Ok(());
    }
    update(connection, &judged.verification_updates)
}
