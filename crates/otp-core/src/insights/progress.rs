//! The facts of each message that a funnel counts.

use crate::channel::Channel;
use crate::channel::whatsapp::template::TemplateName;
use crate::ids::{MessageId, VerificationId};
use crate::message::{CodeOutcome, MessageStatus};
use crate::region::Region;
use crate::time::Timestamp;
use crate::verification::{VerificationMessage, VerificationStatus};

/// How far a message got, and what it is grouped by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageProgress {
    /// Its id.
    pub id: MessageId,
    /// The time it was admitted.
    pub created_at: Timestamp,
    /// Its status.
    pub status: MessageStatus,
    /// The channel it was sent over.
    pub channel: Channel,
    /// The destination's region; `None` if the recipient is a mail address.
    pub region: Option<Region>,
    /// The template it was sent with; `None` if it has none, or if the template no longer exists.
    pub template: Option<TemplateName>,
    /// Whether an event says that it was sent. A failed or deleted message may have been.
    pub was_sent: bool,
    /// When the first event was recorded that says that it was delivered.
    pub delivered_at: Option<Timestamp>,
    /// Whether an event says that it was read.
    pub was_read: bool,
    /// The provider's code of its failure, if it failed with one.
    pub failure_code: Option<i32>,
    /// The outcome that the caller reported.
    pub outcome: Option<CodeOutcome>,
    /// The verification whose code it carries, if the service made it.
    pub verification: Option<OfVerification>,
}

/// The verification of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfVerification {
    /// Its id.
    pub id: VerificationId,
    /// Its stored status.
    pub status: VerificationStatus,
}

/// A message of a verification that has a message in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiblingMessage {
    /// The verification.
    pub verification: VerificationId,
    /// The message.
    pub message: VerificationMessage,
}

/// The facts of a funnel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunnelFacts {
    /// Every message of the period, in any order.
    pub messages: Vec<MessageProgress>,
    /// Messages of the verifications that
    /// [`InsightsQuery::to_complete`](super::InsightsQuery::to_complete) names, also outside the period.
    pub siblings: Vec<SiblingMessage>,
}

/// How far a message got. Each stage implies those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// This service accepted it.
    Accepted,
    /// The provider accepted it.
    Sent,
    /// It is on the recipient's device.
    Delivered,
    /// The recipient opened the chat.
    Read,
}

impl MessageProgress {
    /// Returns the furthest stage that its status or an event shows. Receipts may be lost or come in any
    /// order, and the status of a failed or deleted message does not tell how far it got.
    pub(super) fn stage(&self) -> Stage {
        let by_status = match self.status {
            MessageStatus::Pending | MessageStatus::Failed | MessageStatus::Deleted => {
                Stage::Accepted
            }
            MessageStatus::Sent => Stage::Sent,
            MessageStatus::Delivered => Stage::Delivered,
            MessageStatus::Read => Stage::Read,
        };
        let by_events = if self.was_read {
            Stage::Read
        } else if self.delivered_at.is_some() {
            Stage::Delivered
        } else if self.was_sent {
            Stage::Sent
        } else {
            Stage::Accepted
        };
        by_status.max(by_events)
    }

    /// Returns the verification, if it was approved.
    pub(super) fn approved(&self) -> Option<VerificationId> {
        let of = self.verification?;
        (of.status == VerificationStatus::Approved).then_some(of.id)
    }

    /// Returns the part that its verification knows of it.
    pub(super) fn as_verification_message(&self) -> VerificationMessage {
        VerificationMessage {
            id: self.id,
            channel: self.channel,
            status: self.status,
            created_at: self.created_at,
        }
    }
}
