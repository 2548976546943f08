//! The messages that the contract sends, and what of them is secret.

use std::time::Duration;

use otp_core::account::ContactLine;
use otp_core::channel::email::{self, BrandColour, EmailIdentity};
use otp_core::channel::whatsapp;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::ids::{MessageId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::ports::OutgoingMessage;
use otp_core::recipient::{Domain, EmailAddress, PhoneNumber};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use uuid::Uuid;

/// Returns a WhatsApp message with this id. Its call may take ten seconds.
pub fn whatsapp_message(message_id: MessageId) -> whatsapp::OutgoingMessage {
    whatsapp::OutgoingMessage {
        message_id,
        to: PhoneNumber::parse("+966551234567").expect("a number"),
        // Letters too: no clock and no port shows it by chance.
        passcode: Passcode::parse(Some("Q7xK93Zt")).expect("a passcode"),
        template: TemplateName::parse("otp_code").expect("a name"),
        language: LanguageTag::parse("en_US").expect("a language"),
        sender_id: SenderId(Uuid::from_u128(5)),
        phone_number_id: ProviderId::parse("106540352242922").expect("digits"),
        access_token: AccessToken::parse("EAAGm0PX4ZCpsBAKZCbZBZCq7wZDZD").expect("a token"),
        timeout: Duration::from_secs(10),
    }
}

/// Returns a mail with this id. Its hand-over may take ten seconds.
pub fn email_message(message_id: MessageId) -> email::OutgoingMessage {
    let line = |text| ContactLine::parse(text).expect("a line");
    email::OutgoingMessage {
        message_id,
        to: EmailAddress::parse("amal.qasim@example.com").expect("an address"),
        passcode: Passcode::parse(Some("Q7xK93Zt")).expect("a passcode"),
        language: UiLanguage::English,
        identity: EmailIdentity {
            address: EmailAddress::parse("codes@shop.example").expect("an address"),
            name: line("Shop Security"),
            product: line("Shop"),
            colour: BrandColour::parse("#0a7d33").expect("a colour"),
            domain: Some(Domain::parse("shop.example").expect("a domain")),
        },
        lifetime: Duration::from_secs(300),
        at: Timestamp::from_unix_millis(1_800_000_000_000),
        timeout: Duration::from_secs(10),
    }
}

/// Returns what no log and no error may contain.
pub(super) fn secrets(message: &OutgoingMessage) -> Vec<String> {
    match message {
        OutgoingMessage::WhatsApp(message) => {
            let number = message.to.digits();
            vec![
                number.to_owned(),
                // The national number, under whatever prefix.
                number[number.len() - 9..].to_owned(),
                message.passcode.expose().to_owned(),
                message.access_token.expose().to_owned(),
            ]
        }
        OutgoingMessage::Email(message) => {
            let local_part = message.to.local_part();
            vec![local_part.to_owned(), message.passcode.expose().to_owned()]
        }
        // It is sealed, and stays here.
        OutgoingMessage::Test(_) => Vec::new(),
        OutgoingMessage::Double(message) => {
            vec![message.to.clone(), message.passcode.expose().to_owned()]
        }
        _ => panic!("say here which parts of a message of this channel are secret"),
    }
}

/// Returns the first secret of the message that a text contains.
pub(super) fn secret_in(text: &str, message: &OutgoingMessage) -> Option<String> {
    let secrets = secrets(message);
    secrets.into_iter().find(|secret| text.contains(secret))
}
