//! The fallback of a verification: its code goes to another recipient or over another channel if it does not
//! arrive.
//!
//! The caller names the steps. A step is taken when every message of the verification has failed, or when the
//! time that the step waits has passed; never once a message has arrived, and never after the verification
//! ended. A message of a fallback is not a second charge: [`owed`] says what the messages cost together.

mod charge;
mod plan;
mod review;

use std::collections::BTreeMap;
use std::time::Duration;

pub use charge::{CodeMessage, SharedCharge, charged, owed, owing};
pub use plan::{FallbackPlan, InvalidPlan, PlannedStep};
pub use review::{FallbackReview, FallbackReviewFacts, ReviewedFallbacks, review};

use crate::channel::Channel;
use crate::ids::{AccountId, ApiKeyId, VerificationId};
use crate::language::LanguageTag;
use crate::sealing::{RecipientIndex, Sealed};
use crate::time::Timestamp;
use crate::verification::{VerificationState, VerificationStatus};

/// A verification has at most this many steps.
pub const MAX_STEPS: usize = 2;

/// How long a step waits if the caller does not say, and the code is valid for as long.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// A step, as a store keeps it until the verification ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallbackStep {
    /// The channel.
    pub channel: Channel,
    /// The recipient, sealed for the verification.
    pub recipient: Sealed,
    /// The blind index of the recipient.
    pub recipient_index: RecipientIndex,
    /// How long after the message before it.
    pub wait: Duration,
}

/// The fallback of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The number of the first step that was not taken.
    pub next_step: usize,
    /// The time at which that step is taken at the latest.
    pub next_at: Timestamp,
    /// The steps by number, without those whose recipient was erased.
    pub steps: BTreeMap<usize, FallbackStep>,
    /// The verification's messages, oldest first.
    pub messages: Vec<CodeMessage>,
}

/// The next thing to do for a fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallbackTurn {
    /// The step with this number is to be taken.
    Take(usize),
    /// Nothing, until this time or until a message fails.
    Wait(Timestamp),
    /// The verification ended: the charge is settled, and the fallback is over.
    Settle,
}

/// The new state of a fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackUpdate {
    /// The number of the first step that was not taken.
    pub next_step: usize,
    /// The time at which that step is taken at the latest.
    pub next_at: Timestamp,
    /// The time at which the fallback has to be looked at.
    pub look_at: Timestamp,
}

/// Something happened to a message, so the fallback of its verification has to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallbackWake {
    /// The account.
    pub account_id: AccountId,
    /// Whether a fallback that is over begins again, because a message that shared its charge changed.
    pub reopens: bool,
    /// The time.
    pub at: Timestamp,
}

/// A fallback that has to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueFallback {
    /// The verification.
    pub state: VerificationState,
    /// The API key that created it.
    pub api_key_id: ApiKeyId,
    /// The language that the caller asked for.
    pub language: Option<LanguageTag>,
    /// When it was due.
    pub look_at: Timestamp,
    /// The fallback.
    pub fallback: Fallback,
}

/// The place of a fallback in the order in which they are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FallbackPosition {
    /// When it is due.
    pub look_at: Timestamp,
    /// The verification.
    pub verification_id: VerificationId,
}

impl FallbackUpdate {
    /// Returns the first state of a fallback with these steps; `None` if there are none.
    pub fn first(
        steps: &[FallbackStep],
        created_at: Timestamp,
        expires_at: Timestamp,
    ) -> Option<Self> {
        let next_at = created_at + steps.first()?.wait;
        Some(Self {
            next_step: 0,
            next_at,
            look_at: next_at.min(expires_at),
        })
    }
}

impl Fallback {
    /// Returns what has to be done at this instant.
    pub fn turn(&self, state: &VerificationState, now: Timestamp) -> FallbackTurn {
        if state.status_at(now) != VerificationStatus::Pending {
            return FallbackTurn::Settle;
        }
        let Some(step) = self.next() else {
            return FallbackTurn::Wait(state.expires_at);
        };
        if self.messages.iter().any(CodeMessage::has_arrived) {
            return FallbackTurn::Wait(state.expires_at);
        }
        if now >= self.next_at || self.messages.iter().all(CodeMessage::has_failed) {
            FallbackTurn::Take(step)
        } else {
            FallbackTurn::Wait(self.next_at.min(state.expires_at))
        }
    }

    /// Returns the state after the step with this number, which was taken or passed over at `at`.
    pub fn after(&self, step: usize, state: &VerificationState, at: Timestamp) -> FallbackUpdate {
        let mut steps = self.steps.range(step + 1..);
        let (next_step, next_at) = steps
            .next()
            .map_or((step + 1, state.expires_at), |(number, step)| {
                (*number, at + step.wait)
            });
        FallbackUpdate {
            next_step,
            next_at,
            look_at: next_at.min(state.expires_at),
        }
    }

    /// Returns whether a step was taken, so that the messages share one charge.
    pub fn is_used(&self) -> bool {
        self.messages
            .iter()
            .any(|message| message.shared_charge.is_some())
    }

    /// Returns the messages that share one charge once a step is taken: the first one, and those of the steps. A
    /// message that sent the code again is a send like any other, and costs its price besides.
    pub fn sharing(&self) -> Vec<CodeMessage> {
        let messages = self.messages.iter().enumerate();
        let sharing = messages.filter(|(place, message)| message.shares(*place));
        sharing.map(|(_, message)| *message).collect()
    }

    fn next(&self) -> Option<usize> {
        let mut steps = self.steps.range(self.next_step..);
        steps.next().map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests;
