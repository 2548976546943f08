//! Delivery receipts: what the provider tells of a message after it was accepted, in any order and as
//! often as it likes.

use crate::ids::{AccountId, MessageId};
use crate::message::{Failure, MessageStatus};
use crate::ports::Randomness;
use crate::recipient_identity::ProviderIdentities;
use crate::sealing::{InstallationSealer, ProviderMessageIndex, Purpose, Sealed};
use crate::send::Outcome;
use crate::time::Timestamp;

/// What a receipt says of its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// It left for the recipient.
    Sent,
    /// It reached a device.
    Delivered,
    /// The recipient opened the chat.
    Read,
    /// It was removed.
    Deleted,
    /// It failed.
    Failed(Failure),
}

/// Which message a receipt is about: our id, if the provider echoed it, and the provider's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageReference {
    /// Our id of the message, as it was passed on with the send.
    pub message_id: Option<MessageId>,
    /// The provider's id of it, indexed.
    pub provider_index: ProviderMessageIndex,
}

/// A message found by its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocatedMessage {
    /// The message.
    pub message_id: MessageId,
    /// Whose it is.
    pub account_id: AccountId,
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// Which message.
    pub reference: MessageReference,
    /// What became of it.
    pub report: Report,
    /// By what the provider knows the recipient.
    pub recipient: ProviderIdentities,
    /// When, by the provider's clock.
    pub provider_time: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
}

/// A receipt that waits for its message. The account is not known yet, so the installation's key seals
/// what the provider calls the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedReceipt {
    /// The message it is about.
    pub reference: MessageReference,
    /// What became of the message.
    pub report: Report,
    /// What the provider calls the recipient, sealed; `None` if it gave no name.
    pub recipient: Option<Sealed>,
    /// When, by the provider's clock.
    pub provider_time: Timestamp,
    /// When it reached us.
    pub received_at: Timestamp,
}

impl DeliveryReceipt {
    /// The form in which it is kept.
    pub fn seal(
        &self,
        sealer: &InstallationSealer,
        randomness: &dyn Randomness,
    ) -> UnmatchedReceipt {
        let row = &self.reference.provider_index.0;
        let seal = |names: &ProviderIdentities| {
            sealer.seal(
                Purpose::ProviderIdentities,
                row,
                &names.to_text(),
                randomness,
            )
        };
        UnmatchedReceipt {
            reference: self.reference,
            report: self.report.clone(),
            recipient: (!self.recipient.is_empty()).then(|| seal(&self.recipient)),
            provider_time: self.provider_time,
            received_at: self.received_at,
        }
    }
}

impl UnmatchedReceipt {
    /// The receipt as it came. Names that do not open are left out: the report still counts.
    pub fn open(&self, sealer: &InstallationSealer) -> DeliveryReceipt {
        let row = &self.reference.provider_index.0;
        let open = |sealed: &Sealed| {
            let names = sealer.open(Purpose::ProviderIdentities, row, sealed).ok()?;
            Some(ProviderIdentities::from_text(&names))
        };
        DeliveryReceipt {
            reference: self.reference,
            report: self.report.clone(),
            recipient: self.recipient.as_ref().and_then(open).unwrap_or_default(),
            provider_time: self.provider_time,
            received_at: self.received_at,
        }
    }
}

impl Report {
    /// The outcome it is to its message.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Sent => Outcome::Reported(MessageStatus::Sent),
            Self::Delivered => Outcome::Reported(MessageStatus::Delivered),
            Self::Read => Outcome::Reported(MessageStatus::Read),
            Self::Deleted => Outcome::Reported(MessageStatus::Deleted),
            Self::Failed(failure) => Outcome::ReportedFailed(failure),
        }
    }

    /// The number a store keeps of it.
    pub const fn code(&self) -> i16 {
        match self {
            Self::Sent => 1,
            Self::Delivered => 2,
            Self::Read => 3,
            Self::Failed(_) => 4,
            Self::Deleted => 5,
        }
    }

    /// The report of a stored number, with the failure stored beside it.
    pub fn from_code(code: i16, failure: Option<Failure>) -> Option<Self> {
        match (code, failure) {
            (1, None) => Some(Self::Sent),
            (2, None) => Some(Self::Delivered),
            (3, None) => Some(Self::Read),
            (4, Some(failure)) => Some(Self::Failed(failure)),
            (5, None) => Some(Self::Deleted),
            _ => None,
        }
    }
}
