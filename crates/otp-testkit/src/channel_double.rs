//! A second channel, to show that what serves every channel does not lean on WhatsApp.

use std::time::Duration;

use otp_core::channel::Limits;
use otp_core::ids::MessageId;
use otp_core::passcode::Passcode;
use otp_core::ports::{OutgoingDouble, OutgoingMessage};
use uuid::Uuid;

/// A message of the second channel to this recipient.
pub fn double_message(to: &str) -> OutgoingMessage {
    OutgoingMessage::Double(OutgoingDouble {
        message_id: MessageId(Uuid::from_u128(8)),
        to: to.to_owned(),
        passcode: Passcode::parse(Some("482913")).expect("passcode"),
        timeout: Duration::from_secs(5),
    })
}

/// The limits of the second channel: one sender for everybody, and each recipient by name.
#[derive(Debug)]
pub struct DoubleLimits;

impl Limits for DoubleLimits {
    type Sender = u8;
    type Recipient = String;

    fn of(message: &OutgoingMessage) -> Option<(u8, &String)> {
        let OutgoingMessage::Double(message) = message else {
            return None;
        };
        Some((0, &message.to))
    }
}
