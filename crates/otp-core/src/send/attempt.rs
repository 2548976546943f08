//! A request to send, parsed and sealed: all that admission needs and all that a message row keeps.

use crate::channel::whatsapp::{NoRoute, Route};
use crate::credits::Credits;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId, MessageId, SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::region::Region;
use crate::sealing::{RecipientIndex, Sealed};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;

/// One request to send. It holds neither the passcode nor the number in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendAttempt {
    /// The id the message will have if it is admitted.
    pub message_id: MessageId,
    /// Who sends.
    pub account_id: AccountId,
    /// With which key; idempotency keys are bound to it.
    pub api_key_id: ApiKeyId,
    /// Under which idempotency key, if any.
    pub idempotency_key: Option<IdempotencyKey>,
    /// To whom, for looking up.
    pub recipient_index: RecipientIndex,
    /// To whom, sealed.
    pub recipient: Sealed,
    /// The destination's region.
    pub region: Region,
    /// What it costs.
    pub price: Credits,
    /// Number and template, or why there is none. A missing route is no reason to look no further:
    /// a replay is answered before it is noticed.
    pub route: Result<RoutedTo, NoRoute>,
    /// In which language the account holder reads what this send calls for, such as a low balance;
    /// the account's default where the request names none.
    pub notice_language: Option<UiLanguage>,
    /// When the request was made.
    pub at: Timestamp,
    /// From when on a message whose outcome is still unknown counts as failed.
    pub expires_at: Timestamp,
}

/// The number and template chosen for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutedTo {
    /// The sender.
    pub sender_id: SenderId,
    /// The template.
    pub template_id: TemplateId,
    /// The template's language.
    pub language: LanguageTag,
}

impl From<Route<'_>> for RoutedTo {
    fn from(route: Route<'_>) -> Self {
        Self {
            sender_id: route.sender.id,
            template_id: route.template.id,
            language: route.template.language.clone(),
        }
    }
}
