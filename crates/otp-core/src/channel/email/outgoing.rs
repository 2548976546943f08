//! A mail with a passcode, ready to be sent, and its route.

use std::time::Duration;

use super::sender::EmailIdentity;
use crate::ids::MessageId;
use crate::language::LanguageTag;
use crate::passcode::Passcode;
use crate::recipient::EmailAddress;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;

/// The language chosen for an attempt. An account has one sender of mails, so there is nothing else to
/// choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedTo {
    /// The language of the mail.
    pub language: LanguageTag,
}

/// A mail ready to be handed to a mail server.
#[derive(Debug, Clone)]
pub struct OutgoingMessage {
    /// Our id of the message, the first part of its `Message-ID`.
    pub message_id: MessageId,
    /// The recipient.
    pub to: EmailAddress,
    /// The passcode it carries.
    pub passcode: Passcode,
    /// The language of the mail.
    pub language: UiLanguage,
    /// The sender it names.
    pub identity: EmailIdentity,
    /// How long the passcode is valid, for the text of the mail.
    pub lifetime: Duration,
    /// The date of the mail.
    pub at: Timestamp,
    /// How long the hand-over may take.
    pub timeout: Duration,
}
