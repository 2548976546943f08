//! The book of a history: what is known of its verifications. It is read after each step.

use std::collections::BTreeMap;
use std::time::Duration;

use otp_core::credits::ledger::LedgerEntry;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::verification::{CheckResult, VerificationRecord};
use proptest::prelude::{TestCaseError, prop_assert};

use super::charge::Paid;
use super::provider::HandOver;
use super::step::News;
use super::verification::Verification;

/// The most guesses at one code that are compared.
const OF_A_CODE: usize = 5;

/// The most wrong guesses of a recipient in a day.
const OF_A_RECIPIENT: usize = 10;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A promise that was kept, or the one that was broken.
pub(super) type Kept = Result<(), TestCaseError>;

/// The knowledge of a store and of the provider after a step.
pub(super) struct Seen {
    /// Newest first.
    pub(super) verifications: Vec<VerificationRecord>,
    /// The prices of the messages that the book does not know yet.
    pub(super) prices: BTreeMap<MessageId, i64>,
    pub(super) ledger: Vec<LedgerEntry>,
    /// The calls of the step.
    pub(super) calls: Vec<HandOver>,
    /// Whether the step sent a code again because a caller asked for it.
    pub(super) is_resend: bool,
    /// Whether the process died in the step.
    pub(super) died: bool,
}

/// Everything that is known.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Oldest first.
    verifications: Vec<Verification>,
    /// The times of the recipients' wrong guesses.
    failures: BTreeMap<RecipientIndex, Vec<Timestamp>>,
}

impl Book {
    /// Returns the verification that is the `nth` before the newest, or before that again.
    pub(super) fn nth(&self, nth: usize) -> Option<&Verification> {
        let from_the_end = nth.checked_rem(self.verifications.len())?;
        self.verifications.iter().rev().nth(from_the_end)
    }

    pub(super) fn knows(&self, id: VerificationId) -> bool {
        self.verifications.iter().any(|known| known.id == id)
    }

    pub(super) fn knows_message(&self, id: MessageId) -> bool {
        self.with_message(id).is_some()
    }

    /// Returns how many messages there are, and guesses that were compared.
    pub(super) fn effects(&self) -> usize {
        let each = self.verifications.iter();
        each.map(|one| one.messages.len() + one.compared).sum()
    }

    /// Returns whether a guess at this verification has to be compared with its code.
    pub(super) fn may_guess(&self, at: &Verification, now: Timestamp) -> bool {
        at.is_pending(now)
            && at.wrong_in_all() < OF_A_CODE
            && self.failures_at(at.recipient, now) < OF_A_RECIPIENT
    }

    /// Writes down that the provider reported about a message.
    pub(super) fn report(&mut self, id: MessageId, news: News) {
        let of = self.verifications.iter_mut();
        let mut messages = of.filter_map(|of| of.messages.get_mut(&id));
        if let Some(message) = messages.next() {
            message.is_reported |= matches!(news, News::Delivered | News::Read);
        }
    }

    /// Writes down a new verification, whose code is known.
    pub(super) fn begin(&mut self, record: &VerificationRecord, code: String) {
        let mut new = Verification::new(record, code);
        let mut earlier = self.verifications.iter().rev();
        let replaced = earlier.find(|earlier| {
            earlier.recipient == new.recipient && earlier.is_pending(record.state.created_at)
        });
        new.inherited = replaced.map_or(0, Verification::wrong_in_all);
        self.verifications.push(new);
    }

    /// Reads what a step did, and whether it kept the promises.
    pub(super) fn read(&mut self, seen: &Seen) -> Kept {
        for record in &seen.verifications {
            self.get_mut(record.state.id)
                .read_new_messages(record, seen)?;
        }
        // Before the new statuses are known: what ends in a step does so after its hand-overs.
        for call in &seen.calls {
            let Some(of) = self.with_message(call.message) else {
                return Err(TestCaseError::fail("a message of no verification is sent"));
            };
            self.get_mut(of).read_call(call)?;
        }
        let paid = Paid::by(&seen.ledger);
        for record in &seen.verifications {
            let known = self.get_mut(record.state.id);
            known.read_state(record, seen)?;
            known.read_charge(&paid)?;
            self.read_guesses(record)?;
        }
        Ok(())
    }

    /// Reads what is left once everything has ended.
    pub(super) fn read_end(&self, seen: &Seen) -> Kept {
        let paid = Paid::by(&seen.ledger);
        for known in &self.verifications {
            known.read_end(&paid)?;
        }
        Ok(())
    }

    fn read_guesses(&mut self, record: &VerificationRecord) -> Kept {
        let known = self.get_mut(record.state.id);
        let (id, recipient) = (known.id, known.recipient);
        let new = &record.checks[known.compared..];
        let wrong = new
            .iter()
            .filter(|check| check.result == CheckResult::CodeIncorrect);
        let wrong: Vec<_> = wrong.map(|check| check.at).collect();
        known.compared += new.len();
        known.wrong += wrong.len();
        let compared = known.inherited + known.compared;
        prop_assert!(
            compared <= OF_A_CODE,
            "{compared} guesses were compared with the code of {id} and those that it replaced"
        );
        for at in wrong {
            self.failures.entry(recipient).or_default().push(at);
            let count = self.failures_at(recipient, at);
            prop_assert!(
                count <= OF_A_RECIPIENT,
                "{count} wrong guesses at codes of the recipient of {id} in a day"
            );
        }
        Ok(())
    }

    /// Returns how many wrong guesses of a recipient count at this instant.
    fn failures_at(&self, recipient: RecipientIndex, now: Timestamp) -> usize {
        let failures = self.failures.get(&recipient).into_iter().flatten();
        let counting = failures.filter(|failure| **failure > now - DAY && **failure <= now);
        counting.count()
    }

    fn with_message(&self, id: MessageId) -> Option<VerificationId> {
        let mut all = self.verifications.iter();
        let found = all.find(|known| known.messages.contains_key(&id))?;
        Some(found.id)
    }

    fn get_mut(&mut self, id: VerificationId) -> &mut Verification {
        let found = self.verifications.iter_mut().find(|known| known.id == id);
        found.expect("a verification is written down before it is read")
    }
}
