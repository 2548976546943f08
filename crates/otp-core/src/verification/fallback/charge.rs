//! The charge that the messages of a fallback share.

use crate::channel::Channel;
use crate::credits::Credits;
use crate::ids::{MessageId, SubscriptionId};
use crate::message::MessageStatus;
use crate::verification::VerificationStatus;

/// A message of a verification, as its fallback depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeMessage {
    /// The message.
    pub id: MessageId,
    /// Its channel.
    pub channel: Channel,
    /// Its status.
    pub status: MessageStatus,
    /// Its price.
    pub price: Credits,
    /// The credits that it costs now, if it shares a charge with the other messages of a fallback.
    pub shared_charge: Option<Credits>,
    /// The subscription that pays; `None` if it costs nothing.
    pub subscription_id: Option<SubscriptionId>,
}

impl CodeMessage {
    /// Returns whether it arrived.
    pub fn has_arrived(&self) -> bool {
        self.status.has_arrived(self.channel)
    }

    /// Returns whether it failed.
    pub fn has_failed(&self) -> bool {
        self.status == MessageStatus::Failed
    }

    /// Returns whether it shares the charge of its verification, in which it has this place.
    pub(super) fn shares(&self, place: usize) -> bool {
        place == 0 || self.shared_charge.is_some()
    }

    /// Returns what it costs now.
    pub fn charge(&self) -> Credits {
        match self.shared_charge {
            Some(charge) => charge,
            None if self.has_failed() => Credits::ZERO,
            None => self.price,
        }
    }
}

/// The part of a shared charge that one message has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharedCharge {
    /// The credits that the message costs now.
    pub charge: Credits,
    /// The subscription that pays; `None` if the message costs nothing.
    pub subscription_id: Option<SubscriptionId>,
}

impl From<&CodeMessage> for SharedCharge {
    fn from(message: &CodeMessage) -> Self {
        Self {
            charge: message.charge(),
            subscription_id: message.subscription_id,
        }
    }
}

/// Returns the message whose price the messages that share a charge cost together; `None` if they cost nothing.
///
/// It is the dearest of those that arrived. While the verification is pending, each message that did not fail may
/// still arrive. After its end those count that have arrived; a receipt that comes later changes the result. If the
/// code was entered although no message is known to have arrived, it is the cheapest that may have brought it.
pub fn owing(messages: &[CodeMessage], status: VerificationStatus) -> Option<&CodeMessage> {
    let open = || messages.iter().filter(|message| !message.has_failed());
    let arrived = messages.iter().filter(|message| message.has_arrived());
    let arrived = arrived.max_by_key(|message| message.price);
    match status {
        VerificationStatus::Pending => open().max_by_key(|message| message.price),
        VerificationStatus::Approved => {
            arrived.or_else(|| open().min_by_key(|message| message.price))
        }
        VerificationStatus::Expired
        | VerificationStatus::Canceled
        | VerificationStatus::Exhausted => arrived,
    }
}

/// Returns what the messages that share a charge cost together.
pub fn owed(messages: &[CodeMessage], status: VerificationStatus) -> Credits {
    owing(messages, status).map_or(Credits::ZERO, |message| message.price)
}

/// Returns what these messages cost together now.
pub fn charged<'a>(messages: impl IntoIterator<Item = &'a CodeMessage>) -> Credits {
    let charges = messages.into_iter().map(CodeMessage::charge);
    charges.fold(Credits::ZERO, Credits::saturating_add)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn message((channel, status, price): (Channel, MessageStatus, i64)) -> CodeMessage {
        CodeMessage {
            id: MessageId(Uuid::nil()),
            channel,
            status,
            price: Credits::new(price).expect("credits"),
            shared_charge: Some(Credits::ZERO),
            subscription_id: Some(SubscriptionId(Uuid::nil())),
        }
    }

    #[test]
    fn one_message_is_paid_for_the_dearest_that_arrived() {
        use Channel::{Email, WhatsApp};
        use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
        use VerificationStatus::{Approved, Expired};
        for (first, second, [pending, approved, expired]) in [
            ((WhatsApp, Sent, 3), (Email, Pending, 1), [3, 1, 0]),
            ((WhatsApp, Sent, 3), (Email, Sent, 1), [3, 1, 1]),
            ((WhatsApp, Delivered, 3), (Email, Sent, 1), [3, 3, 3]),
            ((WhatsApp, Read, 3), (Email, Failed, 9), [3, 3, 3]),
            ((WhatsApp, Deleted, 3), (Email, Failed, 9), [3, 3, 3]),
            ((WhatsApp, Failed, 3), (Email, Sent, 1), [1, 1, 1]),
            ((WhatsApp, Failed, 3), (Email, Failed, 1), [0, 0, 0]),
            ((WhatsApp, Sent, 3), (WhatsApp, Sent, 2), [3, 2, 0]),
            ((Email, Sent, 1), (WhatsApp, Sent, 4), [4, 1, 1]),
            ((Email, Pending, 5), (WhatsApp, Delivered, 4), [5, 4, 4]),
        ] {
            let messages = [message(first), message(second)];
            let owed = |status| owed(&messages, status).get();
            let found = [
                owed(VerificationStatus::Pending),
                owed(Approved),
                owed(Expired),
            ];
            assert_eq!(found, [pending, approved, expired], "{first:?} {second:?}");
            assert_eq!(owed(VerificationStatus::Canceled), expired);
            assert_eq!(owed(VerificationStatus::Exhausted), expired);
        }
    }

    #[test]
    fn without_a_shared_charge_a_message_costs_its_price_unless_it_failed() {
        let plain = |status| CodeMessage {
            shared_charge: None,
            ..message((Channel::WhatsApp, status, 3))
        };
        assert_eq!(plain(MessageStatus::Pending).charge().get(), 3);
        assert_eq!(plain(MessageStatus::Failed).charge().get(), 0);
        let shared = message((Channel::WhatsApp, MessageStatus::Sent, 3));
        assert_eq!(shared.charge().get(), 0);
    }
}
