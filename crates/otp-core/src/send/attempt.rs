//! A request to send, parsed and sealed: everything that admission needs and a message row keeps.

use crate::channel::Channel;
use crate::credits::Credits;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId, MessageId, VerificationId};
use crate::region::Region;
use crate::sealing::{RecipientIndex, Sealed};
use crate::send::{Refusal, RoutedTo};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::verification::fallback::FallbackUpdate;
use crate::verification::{
    NewVerification, VerificationPart, VerificationState, VerificationStatus,
};

/// One request to send. It contains neither the passcode nor the number in the clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendAttempt {
    /// The id the message will have if it is admitted.
    pub message_id: MessageId,
    /// The sending account.
    pub account_id: AccountId,
    /// The API key of the request; idempotency keys are bound to it.
    pub api_key_id: ApiKeyId,
    /// The idempotency key, if the request has one.
    pub idempotency_key: Option<IdempotencyKey>,
    /// The blind index of the recipient.
    pub recipient_index: RecipientIndex,
    /// The recipient, sealed.
    pub recipient: Sealed,
    /// The destination's region; `None` if the recipient is a mail address.
    pub region: Option<Region>,
    /// The price.
    pub price: Credits,
    /// The route, or the refusal if the channel has none. A replay is answered before that refusal.
    pub route: Result<RoutedTo, Refusal>,
    /// The language of a notice that this send causes, such as a low balance; `None` for the
    /// account's default.
    pub notice_language: Option<UiLanguage>,
    /// The time of the request.
    pub at: Timestamp,
    /// The time at which a message that is still pending fails.
    pub expires_at: Timestamp,
    /// The verification that it belongs to, if any.
    pub verification: Option<VerificationPart>,
}

impl SendAttempt {
    /// Returns the verification that it belongs to, if any.
    pub fn verification_id(&self) -> Option<VerificationId> {
        self.verification.as_ref().map(VerificationPart::id)
    }

    /// Returns whether its message waits in the queue for its hand-over, once it is admitted.
    pub fn is_queued(&self) -> bool {
        match &self.verification {
            None => false,
            Some(VerificationPart::Create(_) | VerificationPart::Resend(_)) => {
                self.route.as_ref().is_ok_and(RoutedTo::is_queued)
            }
            // No request waits for its outcome.
            Some(VerificationPart::Fallback(..)) => true,
        }
    }

    /// Returns the verification that it begins and the first state of its fallback, if it has one.
    pub fn begun_fallback(&self) -> Option<(&NewVerification, FallbackUpdate)> {
        let Some(VerificationPart::Create(new)) = &self.verification else {
            return None;
        };
        let first = FallbackUpdate::first(&new.fallback, self.at, new.expires_at)?;
        Some((new, first))
    }

    /// Returns the first state of a verification that it begins.
    pub fn begun(
        &self,
        new: &NewVerification,
        channel: Channel,
        failed_guesses: usize,
    ) -> VerificationState {
        VerificationState {
            id: new.id,
            account_id: self.account_id,
            recipient_index: Some(self.recipient_index),
            status: VerificationStatus::Pending,
            code_hash: Some(new.code_hash),
            alphabet: new.alphabet,
            failed_guesses,
            transaction: new.transaction,
            channel,
            approved_by: None,
            created_at: self.at,
            expires_at: new.expires_at,
        }
    }
}
