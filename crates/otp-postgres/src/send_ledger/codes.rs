//! The part of an admission that only sends with a code of a verification have. A batch without them
//! executes no statement of this file.

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use otp_core::send::admission::Judged;
use otp_core::send::{SendAttempt, SendFacts, WantedFacts};
use otp_rows::rows::{FallbackParts, VerificationStateRow, WrongGuessRow};

use crate::outgoing_queue::insert_queued;
use crate::pipeline::{try_join, try_join4};
use crate::stored_fallbacks::{insert_fallbacks, load_fallbacks, share_charges, update_fallbacks};
use crate::stored_verifications::{
    Recipients, insert, load_pending, load_states, load_wrong_guesses, update,
};

/// The facts about verifications.
#[derive(Default)]
pub(super) struct CodeFacts {
    pending: Vec<VerificationStateRow>,
    resent: Vec<VerificationStateRow>,
    wrong_guesses: Vec<WrongGuessRow>,
    fallbacks: Option<FallbackParts>,
}

impl CodeFacts {
    pub(super) fn add_to(self, facts: &mut SendFacts) {
        let states = self.pending.into_iter().chain(self.resent);
        states.for_each(|row| row.add_to(facts));
        let guesses = self.wrong_guesses.into_iter();
        guesses.for_each(|row| row.add_to(facts));
        if let Some(parts) = self.fallbacks {
            for (verification, fallback) in parts.by_verification() {
                facts.add_fallback(verification, fallback);
            }
        }
    }
}

/// Loads the facts about verifications.
pub(super) async fn load(
    connection: &AsyncPgConnection,
    wanted: &WantedFacts,
) -> QueryResult<CodeFacts> {
    if wanted.verified.is_empty() {
        return Ok(CodeFacts::default());
    }
    let resent = async {
        if wanted.resent.is_empty() {
            return Ok(Vec::new());
        }
        load_states(connection, &wanted.resent).await
    };
    let fallbacks = async {
        if wanted.fallbacks.is_empty() {
            return Ok(None);
        }
        let loaded = load_fallbacks(connection, &wanted.fallbacks);
        loaded.await.map(Some)
    };
    let recipients = Recipients::of(&wanted.verified);
    let (pending, resent, wrong_guesses, fallbacks) = try_join4(
        load_pending(connection, &recipients),
        resent,
        load_wrong_guesses(connection, &recipients),
        fallbacks,
    )
    .await?;
    Ok(CodeFacts {
        pending,
        resent,
        wrong_guesses,
        fallbacks,
    })
}

/// Writes the verifications that began, and then those that changed: one may have done both. Queues the
/// messages that wait for their hand-over.
pub(super) async fn write(
    connection: &AsyncPgConnection,
    attempts: &[SendAttempt],
    judged: &Judged,
) -> QueryResult<()> {
    let changed = async {
        if judged.verification_updates.is_empty() {
            return Ok(());
        }
        update(connection, &judged.verification_updates).await
    };
    let begun = try_join(
        insert(connection, attempts, &judged.verifications),
        insert_fallbacks(connection, attempts, &judged.verifications),
    );
    let of_fallbacks = try_join(
        update_fallbacks(connection, &judged.fallbacks),
        share_charges(connection, &judged.shared_charges),
    );
    let queued = insert_queued(connection, &judged.queued);
    try_join4(begun, changed, of_fallbacks, queued).await?;
    Ok(())
}
