//! Verifications in memory.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::cooldown;
use otp_core::ids::{AccountId, ApiKeyId, VerificationId};
use otp_core::language::LanguageTag;
use otp_core::page::Listed as _;
use otp_core::ports::{PortError, VerificationKey, VerificationLedger, Verifications};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::admission::BegunVerification;
use otp_core::send::{SendAttempt, SendFacts, WantedFacts};
use otp_core::time::Timestamp;
use otp_core::verification::check::{
    self, AnsweredGuess, CheckAttempt, CheckFacts, CheckVerdict, NewCheck, Uncancelable,
    VerificationUpdate, WantedCheckFacts,
};
use otp_core::verification::{
    CheckRecord, CheckResult, CodeLength, FoundVerifications, GUESS_MEMORY, HashedContext,
    VerificationMessage, VerificationPart, VerificationQuery, VerificationRecord,
    VerificationState, VerificationStatus,
};

use super::fallbacks::StoredFallback;
use super::{MemoryStore, State};

/// The rows of verifications.
#[derive(Debug, Default)]
pub(super) struct VerificationRows {
    pub(super) verifications: HashMap<VerificationId, StoredVerification>,
    pub(super) checks: Vec<NewCheck>,
    pub(super) fallbacks: HashMap<VerificationId, StoredFallback>,
}

#[derive(Debug)]
pub(super) struct StoredVerification {
    pub(super) state: VerificationState,
    pub(super) api_key_id: ApiKeyId,
    pub(super) recipient: Option<Sealed>,
    pub(super) code: Option<Sealed>,
    code_length: CodeLength,
    pub(super) language: Option<LanguageTag>,
    pub(super) metadata: Option<Sealed>,
    pub(super) context: Option<HashedContext>,
}

#[async_trait]
impl VerificationLedger for MemoryStore {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        let mut state = self.state();
        let judged = check::judge(&checks, state.check_facts(&checks));
        for (id, update) in judged.updates {
            state.update_verification(id, update);
        }
        state.verified.checks.extend(judged.checks);
        state.report(judged.webhook_events);
        Ok(judged.verdicts)
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        let mut state = self.state();
        let stored = state.verified.verifications.get(&verification);
        let judged = check::cancel(stored.map(|stored| &stored.state), account, at);
        Ok(judged.map(|update| state.end_verification(verification, update)))
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        let mut state = self.state();
        let stored = state.verified.verifications.values();
        let due = stored.filter_map(|stored| {
            let update = check::expire(&stored.state, now)?;
            Some((stored.state.expires_at, stored.state.id, update))
        });
        let mut due: Vec<_> = due.collect();
        due.sort_by_key(|(expires_at, id, _)| (*expires_at, *id));
        due.truncate(most);
        for (_, id, update) in &due {
            state.end_verification(*id, *update);
        }
        Ok(due.len())
    }
}

#[async_trait]
impl Verifications for MemoryStore {
    async fn find_verification(
        &self,
        account: AccountId,
        key: VerificationKey,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError> {
        let state = self.state();
        let id = match key {
            VerificationKey::Id(id) => Some(id),
            VerificationKey::Message(id) => {
                let message = state.messages.get(&id);
                message.and_then(|stored| stored.verification_id)
            }
        };
        let found = id.and_then(|id| state.verified.verifications.get(&id));
        let found = found.filter(|stored| stored.state.account_id == account);
        Ok(found.map(|stored| state.verification_record(stored, now)))
    }

    async fn list_verifications(
        &self,
        query: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError> {
        let state = self.state();
        let stored = state.verified.verifications.values();
        let mut examined: Vec<_> = stored
            .map(|stored| &stored.state)
            .filter(|of| {
                of.account_id == query.account_id
                    && (query.recipient.is_none() || of.recipient_index == query.recipient)
                    && of.created_at >= query.since
                    && of.position() < query.before
            })
            .collect();
        examined.sort_by_key(|of| std::cmp::Reverse(of.position()));
        examined.truncate(query.examine);
        let chosen = query.choose(examined);
        let records = chosen.ids.iter().filter_map(|id| {
            let stored = state.verified.verifications.get(id)?;
            Some(state.verification_record(stored, query.now))
        });
        Ok(FoundVerifications {
            records: records.collect(),
            examined_to: chosen.examined_to,
        })
    }
}

impl State {
    /// Adds the facts about verifications that a batch of sends needs.
    pub(super) fn add_verification_facts(&self, wanted: &WantedFacts, facts: &mut SendFacts) {
        for stored in self.verified.verifications.values() {
            let of = &stored.state;
            let is_pending = of.status == VerificationStatus::Pending;
            let of_wanted = of
                .recipient_index
                .is_some_and(|index| wanted.verified.contains_key(&(of.account_id, index)));
            if wanted.resent.contains(&of.id) || (is_pending && of_wanted) {
                facts.add_verification(of.clone());
            }
        }
        for id in &wanted.fallbacks {
            if let Some(fallback) = self.fallback(*id) {
                facts.add_fallback(*id, fallback);
            }
        }
        for ((account, index), since) in &wanted.verified {
            for at in self.wrong_guesses(*account, *index, *since) {
                facts.add_wrong_guess(*account, *index, at);
            }
        }
    }

    /// Inserts a verification that admission began.
    pub(super) fn insert_verification(&mut self, attempt: &SendAttempt, begun: &BegunVerification) {
        let Some(VerificationPart::Create(new)) = &attempt.verification else {
            return;
        };
        let stored = StoredVerification {
            state: attempt.begun(new, begun.channel, begun.failed_guesses),
            api_key_id: attempt.api_key_id,
            recipient: Some(new.recipient.clone()),
            code: Some(new.code.clone()),
            code_length: new.code_length,
            language: new.language.clone(),
            metadata: new.metadata.clone(),
            context: new.context.clone(),
        };
        self.verified.verifications.insert(new.id, stored);
        self.insert_fallback(attempt);
    }

    pub(super) fn update_verification(&mut self, id: VerificationId, update: VerificationUpdate) {
        let Some(stored) = self.verified.verifications.get_mut(&id) else {
            return;
        };
        stored.state.status = update.status;
        stored.state.failed_guesses = update.failed_guesses;
        stored.state.approved_by = update.approved_by;
        stored.state.channel = update.channel;
        if let Some(ended_at) = update.ended_at() {
            stored.code = None;
            self.look_at_fallback(id, ended_at);
        }
    }

    fn wrong_guesses(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        since: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        let checks = self.verified.checks.iter();
        checks
            .filter(move |check| {
                check.result == CheckResult::CodeIncorrect
                    && (check.account_id, check.recipient_index) == (account, Some(recipient))
                    && check.at > since
            })
            .map(|check| check.at)
    }

    /// Records the end of a verification, and the event that reports it.
    fn end_verification(&mut self, id: VerificationId, update: VerificationUpdate) {
        let stored = self.verified.verifications.get(&id);
        let state = stored.map(|stored| stored.state.clone());
        self.update_verification(id, update);
        self.report(check::events(state.as_slice(), [(&id, &update)]));
    }

    fn check_facts(&self, checks: &[CheckAttempt]) -> CheckFacts {
        let wanted = WantedCheckFacts::of(checks);
        let mut facts = CheckFacts::default();
        for account in &wanted.accounts {
            let events = self.wanted_events_of(*account);
            facts.wanted_events.insert(*account, events);
        }
        let mut recipients = HashSet::new();
        for id in &wanted.verifications {
            let Some(stored) = self.verified.verifications.get(id) else {
                continue;
            };
            let of = &stored.state;
            recipients.extend(of.recipient_index.map(|index| (of.account_id, index)));
            facts.verifications.insert(*id, of.clone());
        }
        for (account, index) in recipients {
            let guesses = self.wrong_guesses(account, index, wanted.failures_since);
            facts.failures.insert((account, index), guesses.collect());
        }
        for check in &self.verified.checks {
            let key = check.key.map(|key| (check.verification_id, key));
            if let Some(key) = key.filter(|key| wanted.keys.contains(key)) {
                let answered = AnsweredGuess {
                    result: check.result,
                    attempts_left: check.attempts_left,
                };
                facts.answered.entry(key).or_insert(answered);
            }
        }
        facts
    }

    fn verification_record(
        &self,
        stored: &StoredVerification,
        now: Timestamp,
    ) -> VerificationRecord {
        let of = &stored.state;
        let messages = self.messages.values();
        let mut messages: Vec<_> = messages
            .filter(|message| message.verification_id == Some(of.id))
            .map(|stored| VerificationMessage {
                id: stored.message.id,
                channel: stored.routed_to.channel(),
                status: stored.message.status,
                created_at: stored.message.created_at,
            })
            .collect();
        messages.sort_by_key(|message| (message.created_at, message.id));
        let checks = self.verified.checks.iter();
        let of_recipient = |index: RecipientIndex| {
            let sends = self.messages.values().filter(move |stored| {
                let message = &stored.message;
                (message.account_id, stored.recipient_index) == (of.account_id, Some(index))
                    && message.status.counts_for_cooldown()
                    && message.created_at >= now - cooldown::HORIZON
            });
            sends.map(|stored| stored.message.created_at)
        };
        let index = of.recipient_index;
        VerificationRecord {
            state: of.clone(),
            api_key_id: stored.api_key_id,
            recipient: stored.recipient.clone(),
            code: stored.code.clone(),
            code_length: stored.code_length,
            language: stored.language.clone(),
            metadata: stored.metadata.clone(),
            context: stored.context.clone(),
            messages,
            checks: checks
                .filter(|check| check.verification_id == of.id)
                .map(|check| CheckRecord {
                    at: check.at,
                    result: check.result,
                })
                .collect(),
            failures: index.map_or_else(Vec::new, |index| {
                let guesses = self.wrong_guesses(of.account_id, index, now - GUESS_MEMORY);
                guesses.collect()
            }),
            sends: index.map_or_else(Vec::new, |index| of_recipient(index).collect()),
        }
    }
}
