//! The facts needed to judge a batch of sends, loaded while their accounts are locked.

use std::collections::{HashMap, HashSet};

use crate::account::AccountRules;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId, MessageId, VerificationId};
use crate::message::MessageStatus;
use crate::sealing::RecipientIndex;
use crate::send::SendAttempt;
use crate::subscription::SubscriptionBalance;
use crate::time::Timestamp;
use crate::verification::fallback::{CodeMessage, Fallback, FallbackTurn, FallbackUpdate};
use crate::verification::{GuessBudget, VerificationState, VerificationStatus};

/// The answer to the first request with an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstAnswer {
    /// The message it created.
    pub message_id: MessageId,
    /// The status in that answer; `Pending` until it is known.
    pub status: MessageStatus,
}

/// The facts of a batch. A store fills them in; [`super::admission::judge`] consumes them and adds
/// each admission before it judges the next attempt.
#[derive(Debug, Default)]
pub struct SendFacts {
    rules: HashMap<AccountId, AccountRules>,
    first_answers: HashMap<(ApiKeyId, IdempotencyKey), FirstAnswer>,
    opted_out: HashSet<(AccountId, RecipientIndex)>,
    sends: HashMap<(AccountId, RecipientIndex), Vec<Timestamp>>,
    balances: HashMap<AccountId, Vec<SubscriptionBalance>>,
    verifications: HashMap<VerificationId, VerificationState>,
    wrong_guesses: HashMap<(AccountId, RecipientIndex), Vec<Timestamp>>,
    fallbacks: HashMap<VerificationId, Fallback>,
}

impl SendFacts {
    /// Adds the rules of an account. An account without rules has the default ones.
    pub fn add_rules(&mut self, account: AccountId, rules: AccountRules) {
        self.rules.insert(account, rules);
    }

    /// Adds a message with this idempotency key, and the stored answer to its request.
    ///
    /// The message's own status does not matter: a receipt may be faster than the first answer, and
    /// a replay MUST NOT get a status that the first request then contradicts.
    pub fn add_message_with_key(
        &mut self,
        (api_key, key): (ApiKeyId, IdempotencyKey),
        message_id: MessageId,
        first_answer: Option<MessageStatus>,
    ) {
        let status = first_answer.unwrap_or(MessageStatus::Pending);
        self.first_answers
            .insert((api_key, key), FirstAnswer { message_id, status });
    }

    /// Adds a recipient who opted out of the account's messages.
    pub fn add_opt_out(&mut self, account: AccountId, recipient: RecipientIndex) {
        self.opted_out.insert((account, recipient));
    }

    /// Adds a non-failed message to the recipient. Messages older than those [`super::WantedFacts`]
    /// asks for change nothing.
    pub fn add_send(&mut self, account: AccountId, recipient: RecipientIndex, at: Timestamp) {
        self.sends.entry((account, recipient)).or_default().push(at);
    }

    /// Adds a subscription of the account that has credits left.
    pub fn add_balance(&mut self, account: AccountId, balance: SubscriptionBalance) {
        self.balances.entry(account).or_default().push(balance);
    }

    /// Adds a pending verification of a recipient, or one whose code is to be sent again.
    pub fn add_verification(&mut self, state: VerificationState) {
        self.verifications.insert(state.id, state);
    }

    /// Adds a wrong guess of a recipient's code.
    pub fn add_wrong_guess(
        &mut self,
        account: AccountId,
        recipient: RecipientIndex,
        at: Timestamp,
    ) {
        let guesses = self.wrong_guesses.entry((account, recipient));
        guesses.or_default().push(at);
    }

    /// Adds the fallback of a verification, of which a step is to be taken.
    pub fn add_fallback(&mut self, verification: VerificationId, fallback: Fallback) {
        self.fallbacks.insert(verification, fallback);
    }

    /// Returns the rules of the attempt's account.
    pub fn rules(&self, attempt: &SendAttempt) -> AccountRules {
        let rules = self.rules.get(&attempt.account_id);
        rules.copied().unwrap_or_default()
    }

    pub(super) fn first_answer(&self, attempt: &SendAttempt) -> Option<FirstAnswer> {
        let key = attempt.idempotency_key?;
        self.first_answers.get(&(attempt.api_key_id, key)).copied()
    }

    pub(super) fn has_opted_out(&self, attempt: &SendAttempt) -> bool {
        self.opted_out
            .contains(&(attempt.account_id, attempt.recipient_index))
    }

    pub(super) fn sends(&self, attempt: &SendAttempt) -> &[Timestamp] {
        self.sends
            .get(&(attempt.account_id, attempt.recipient_index))
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn balances(&self, attempt: &SendAttempt) -> &[SubscriptionBalance] {
        self.balances
            .get(&attempt.account_id)
            .map_or(&[], Vec::as_slice)
    }

    pub(super) fn verification(
        &self,
        attempt: &SendAttempt,
        id: VerificationId,
    ) -> Option<&VerificationState> {
        let state = self.verifications.get(&id)?;
        (state.account_id == attempt.account_id).then_some(state)
    }

    /// Returns the recipient's verification that is pending when the attempt is made.
    pub(super) fn pending_verification(&self, attempt: &SendAttempt) -> Option<&VerificationState> {
        let of_recipient = self.verifications.values().filter(|state| {
            state.account_id == attempt.account_id
                && state.recipient_index == Some(attempt.recipient_index)
                && state.status_at(attempt.at) == VerificationStatus::Pending
        });
        of_recipient.max_by_key(|state| (state.created_at, state.id))
    }

    /// Returns the guess budget of the attempt's recipient.
    pub(super) fn guess_budget(&self, attempt: &SendAttempt, of_code: usize) -> GuessBudget<'_> {
        let recipient = (attempt.account_id, attempt.recipient_index);
        GuessBudget {
            of_code,
            of_recipient: self
                .wrong_guesses
                .get(&recipient)
                .map_or(&[], Vec::as_slice),
            now: attempt.at,
        }
    }

    /// Returns the fallback of a verification of the attempt's account.
    pub(super) fn fallback(&self, attempt: &SendAttempt, id: VerificationId) -> Option<&Fallback> {
        self.verification(attempt, id)?;
        self.fallbacks.get(&id)
    }

    /// Returns what has to be done for a fallback when the attempt is made; `None` if there is none.
    pub(super) fn fallback_turn(
        &self,
        attempt: &SendAttempt,
        id: VerificationId,
    ) -> Option<FallbackTurn> {
        let state = self.verification(attempt, id)?;
        Some(self.fallbacks.get(&id)?.turn(state, attempt.at))
    }

    /// Adds an admission, so that the next attempt of the batch is judged with its effects.
    pub(super) fn take_in(&mut self, attempt: &SendAttempt) {
        if let Some(key) = attempt.idempotency_key {
            self.add_message_with_key((attempt.api_key_id, key), attempt.message_id, None);
        }
        self.add_send(attempt.account_id, attempt.recipient_index, attempt.at);
    }

    /// Adds a payment.
    pub(super) fn pay(&mut self, attempt: &SendAttempt, after: SubscriptionBalance) {
        let balances = self.balances.entry(attempt.account_id).or_default();
        for balance in balances.iter_mut().filter(|balance| balance.id == after.id) {
            *balance = after;
        }
    }

    /// Adds a step of a fallback that an attempt took, and returns the fallback with its new state.
    pub(super) fn take_step(
        &mut self,
        attempt: &SendAttempt,
        step: usize,
        message: CodeMessage,
    ) -> Option<(&Fallback, FallbackUpdate)> {
        let id = attempt.verification_id()?;
        let state = self.verifications.get(&id)?;
        let fallback = self.fallbacks.get_mut(&id)?;
        let update = fallback.after(step, state, attempt.at);
        fallback.next_step = update.next_step;
        fallback.next_at = update.next_at;
        fallback.messages.push(message);
        Some((fallback, update))
    }
}
