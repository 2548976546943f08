//! Delivery receipts: the provider's reports about a message it has accepted, in any order and any
//! number of times.

mod judgement;

pub use judgement::{DropReason, DroppedReceipts, ReceiptFacts, ReceiptVerdict, ReportedMessage};

use crate::channel::whatsapp::ProviderId;
use crate::ids::{AccountId, MessageId};
use crate::message::{Failure, MessageStatus};
use crate::ports::Randomness;
use crate::recipient_identity::ProviderIdentities;
use crate::sealing::{InstallationSealer, ProviderMessageIndex, Purpose, Sealed};
use crate::send::Outcome;
use crate::time::Timestamp;

/// The status that a receipt reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// The message was sent to the recipient.
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

/// The reference to a message: the number that it was sent from, our id, if the provider echoed it,
/// and the provider's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MessageReference {
    /// The provider's id of the number that the receipt came from.
    pub phone_number_id: ProviderId,
    /// Our id of the message, as it was passed to the provider with the send.
    pub message_id: Option<MessageId>,
    /// The blind index of the provider's id.
    pub provider_index: ProviderMessageIndex,
}

/// A message found by its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocatedMessage {
    /// The message.
    pub message_id: MessageId,
    /// The account it belongs to.
    pub account_id: AccountId,
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// The message it is about.
    pub reference: MessageReference,
    /// The reported status.
    pub report: Report,
    /// The provider's names for the recipient.
    pub recipient: ProviderIdentities,
    /// The time of the report, by the provider's clock.
    pub provider_time: Timestamp,
    /// The time we received it.
    pub received_at: Timestamp,
}

/// A receipt that waits for its message. The account is not known yet, so the provider's names for
/// the recipient are sealed with the installation's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedReceipt {
    /// The message it is about.
    pub reference: MessageReference,
    /// The reported status.
    pub report: Report,
    /// The provider's names for the recipient, sealed; `None` if it gave none.
    pub recipient: Option<Sealed>,
    /// The time of the report, by the provider's clock.
    pub provider_time: Timestamp,
    /// The time we received it.
    pub received_at: Timestamp,
}

impl DeliveryReceipt {
    /// Seals the names, for storage.
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
            reference: self.reference.clone(),
            report: self.report.clone(),
            recipient: (!self.recipient.is_empty()).then(|| seal(&self.recipient)),
            provider_time: self.provider_time,
            received_at: self.received_at,
        }
    }
}

impl UnmatchedReceipt {
    /// Opens the receipt as it was received. Names that cannot be opened are left out: the report
    /// still counts.
    pub fn open(&self, sealer: &InstallationSealer) -> DeliveryReceipt {
        let row = &self.reference.provider_index.0;
        let open = |sealed: &Sealed| {
            let names = sealer.open(Purpose::ProviderIdentities, row, sealed).ok()?;
            Some(ProviderIdentities::from_text(&names))
        };
        DeliveryReceipt {
            reference: self.reference.clone(),
            report: self.report.clone(),
            recipient: self.recipient.as_ref().and_then(open).unwrap_or_default(),
            provider_time: self.provider_time,
            received_at: self.received_at,
        }
    }
}

impl Report {
    /// Returns the outcome of the message that it reports.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Sent => Outcome::Reported(MessageStatus::Sent),
            Self::Delivered => Outcome::Reported(MessageStatus::Delivered),
            Self::Read => Outcome::Reported(MessageStatus::Read),
            Self::Deleted => Outcome::Reported(MessageStatus::Deleted),
            Self::Failed(failure) => Outcome::ReportedFailed(failure),
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(&self) -> i16 {
        match self {
            Self::Sent => 1,
            Self::Delivered => 2,
            Self::Read => 3,
            Self::Failed(_) => 4,
            Self::Deleted => 5,
        }
    }

    /// Returns the report of a stored number, with the failure stored beside it.
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
