//! The check: judges guesses, and what they change.

use crate::verification::{Ended, VerificationOver};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Alphabet, CheckKey, CheckResult, CodeHash, GUESS_MEMORY, GuessBudget, TransactionHash,
    VerificationState, VerificationStatus,
};
use crate::channel::Channel;
use crate::ids::{AccountId, VerificationId};
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;
use crate::webhook::{WantedEvents, WebhookEvent};

/// A guess, to be judged.
///
/// It has the hashes of the guess as read with each alphabet, because only the stored verification
/// tells which one counts. So the hashing costs the same whatever the check finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckAttempt {
    /// The account of the caller.
    pub account_id: AccountId,
    /// The verification.
    pub verification_id: VerificationId,
    /// The hash of the guess as typed.
    pub exact: CodeHash,
    /// The hash of the guess in capital letters.
    pub in_capitals: CodeHash,
    /// The transaction that the caller repeats.
    pub transaction: Option<TransactionHash>,
    /// The idempotency key of the request, if it has one.
    pub key: Option<CheckKey>,
    /// The time of the request.
    pub at: Timestamp,
}

/// The verdict on one guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckVerdict {
    /// It is right. `first` is false for the repetition of a check with the same idempotency key.
    Approved {
        /// The verification, as it is from now on.
        state: VerificationState,
        /// Whether this check approved it.
        first: bool,
    },
    /// It is wrong.
    Incorrect {
        /// How many wrong guesses are still allowed.
        attempts_left: usize,
    },
    /// The transaction is another one. It costs no guess.
    TransactionMismatch,
    /// The account has no such verification.
    NotFound,
    /// It is over.
    Over(VerificationOver),
    /// No guess is left, for the code or for its recipient.
    TooManyAttempts,
}

/// The facts a batch of checks needs. A store looks each one up once.
#[derive(Debug)]
pub struct WantedCheckFacts {
    /// The accounts, to be locked in this order.
    pub accounts: BTreeSet<AccountId>,
    /// The verifications. The failures of their recipients since [`Self::failures_since`] are needed, too.
    pub verifications: BTreeSet<VerificationId>,
    /// The idempotency keys; the results of the checks that had them are needed.
    pub keys: BTreeSet<(VerificationId, CheckKey)>,
    /// The instant after which a failure counts.
    pub failures_since: Timestamp,
}

impl WantedCheckFacts {
    /// Collects the facts that these checks need.
    pub fn of(checks: &[CheckAttempt]) -> Self {
        let first = checks.iter().map(|check| check.at).min();
        let key = |check: &CheckAttempt| Some((check.verification_id, check.key?));
        Self {
            accounts: checks.iter().map(|check| check.account_id).collect(),
            verifications: checks.iter().map(|check| check.verification_id).collect(),
            keys: checks.iter().filter_map(key).collect(),
            failures_since: first.unwrap_or(Timestamp::MAX) - GUESS_MEMORY,
        }
    }
}

/// A wrong guess that had an idempotency key, as it was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnsweredGuess {
    /// The result.
    pub result: CheckResult,
    /// How many wrong guesses were left after it.
    pub attempts_left: usize,
}

/// The facts of a batch, loaded while the accounts are locked.
#[derive(Debug, Default)]
pub struct CheckFacts {
    /// The verifications that exist.
    pub verifications: HashMap<VerificationId, VerificationState>,
    /// The times of the recipients' wrong guesses.
    pub failures: HashMap<(AccountId, RecipientIndex), Vec<Timestamp>>,
    /// The checks that had one of the wanted idempotency keys.
    pub answered: HashMap<(VerificationId, CheckKey), AnsweredGuess>,
    /// The events that the endpoints of each account want.
    pub wanted_events: HashMap<AccountId, WantedEvents>,
}

/// The result of judging a batch: the answers, and the rows a store has to write.
#[derive(Debug, Default)]
pub struct JudgedChecks {
    /// One verdict for each check, in their order.
    pub verdicts: Vec<CheckVerdict>,
    /// The new state of each verification that changed. If its status is no longer `Pending`, the sealed
    /// code MUST be removed.
    pub updates: BTreeMap<VerificationId, VerificationUpdate>,
    /// The checks to append, in their order.
    pub checks: Vec<NewCheck>,
    /// The events for the accounts' endpoints.
    pub webhook_events: Vec<WebhookEvent>,
}

/// The new state of a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerificationUpdate {
    /// Its status.
    pub status: VerificationStatus,
    /// Its wrong guesses.
    pub failed_guesses: usize,
    /// The key of the check that approved it.
    pub approved_by: Option<CheckKey>,
    /// The channel that a check proves: the [weakest](Channel::weaker) of its messages.
    pub channel: Channel,
    /// The time of the change.
    pub at: Timestamp,
}

impl VerificationUpdate {
    /// Returns when the verification ended; `None` while it is pending. Its end removes the code.
    pub fn ended_at(&self) -> Option<Timestamp> {
        (self.status != VerificationStatus::Pending).then_some(self.at)
    }

    /// Returns the event that reports the end; `None` while the verification is pending.
    pub(crate) fn event(&self, of: &VerificationState) -> Option<WebhookEvent> {
        WebhookEvent::of_verification(of.account_id, of.id, self.status, self.at)
    }
}

/// A check to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCheck {
    /// The verification.
    pub verification_id: VerificationId,
    /// Its account.
    pub account_id: AccountId,
    /// Its recipient, against whom a wrong guess counts.
    pub recipient_index: Option<RecipientIndex>,
    /// The idempotency key of the request.
    pub key: Option<CheckKey>,
    /// The result.
    pub result: CheckResult,
    /// How many wrong guesses were left after it.
    pub attempts_left: usize,
    /// The time of the request.
    pub at: Timestamp,
}

/// Judges a batch one by one, each check with the effects of its predecessors.
pub fn judge(checks: &[CheckAttempt], mut facts: CheckFacts) -> JudgedChecks {
    let mut judged = JudgedChecks::default();
    for check in checks {
        let verdict = facts.judge_one(check, &mut judged);
        judged.verdicts.push(verdict);
    }
    judged
}

impl CheckFacts {
    fn judge_one(&mut self, check: &CheckAttempt, judged: &mut JudgedChecks) -> CheckVerdict {
        let known = self.verifications.get_mut(&check.verification_id);
        let Some(state) = known.filter(|state| state.account_id == check.account_id) else {
            return CheckVerdict::NotFound;
        };
        let guess = match state.alphabet {
            Alphabet::Numeric | Alphabet::Supplied => check.exact,
            Alphabet::Alphanumeric => check.in_capitals,
        };
        let is_right = state.code_hash == Some(guess);
        let is_same_transaction = state.transaction == check.transaction;

        let key = check.key.map(|key| (check.verification_id, key));
        let earlier = key.and_then(|key| self.answered.get(&key).copied());
        if let Some(AnsweredGuess {
            result: CheckResult::CodeIncorrect,
            attempts_left,
        }) = earlier
            && !is_right
        {
            return CheckVerdict::Incorrect { attempts_left };
        }
        let status = state.status_at(check.at);
        let repeats = status == VerificationStatus::Approved
            && is_right
            && is_same_transaction
            && check.key.is_some()
            && state.approved_by == check.key
            && check.at < state.expires_at;
        if repeats {
            let state = state.clone();
            return CheckVerdict::Approved {
                state,
                first: false,
            };
        }
        let recipient = state.recipient_index;
        let failures =
            recipient.map(|index| self.failures.entry((check.account_id, index)).or_default());
        let mut unknown = Vec::new();
        let failures = failures.unwrap_or(&mut unknown);
        match status.ended() {
            None => {}
            Some(Ended::Over(over)) => return CheckVerdict::Over(over),
            Some(Ended::Exhausted) => return CheckVerdict::TooManyAttempts,
        }
        let guesses_left = |of_code, of_recipient: &[Timestamp]| {
            let now = check.at;
            GuessBudget {
                of_code,
                of_recipient,
                now,
            }
            .left()
        };
        let left = guesses_left(state.failed_guesses, failures);
        if left == 0 {
            return CheckVerdict::TooManyAttempts;
        }
        if !is_same_transaction {
            return CheckVerdict::TransactionMismatch;
        }
        let mut record = |result, attempts_left| {
            judged.checks.push(NewCheck {
                verification_id: check.verification_id,
                account_id: check.account_id,
                recipient_index: recipient,
                key: check.key,
                result,
                attempts_left,
                at: check.at,
            });
        };
        let verdict = if is_right {
            record(CheckResult::Approved, left);
            state.status = VerificationStatus::Approved;
            state.approved_by = check.key;
            CheckVerdict::Approved {
                state: state.clone(),
                first: true,
            }
        } else {
            state.failed_guesses += 1;
            failures.push(check.at);
            let attempts_left = guesses_left(state.failed_guesses, failures);
            if attempts_left == 0 {
                state.status = VerificationStatus::Exhausted;
            }
            record(CheckResult::CodeIncorrect, attempts_left);
            if let Some(key) = key {
                let result = CheckResult::CodeIncorrect;
                self.answered.insert(
                    key,
                    AnsweredGuess {
                        result,
                        attempts_left,
                    },
                );
            }
            CheckVerdict::Incorrect { attempts_left }
        };
        let update = state.with_status(state.status, check.at);
        let wanted = self.wanted_events.get(&check.account_id).copied();
        let event = wanted.unwrap_or_default().keep(update.event(state));
        judged.webhook_events.extend(event);
        judged.updates.insert(check.verification_id, update);
        verdict
    }
}

/// The reason a verification cannot be canceled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncancelable {
    /// The account has no such verification.
    NotFound,
    /// It ended already.
    Ended(Ended),
}

/// Judges a cancellation.
pub fn cancel(
    state: Option<&VerificationState>,
    account: AccountId,
    at: Timestamp,
) -> Result<VerificationUpdate, Uncancelable> {
    let state = state.filter(|state| state.account_id == account);
    let state = state.ok_or(Uncancelable::NotFound)?;
    match state.status_at(at).ended() {
        None => Ok(state.with_status(VerificationStatus::Canceled, at)),
        Some(ended) => Err(Uncancelable::Ended(ended)),
    }
}

/// Judges whether a verification is to be recorded as expired.
pub fn expire(state: &VerificationState, at: Timestamp) -> Option<VerificationUpdate> {
    let is_due = state.status == VerificationStatus::Pending
        && state.status_at(at) == VerificationStatus::Expired;
    is_due.then(|| state.with_status(VerificationStatus::Expired, at))
}

/// Judges which verifications are to be recorded as expired.
pub fn expire_all(
    states: &[VerificationState],
    at: Timestamp,
) -> BTreeMap<VerificationId, VerificationUpdate> {
    let expired = states
        .iter()
        .filter_map(|state| Some((state.id, expire(state, at)?)));
    expired.collect()
}

/// Returns the events that report these updates.
pub fn events<'a>(
    states: &[VerificationState],
    updates: impl IntoIterator<Item = (&'a VerificationId, &'a VerificationUpdate)>,
) -> Vec<WebhookEvent> {
    let states: HashMap<_, _> = states.iter().map(|state| (state.id, state)).collect();
    let event =
        |(id, update): (&VerificationId, &VerificationUpdate)| update.event(states.get(id)?);
    updates.into_iter().filter_map(event).collect()
}

impl VerificationState {
    /// Returns the update that gives it this status.
    pub(crate) fn with_status(
        &self,
        status: VerificationStatus,
        at: Timestamp,
    ) -> VerificationUpdate {
        VerificationUpdate {
            status,
            failed_guesses: self.failed_guesses,
            approved_by: self.approved_by,
            channel: self.channel,
            at,
        }
    }
}

#[cfg(test)]
mod tests;
