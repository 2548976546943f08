//! A WhatsApp message ready to be sent, and its route.

use std::time::Duration;

use super::access_token::AccessToken;
use super::provider_id::ProviderId;
use super::template::TemplateName;
use crate::ids::{MessageId, SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::passcode::Passcode;
use crate::recipient::PhoneNumber;

/// The sender and template chosen for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedTo {
    /// The sender.
    pub sender_id: SenderId,
    /// The template.
    pub template_id: TemplateId,
    /// The template's language.
    pub language: LanguageTag,
}

/// A WhatsApp message ready to be passed to the provider.
#[derive(Debug, Clone)]
pub struct OutgoingMessage {
    /// Our id of the message.
    pub message_id: MessageId,
    /// The recipient.
    pub to: PhoneNumber,
    /// The passcode it carries.
    pub passcode: Passcode,
    /// The template's name.
    pub template: TemplateName,
    /// The template's language.
    pub language: LanguageTag,
    /// The sender.
    pub sender_id: SenderId,
    /// The provider's id of the sender's number.
    pub phone_number_id: ProviderId,
    /// The token that authorises the call.
    pub access_token: AccessToken,
    /// How long the call may take.
    pub timeout: Duration,
}
