//! Judgement of a receipt: whether it is about the message that it names.
//!
//! A provider signs the receipts of every number that is connected to it, and repeats whatever id
//! the owner of such a number passed with a message of their own. So neither the signature nor our
//! id proves that a receipt is about our message. The number that it came from does, and the id that
//! the provider assigned when it accepted the message.

use crate::channel::whatsapp::ProviderId;
use crate::receipt::{LocatedMessage, MessageReference};
use crate::sealing::ProviderMessageIndex;

/// The facts by which a receipt is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReceiptFacts {
    /// Its reference names this message.
    Known(ReportedMessage),
    /// Its reference names no known message.
    Unknown {
        /// Whether an account sends from the number that it came from.
        is_our_number: bool,
    },
}

/// A message that a receipt names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedMessage {
    /// The message.
    pub message: LocatedMessage,
    /// The provider's id of the number that it was sent from, if its channel has numbers.
    pub phone_number_id: Option<ProviderId>,
    /// The index of the provider's id, once the provider accepted the message.
    pub provider_index: Option<ProviderMessageIndex>,
}

/// The verdict on a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptVerdict {
    /// It settles this message.
    Settle(LocatedMessage),
    /// It is kept until its message is known.
    Keep,
    /// It is dropped.
    Drop(DropReason),
}

/// The reason a receipt is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DropReason {
    /// It came from another number than the message was sent from.
    OtherSender,
    /// The provider knows the message by another id.
    OtherMessage,
    /// Its message is unknown, and no account sends from the number that it came from.
    UnknownSender,
}

/// The numbers of dropped receipts, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DroppedReceipts {
    /// The number of those dropped for [`DropReason::OtherSender`].
    pub other_sender: usize,
    /// The number of those dropped for [`DropReason::OtherMessage`].
    pub other_message: usize,
    /// The number of those dropped for [`DropReason::UnknownSender`].
    pub unknown_sender: usize,
}

impl MessageReference {
    /// Judges a receipt with this reference.
    ///
    /// A receipt may be faster than the response to the send. Then the provider's id is not known
    /// yet, and the sender alone decides.
    pub fn judge(&self, facts: &ReceiptFacts) -> ReceiptVerdict {
        let known = match facts {
            ReceiptFacts::Known(known) => known,
            ReceiptFacts::Unknown {
                is_our_number: true,
            } => return ReceiptVerdict::Keep,
            ReceiptFacts::Unknown {
                is_our_number: false,
            } => return ReceiptVerdict::Drop(DropReason::UnknownSender),
        };
        if known.phone_number_id.as_ref() != Some(&self.phone_number_id) {
            return ReceiptVerdict::Drop(DropReason::OtherSender);
        }
        let is_other = |stored| stored != self.provider_index;
        if known.provider_index.is_some_and(is_other) {
            return ReceiptVerdict::Drop(DropReason::OtherMessage);
        }
        ReceiptVerdict::Settle(known.message)
    }
}

impl DroppedReceipts {
    /// Counts one more.
    pub fn add(&mut self, reason: DropReason) {
        match reason {
            DropReason::OtherSender => self.other_sender += 1,
            DropReason::OtherMessage => self.other_message += 1,
            DropReason::UnknownSender => self.unknown_sender += 1,
        }
    }

    /// Returns the number for each reason, with the reason's name for operators.
    pub const fn by_reason(&self) -> [(&'static str, usize); 3] {
        [
            ("other_sender", self.other_sender),
            ("other_message", self.other_message),
            ("unknown_sender", self.unknown_sender),
        ]
    }

    /// Returns the number of all dropped receipts.
    pub const fn total(&self) -> usize {
        self.other_sender + self.other_message + self.unknown_sender
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{AccountId, MessageId};

    const MESSAGE: LocatedMessage = LocatedMessage {
        message_id: MessageId(Uuid::nil()),
        account_id: AccountId(Uuid::nil()),
    };

    fn number(digits: &str) -> ProviderId {
        ProviderId::parse(digits).expect("digits")
    }

    fn known(phone_number_id: Option<&str>, stored: Option<u8>) -> ReceiptFacts {
        ReceiptFacts::Known(ReportedMessage {
            message: MESSAGE,
            phone_number_id: phone_number_id.map(number),
            provider_index: stored.map(|byte| ProviderMessageIndex([byte; 32])),
        })
    }

    #[test]
    fn a_receipt_settles_only_the_message_of_its_sender_with_its_id() {
        use DropReason::{OtherMessage, OtherSender, UnknownSender};
        use ReceiptVerdict::{Drop, Keep, Settle};
        let unknown = |is_our_number| ReceiptFacts::Unknown { is_our_number };
        for (facts, verdict) in [
            (known(Some("1"), Some(7)), Settle(MESSAGE)),
            // It was faster than the response to the send.
            (known(Some("1"), None), Settle(MESSAGE)),
            (known(Some("1"), Some(8)), Drop(OtherMessage)),
            (known(Some("2"), Some(7)), Drop(OtherSender)),
            (known(Some("2"), Some(8)), Drop(OtherSender)),
            (known(Some("2"), None), Drop(OtherSender)),
            (known(None, Some(7)), Drop(OtherSender)),
            (unknown(true), Keep),
            (unknown(false), Drop(UnknownSender)),
        ] {
            // What our id says does not matter: whoever sends a message chooses what is repeated.
            for message_id in [None, Some(MESSAGE.message_id)] {
                let reference = MessageReference {
                    phone_number_id: number("1"),
                    message_id,
                    provider_index: ProviderMessageIndex([7; 32]),
                };
                assert_eq!(reference.judge(&facts), verdict, "{facts:?}");
            }
        }
    }

    #[test]
    fn each_dropped_receipt_is_counted_under_its_reason() {
        let mut dropped = DroppedReceipts::default();
        dropped.add(DropReason::OtherSender);
        for _ in 0..2 {
            dropped.add(DropReason::OtherMessage);
        }
        for _ in 0..4 {
            dropped.add(DropReason::UnknownSender);
        }
        let counts = dropped.by_reason().map(|(_, count)| count);
        assert_eq!((counts, dropped.total()), ([1, 2, 4], 7));
    }
}
