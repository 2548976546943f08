//! Advance fallbacks: takes the steps that are due, and settles the fallbacks of verifications that ended.
//!
//! Any process may do this at any time. Whether a step is due is judged twice: here, to prepare its message, and
//! again by the admission, while the account is locked. So two processes take no step twice. The message then
//! waits in the outgoing queue like a mail.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::ids::{AccountId, VerificationId};
use crate::ports::{Fallbacks, PortError};
use crate::send::{Admission, Refusal, SendAttempt};
use crate::time::Timestamp;
use crate::usecases::account_sealers::{open_key, open_step};
use crate::usecases::authenticate::Caller;
use crate::usecases::send_message::{SendMessage, SendMessageError, SendRequest};
use crate::verification::VerificationPart;
use crate::verification::fallback::{DueFallback, FallbackPosition, FallbackReview, FallbackTurn};

/// At most this many fallbacks at a time.
const BATCH: usize = 100;

/// Advances fallbacks.
#[derive(Clone)]
pub struct AdvanceFallbacks {
    /// Holds them.
    pub fallbacks: Arc<dyn Fallbacks>,
    /// Prepares and admits their messages.
    pub send: SendMessage,
}

/// The result of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FallbackRound {
    /// The steps that were taken.
    pub taken: usize,
    /// The steps that could not be taken.
    pub passed_over: usize,
}

/// The steps and reviews of one account.
#[derive(Default)]
struct OfAccount {
    attempts: Vec<(SendAttempt, usize)>,
    reviews: Vec<FallbackReview>,
}

impl AdvanceFallbacks {
    /// Looks at every fallback that is due, once.
    ///
    /// If an account fails, the round still does the work of the other accounts, and then returns the error.
    /// The next round finds what is left.
    pub async fn execute(&self) -> Result<FallbackRound, PortError> {
        let now = self.send.clock.now();
        let mut round = FallbackRound::default();
        let mut failed = None;
        let mut after = FallbackPosition {
            look_at: Timestamp::from_unix_millis(0),
            verification_id: VerificationId(Uuid::nil()),
        };
        loop {
            let due = self.fallbacks.list_due_fallbacks(after, now, BATCH).await?;
            let Some(last) = due.last() else { break };
            after = FallbackPosition {
                look_at: last.look_at,
                verification_id: last.state.id,
            };
            let is_last = due.len() < BATCH;
            for (account, of_account) in self.sort(due, now, &mut failed).await {
                match self.advance(account, of_account, now).await {
                    Ok(part) => {
                        round.taken += part.taken;
                        round.passed_over += part.passed_over;
                    }
                    Err(error @ PortError::Unavailable(_)) => return Err(error),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if is_last {
                break;
            }
        }
        failed.map_or(Ok(round), Err)
    }

    /// Prepares what is due, account by account.
    async fn sort(
        &self,
        due: Vec<DueFallback>,
        now: Timestamp,
        failed: &mut Option<PortError>,
    ) -> BTreeMap<AccountId, OfAccount> {
        let mut by_account = BTreeMap::<_, OfAccount>::new();
        for due in due {
            let account = due.state.account_id;
            let of_account = by_account.entry(account).or_default();
            let mut review = FallbackReview {
                account_id: account,
                verification_id: due.state.id,
                passed_over: None,
                at: now,
            };
            if let FallbackTurn::Take(step) = due.fallback.turn(&due.state, now) {
                match self.prepare(&due, step, now).await {
                    Ok(Some(attempt)) => {
                        of_account.attempts.push((attempt, step));
                        continue;
                    }
                    Ok(None) => review.passed_over = Some(step),
                    Err(error @ (PortError::Unavailable(_) | PortError::Locked(_))) => {
                        *failed = failed.take().or(Some(error));
                        continue;
                    }
                    // Another attempt would fail in the same way.
                    Err(error @ (PortError::Conflict(_) | PortError::Backend(_))) => {
                        *failed = failed.take().or(Some(error));
                        review.passed_over = Some(step);
                    }
                }
            }
            of_account.reviews.push(review);
        }
        by_account
    }

    /// Prepares the message of a step; `None` if there is no recipient, or no way to it.
    async fn prepare(
        &self,
        due: &DueFallback,
        step: usize,
        now: Timestamp,
    ) -> Result<Option<SendAttempt>, PortError> {
        let account = due.state.account_id;
        let profile = self.send.directory.find_sending_profile(account).await?;
        let key = profile.as_ref().and_then(|profile| profile.key.as_ref());
        let (Some(key), Some(step_to)) = (key, due.fallback.steps.get(&step)) else {
            return Ok(None);
        };
        let sealer = open_key(key, &self.send.master_keys)?;
        let to = open_step(Some(&sealer), due.state.id, &step_to.recipient);
        let Some(to) = to.map_err(|error| PortError::Backend(error.into()))? else {
            return Ok(None);
        };
        let request = SendRequest {
            caller: Caller {
                account_id: account,
                api_key_id: due.api_key_id,
            },
            to: &to,
            language: due.language.as_ref(),
            notice_language: None,
            idempotency_key: None,
        };
        let mut prepared = match self.send.prepare(profile.as_deref(), request, now).await {
            Ok(prepared) => prepared,
            Err(SendMessageError::Port(error)) => return Err(error),
            Err(_) => return Ok(None),
        };
        let part = VerificationPart::Fallback(due.state.id, step);
        prepared.carry_code(part, due.state.expires_at);
        Ok(Some(prepared.attempt))
    }

    /// Takes the steps of an account, with one call to the ledger, and reviews the other fallbacks.
    async fn advance(
        &self,
        account: AccountId,
        of_account: OfAccount,
        now: Timestamp,
    ) -> Result<FallbackRound, PortError> {
        let OfAccount {
            attempts,
            mut reviews,
        } = of_account;
        let mut round = FallbackRound::default();
        if !attempts.is_empty() {
            let (attempts, steps): (Vec<_>, Vec<_>) = attempts.into_iter().unzip();
            let attempts: Arc<[SendAttempt]> = Arc::from(attempts);
            let admissions = self.send.ledger.admit(Arc::clone(&attempts)).await?;
            for ((attempt, step), admission) in attempts.iter().zip(steps).zip(admissions) {
                let passed_over = match admission {
                    Admission::Refused(Refusal::FallbackNotDue) => None,
                    Admission::Refused(_) => Some(step),
                    Admission::Admitted
                    | Admission::AdmittedCode { .. }
                    | Admission::Replayed(_) => {
                        round.taken += 1;
                        continue;
                    }
                };
                let Some(verification_id) = attempt.verification_id() else {
                    continue;
                };
                reviews.push(FallbackReview {
                    account_id: account,
                    verification_id,
                    passed_over,
                    at: now,
                });
            }
        }
        let passed_over = reviews.iter().filter_map(|review| review.passed_over);
        round.passed_over = passed_over.count();
        if !reviews.is_empty() {
            self.fallbacks.review_fallbacks(Arc::from(reviews)).await?;
        }
        Ok(round)
    }
}
