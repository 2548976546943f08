//! The keys by which WhatsApp limits calls.

use crate::channel::Limits;
use crate::ids::SenderId;
use crate::ports::OutgoingMessage;
use crate::recipient::PhoneNumber;

/// The keys of WhatsApp: it counts the messages of a number, and those of a number to one recipient.
#[derive(Debug)]
pub struct WhatsAppLimits;

impl Limits for WhatsAppLimits {
    type Sender = SenderId;
    type Recipient = PhoneNumber;

    fn of(message: &OutgoingMessage) -> Option<(SenderId, &PhoneNumber)> {
        match message {
            OutgoingMessage::WhatsApp(message) => Some((message.sender_id, &message.to)),
            OutgoingMessage::Email(_) | OutgoingMessage::Test(_) => None,
            #[cfg(feature = "mocks")]
            OutgoingMessage::Double(_) => None,
        }
    }
}
