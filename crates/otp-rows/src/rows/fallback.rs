//! Fallbacks of verifications, with their steps and messages.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::credits::Credits;
use otp_core::ids::{ApiKeyId, MessageId, SubscriptionId, VerificationId};
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::time::Timestamp;
use otp_core::verification::VerificationState;
use otp_core::verification::fallback::{CodeMessage, DueFallback, Fallback, FallbackStep};

use super::VerificationStateRow;
use crate::Col;
use crate::column::by_name;

by_name! {
    /// A fallback, with what it needs of its verification.
    pub struct FallbackRow {
        verification_id: Col<VerificationId>,
        next_step: Col<usize>,
        next_at: Col<Timestamp>,
        look_at: Col<Timestamp>,
        api_key_id: Col<ApiKeyId>,
        language: Col<Option<LanguageTag>>,
    }
}

by_name! {
    /// The verification of a fallback that is due.
    pub struct DueFallbackRow {
        verification_id: Col<VerificationId>,
    }
}

impl From<DueFallbackRow> for VerificationId {
    fn from(row: DueFallbackRow) -> Self {
        row.verification_id.0
    }
}

by_name! {
    /// A step of a fallback.
    pub struct FallbackStepRow {
        verification_id: Col<VerificationId>,
        step: Col<usize>,
        channel: Col<Channel>,
        recipient: Col<Sealed>,
        recipient_index: Col<RecipientIndex>,
        wait_seconds: Col<u32>,
    }
}

impl From<FallbackStepRow> for FallbackStep {
    fn from(row: FallbackStepRow) -> Self {
        Self {
            channel: row.channel.0,
            recipient: row.recipient.0,
            recipient_index: row.recipient_index.0,
            wait: Duration::from_secs(row.wait_seconds.0.into()),
        }
    }
}

by_name! {
    /// A message of a verification with a fallback.
    pub struct ChargedMessageRow {
        verification_id: Col<VerificationId>,
        id: Col<MessageId>,
        channel: Col<Channel>,
        status: Col<MessageStatus>,
        price: Col<Credits>,
        shared_charge: Col<Option<Credits>>,
        subscription_id: Col<Option<SubscriptionId>>,
    }
}

/// The parts of some fallbacks.
pub struct FallbackParts {
    /// The fallbacks.
    pub fallbacks: Vec<FallbackRow>,
    /// Their steps.
    pub steps: Vec<FallbackStepRow>,
    /// The messages of their verifications; those of each one oldest first.
    pub messages: Vec<ChargedMessageRow>,
}

impl FallbackParts {
    /// Returns the fallbacks by their verifications.
    pub fn by_verification(self) -> HashMap<VerificationId, Fallback> {
        let assembled = self.assemble().into_iter();
        assembled
            .map(|(row, fallback)| (row.verification_id.0, fallback))
            .collect()
    }

    /// Returns the fallbacks that are due, in the order of their positions.
    pub fn due(self, states: Vec<VerificationStateRow>) -> Vec<DueFallback> {
        let states = states.into_iter().map(VerificationState::from);
        let mut states: HashMap<_, _> = states.map(|state| (state.id, state)).collect();
        let assembled = self.assemble().into_iter();
        let mut due: Vec<_> = assembled
            .filter_map(|(row, fallback)| {
                Some(DueFallback {
                    state: states.remove(&row.verification_id.0)?,
                    api_key_id: row.api_key_id.0,
                    language: row.language.0,
                    look_at: row.look_at.0,
                    fallback,
                })
            })
            .collect();
        due.sort_by_key(|due| (due.look_at, due.state.id));
        due
    }

    fn assemble(self) -> Vec<(FallbackRow, Fallback)> {
        let mut steps = HashMap::<_, BTreeMap<_, _>>::new();
        for row in self.steps {
            let of = steps.entry(row.verification_id.0).or_default();
            of.insert(row.step.0, row.into());
        }
        let mut messages = HashMap::<_, Vec<_>>::new();
        for row in self.messages {
            let message = CodeMessage {
                id: row.id.0,
                channel: row.channel.0,
                status: row.status.0,
                price: row.price.0,
                shared_charge: row.shared_charge.0,
                subscription_id: row.subscription_id.0,
            };
            let of = messages.entry(row.verification_id.0).or_default();
            of.push(message);
        }
        let assemble = |row: FallbackRow| {
            let fallback = Fallback {
                next_step: row.next_step.0,
                next_at: row.next_at.0,
                steps: steps.remove(&row.verification_id.0).unwrap_or_default(),
                messages: messages.remove(&row.verification_id.0).unwrap_or_default(),
            };
            (row, fallback)
        };
        self.fallbacks.into_iter().map(assemble).collect()
    }
}

/// The seconds that a step waits. They fit the column as a code's lifetime does.
pub fn wait_seconds(step: &FallbackStep) -> Col<u32> {
    Col(u32::try_from(step.wait.as_secs()).unwrap_or(u32::MAX))
}
