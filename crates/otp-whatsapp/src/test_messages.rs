//! The message of the unit tests.

use std::time::Duration;

use otp_core::channel::whatsapp::OutgoingMessage;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ids::{MessageId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::recipient::PhoneNumber;
use uuid::uuid;

pub(crate) fn message() -> OutgoingMessage {
    OutgoingMessage {
        message_id: MessageId(uuid!("0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e")),
        to: PhoneNumber::parse("+966551234567").expect("valid"),
        passcode: Passcode::parse(Some("482913")).expect("valid"),
        template: TemplateName::parse("otp_code").expect("valid"),
        language: LanguageTag::parse("ar").expect("valid"),
        sender_id: SenderId(uuid!("0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8f")),
        phone_number_id: ProviderId::parse("106540352242922").expect("valid"),
        access_token: AccessToken::parse("EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD").expect("valid"),
        timeout: Duration::from_secs(5),
    }
}
