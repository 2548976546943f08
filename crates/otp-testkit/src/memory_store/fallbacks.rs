//! Fallbacks in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::ports::{Fallbacks, PortError};
use otp_core::send::SendAttempt;
use otp_core::time::Timestamp;
use otp_core::verification::fallback::{
    CodeMessage, DueFallback, Fallback, FallbackPosition, FallbackReview, FallbackReviewFacts,
    FallbackStep, FallbackUpdate, FallbackWake, SharedCharge, review,
};

use super::{MemoryStore, State};

/// A fallback, and when it has to be looked at. Its messages are those of the store.
#[derive(Debug)]
pub(super) struct StoredFallback {
    pub(super) account_id: AccountId,
    pub(super) fallback: Fallback,
    look_at: Timestamp,
}

#[async_trait]
impl Fallbacks for MemoryStore {
    async fn list_due_fallbacks(
        &self,
        after: FallbackPosition,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<DueFallback>, PortError> {
        let state = self.state();
        let due = state.verified.fallbacks.iter();
        let due = due.map(|(id, stored)| FallbackPosition {
            look_at: stored.look_at,
            verification_id: *id,
        });
        let mut due: Vec<_> = due
            .filter(|position| position.look_at <= now && *position > after)
            .collect();
        due.sort();
        due.truncate(most);
        let listed = due.into_iter().filter_map(|position| {
            let of = state
                .verified
                .verifications
                .get(&position.verification_id)?;
            Some(DueFallback {
                state: of.state.clone(),
                api_key_id: of.api_key_id,
                language: of.language.clone(),
                look_at: position.look_at,
                fallback: state.fallback(position.verification_id)?,
            })
        });
        Ok(listed.collect())
    }

    async fn find_fallback_steps(
        &self,
        account: AccountId,
        verification: VerificationId,
    ) -> Result<Vec<FallbackStep>, PortError> {
        let state = self.state();
        let stored = state.verified.fallbacks.get(&verification);
        let stored = stored.filter(|stored| stored.account_id == account);
        let steps = stored.map(|stored| stored.fallback.steps.values().cloned().collect());
        Ok(steps.unwrap_or_default())
    }

    async fn review_fallbacks(&self, reviews: Arc<[FallbackReview]>) -> Result<(), PortError> {
        let mut state = self.state();
        let facts = state.review_facts(&reviews);
        let reviewed = review(&reviews, facts);
        state.share_charges(reviewed.charges);
        state.update_fallbacks(reviewed.updates);
        for id in reviewed.over {
            state.verified.fallbacks.remove(&id);
        }
        state.ledger.extend(reviewed.ledger);
        state.set_balances(reviewed.balances);
        state.enqueue(reviewed.notices);
        state.report(reviewed.webhook_events);
        Ok(())
    }
}

impl State {
    /// Returns a fallback with the messages of its verification.
    pub(super) fn fallback(&self, id: VerificationId) -> Option<Fallback> {
        let stored = self.verified.fallbacks.get(&id)?;
        let messages = self.messages.values();
        let mut messages: Vec<_> = messages
            .filter(|message| message.verification_id == Some(id))
            .collect();
        messages.sort_by_key(|stored| (stored.message.created_at, stored.message.id));
        let messages = messages.into_iter().map(|stored| CodeMessage {
            id: stored.message.id,
            channel: stored.routed_to.channel(),
            status: stored.message.status,
            price: stored.message.price,
            shared_charge: stored.shared_charge,
            subscription_id: stored.message.subscription_id,
        });
        Some(Fallback {
            messages: messages.collect(),
            ..stored.fallback.clone()
        })
    }

    pub(super) fn insert_fallback(&mut self, attempt: &SendAttempt) {
        let Some((new, first)) = attempt.begun_fallback() else {
            return;
        };
        let stored = StoredFallback {
            account_id: attempt.account_id,
            fallback: Fallback {
                next_step: first.next_step,
                next_at: first.next_at,
                steps: new.fallback.iter().cloned().enumerate().collect(),
                messages: Vec::new(),
            },
            look_at: first.look_at,
        };
        self.verified.fallbacks.insert(new.id, stored);
    }

    pub(super) fn update_fallbacks(&mut self, updates: BTreeMap<VerificationId, FallbackUpdate>) {
        for (id, update) in updates {
            if let Some(stored) = self.verified.fallbacks.get_mut(&id) {
                stored.fallback.next_step = update.next_step;
                stored.fallback.next_at = update.next_at;
                stored.look_at = update.look_at;
            }
        }
    }

    pub(super) fn share_charges(&mut self, charges: BTreeMap<MessageId, SharedCharge>) {
        for (id, shared) in charges {
            if let Some(stored) = self.messages.get_mut(&id) {
                stored.shared_charge = Some(shared.charge);
                stored.message.subscription_id = shared.subscription_id;
            }
        }
    }

    pub(super) fn look_at_fallback(&mut self, id: VerificationId, at: Timestamp) {
        if let Some(stored) = self.verified.fallbacks.get_mut(&id) {
            stored.look_at = stored.look_at.min(at);
        }
    }

    pub(super) fn wake_fallbacks(&mut self, wakes: BTreeMap<VerificationId, FallbackWake>) {
        for (id, wake) in wakes {
            if wake.reopens {
                let reopened = StoredFallback {
                    account_id: wake.account_id,
                    fallback: Fallback {
                        next_step: 0,
                        next_at: wake.at,
                        steps: BTreeMap::new(),
                        messages: Vec::new(),
                    },
                    look_at: wake.at,
                };
                self.verified.fallbacks.entry(id).or_insert(reopened);
            }
            self.look_at_fallback(id, wake.at);
        }
    }

    fn review_facts(&self, reviews: &[FallbackReview]) -> FallbackReviewFacts {
        let ids = || reviews.iter().map(|review| review.verification_id);
        let mut balances = HashMap::<_, Vec<_>>::new();
        for row in &self.subscriptions {
            let of_account = balances.entry(row.account_id).or_default();
            of_account.push(self.balance(row));
        }
        FallbackReviewFacts {
            rules: self
                .accounts
                .iter()
                .map(|row| (row.id, row.rules))
                .collect(),
            verifications: ids()
                .filter_map(|id| {
                    let stored = self.verified.verifications.get(&id)?;
                    Some((id, stored.state.clone()))
                })
                .collect(),
            fallbacks: ids()
                .filter_map(|id| Some((id, self.fallback(id)?)))
                .collect(),
            balances,
        }
    }
}
