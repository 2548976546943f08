//! Send a message: admits, delivers and settles it.
//!
//! Admission and settlement are one transaction each. Between them the only trace is the message's row,
//! with the status `Pending`. After a crash at any point, a receipt or the end of the message's lifetime
//! decides the outcome; the provider is never called again.

mod delivery;
mod outcome;
mod preparation;
mod prepared;
mod whatsapp;

use std::sync::Arc;
use std::time::Duration;

use crate::channel::whatsapp::UnreadableToken;
use crate::idempotency::IdempotencyKey;
use crate::ids::MessageId;
use crate::keyring::MasterKeys;
use crate::language::LanguageTag;
use crate::message::{MessageStatus, ProviderMessageId};
use crate::passcode::Passcode;
use crate::ports::{
    Clock, Directory, MessageSender, OutgoingMessage, PortError, ProviderRefusal, Randomness,
    SendLedger,
};
use crate::recipient::{EmailAddress, PhoneNumber, Recipient};
use crate::sealing::{AccountSealer, InstallationSealer};
use crate::send::{Admission, Refusal};
use crate::test_inbox::{OutgoingTest, TestMessage};
use crate::test_number::TestNumber;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::apply_template_events::ApplyTemplateEvents;
use crate::usecases::authenticate::Caller;
use crate::verification::VerificationOver;
use delivery::deliver;
pub(super) use delivery::{Delivered, ended};
use prepared::LEAST_REST;
pub(super) use prepared::{Prepared, PreparedRoute, SendRequest};

/// Sends messages.
#[derive(Clone)]
pub struct SendMessage {
    /// Looks up keys, senders, templates and prices.
    pub directory: Arc<dyn Directory>,
    /// Admits and settles.
    pub ledger: Arc<dyn SendLedger>,
    /// Passes messages to the provider.
    pub sender: Arc<dyn MessageSender>,
    /// Takes templates out of use if the provider refuses them.
    pub templates: ApplyTemplateEvents,
    /// Opens the account's key.
    pub master_keys: Arc<MasterKeys>,
    /// Indexes the provider's ids.
    pub installation: Arc<InstallationSealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates ids and nonces.
    pub randomness: Arc<dyn Randomness>,
    /// The address that the gateway sends mails from; `None` if it has no mail server.
    pub mail_from: Option<EmailAddress>,
    /// The time limits of a send.
    pub policy: SendPolicy,
}

/// The time limits of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendPolicy {
    /// How long a request may take, retries included.
    pub request_deadline: Duration,
    /// How long one call to the provider may take.
    pub provider_timeout: Duration,
    /// How long a message may stay pending if its template does not say. Every lifetime, also that of a
    /// template, ends at least 20 s after the request's deadline.
    pub message_lifetime: Duration,
}

impl SendPolicy {
    /// Returns how long a message may stay pending, by the lifetime of its template.
    fn lifetime(&self, of_template: Option<Duration>) -> Duration {
        let least = self.request_deadline + LEAST_REST;
        of_template.unwrap_or(self.message_lifetime).max(least)
    }
}

/// A parsed request to send a message.
#[derive(Debug, Clone)]
pub struct SendMessageRequest {
    /// The caller.
    pub caller: Caller,
    /// The passcode.
    pub passcode: Passcode,
    /// The recipient.
    pub to: PhoneNumber,
    /// Preferred language of the message.
    pub language: Option<LanguageTag>,
    /// Language of notices to the account holder, if the request names one.
    pub notice_language: Option<UiLanguage>,
    /// The key under which the request may be repeated.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The answer to a send that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentMessage {
    /// The message.
    pub id: MessageId,
    /// `Sent`, or `Pending` if the outcome is unknown; for a replay, the status in the first answer.
    pub status: MessageStatus,
    /// Whether an earlier answer is repeated.
    pub replayed: bool,
}

/// The reason a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendMessageError {
    /// An operator restricted the account.
    #[error("the account is restricted")]
    AccountRestricted,
    /// The account is closed.
    #[error("the account is closed")]
    AccountClosed,
    /// The account has no sender.
    #[error("the account has no sender")]
    SenderNumberNotFound,
    /// The gateway has no mail server.
    #[error("the gateway has no mail server")]
    EmailSenderNotFound,
    /// No approved template has a fitting language.
    #[error("no approved template in a fitting language")]
    TemplateNotFound,
    /// The recipient opted out.
    #[error("the recipient has opted out")]
    RecipientOptedOut,
    /// The recipient was sent a message a moment ago.
    #[error("the recipient is cooling down")]
    CoolingDown {
        /// How long to wait.
        wait: Duration,
    },
    /// No active subscription covers the price.
    #[error("no active subscription covers the price")]
    InsufficientBalance,
    /// The provider refused; the message is recorded as failed and costs nothing.
    #[error("refused by the provider")]
    RefusedByProvider {
        /// The message.
        id: MessageId,
        /// The answer of the provider.
        refusal: ProviderRefusal,
    },
    /// The sender's access token does not open.
    #[error(transparent)]
    UnreadableToken(#[from] UnreadableToken),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The reason a message was not sent, whether or not it belongs to a verification.
pub(super) enum SendFailure {
    /// A reason of every message.
    Send(SendMessageError),
    /// A reason of a message that belongs to a verification.
    Verification(VerificationRefusal),
}

impl SendFailure {
    /// Returns the reason, of a message that belongs to no verification.
    pub(super) fn of_plain_message(self) -> SendMessageError {
        match self {
            Self::Send(error) => error,
            Self::Verification(_) => {
                PortError::Backend("a plain message was judged as a verification".into()).into()
            }
        }
    }
}

/// The reason a code is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VerificationRefusal {
    /// No guess is left.
    TooManyAttempts { wait: Duration },
    /// The account has no such verification.
    NotFound,
    /// It is over.
    Over(VerificationOver),
}

impl<T: Into<SendMessageError>> From<T> for SendFailure {
    fn from(error: T) -> Self {
        Self::Send(error.into())
    }
}

impl SendMessage {
    /// Sends one message.
    ///
    /// The future MUST be driven to completion even if the caller goes away. If it is dropped between
    /// admission and settlement, the outcome of the message depends on its receipt.
    pub async fn execute(
        &self,
        request: SendMessageRequest,
    ) -> Result<SentMessage, SendMessageError> {
        let to = request.to.into();
        let send_request = SendRequest {
            caller: request.caller,
            to: &to,
            language: request.language.as_ref(),
            notice_language: request.notice_language,
            idempotency_key: request.idempotency_key,
        };
        let now = self.clock.now();
        let account = request.caller.account_id;
        let profile = self.directory.find_sending_profile(account).await?;
        let prepared = self.prepare(profile.as_deref(), send_request, now).await?;
        let sent = self.send(prepared, request.passcode).await;
        let (sent, _) = sent.map_err(SendFailure::of_plain_message)?;
        Ok(sent)
    }

    /// Admits, delivers and settles a prepared message. One whose hand-over is queued stays `Pending`.
    pub(super) async fn send(
        &self,
        prepared: Prepared<'_>,
        passcode: Passcode,
    ) -> Result<(SentMessage, Admission), SendFailure> {
        let Prepared {
            attempt,
            route,
            sealer,
            code_expires_at,
        } = prepared;
        let (message_id, now) = (attempt.message_id, attempt.at);

        let admissions = self.ledger.admit(Arc::from([attempt])).await?;
        let admission = match admissions.first() {
            Some(admitted @ (Admission::Admitted | Admission::AdmittedCode { .. })) => *admitted,
            Some(replayed @ Admission::Replayed(first)) => {
                let sent = SentMessage {
                    id: first.message_id,
                    status: first.status,
                    replayed: true,
                };
                return Ok((sent, *replayed));
            }
            Some(Admission::Refused(refusal)) => return Err(refused(*refusal, now)),
            None => return Err(PortError::Backend("no answer to an attempt".into()).into()),
        };
        let hand_over = async |outgoing| {
            let deadline = now + self.policy.request_deadline;
            deliver(
                &*self.sender,
                &*self.clock,
                outgoing,
                deadline,
                code_expires_at,
            )
            .await
        };
        let settle = async |delivered| {
            let settled = self.settle(&sealer, message_id, delivered).await;
            settled.map(|sent| (sent, admission)).map_err(Into::into)
        };
        let (route, access_token, to) = match route {
            Ok(PreparedRoute::WhatsApp(route, access_token, to)) => (route, access_token, to),
            Ok(PreparedRoute::Test(_, to)) => {
                let outgoing = self.test_message(message_id, (&to, &passcode), now, &sealer);
                return settle(hand_over(outgoing).await).await;
            }
            Ok(PreparedRoute::Withheld(..)) => {
                let id = ProviderMessageId(format!("withheld.{message_id}"));
                return settle(Delivered::Accepted(id)).await;
            }
            Ok(PreparedRoute::Queued(_)) => {
                let sent = SentMessage {
                    id: message_id,
                    status: MessageStatus::Pending,
                    replayed: false,
                };
                return Ok((sent, admission));
            }
            Err(_) => return Err(PortError::Backend("admitted without a route".into()).into()),
        };

        if let Some(stop) = route.stop {
            return settle(Delivered::Refused(stop.refusal.clone())).await;
        }
        let outgoing = self.whatsapp_message(route, access_token, to, (message_id, passcode));
        let outgoing = OutgoingMessage::WhatsApp(outgoing);
        let delivered = hand_over(outgoing).await;
        if let Delivered::Refused(refusal) = &delivered {
            self.heed_refusal(route, refusal).await;
        }
        settle(delivered).await
    }
}

impl SendMessage {
    /// Returns a message for a test inbox, ready to be handed over.
    pub(super) fn test_message(
        &self,
        message_id: MessageId,
        content: (&Recipient, &Passcode),
        now: Timestamp,
        sealer: &AccountSealer,
    ) -> OutgoingMessage {
        OutgoingMessage::Test(OutgoingTest {
            number: TestNumber::to(content.0),
            message: TestMessage::seal(message_id, content, now, sealer, &*self.randomness),
            timeout: self.policy.provider_timeout,
        })
    }
}

/// Converts a refusal of admission.
pub(super) fn refused(refusal: Refusal, now: Timestamp) -> SendFailure {
    let error = match refusal {
        Refusal::AccountRestricted => SendMessageError::AccountRestricted,
        Refusal::AccountClosed => SendMessageError::AccountClosed,
        Refusal::SenderNumberNotFound => SendMessageError::SenderNumberNotFound,
        Refusal::EmailSenderNotFound => SendMessageError::EmailSenderNotFound,
        Refusal::TemplateNotFound => SendMessageError::TemplateNotFound,
        Refusal::RecipientOptedOut => SendMessageError::RecipientOptedOut,
        Refusal::CoolingDown { retry_at } => SendMessageError::CoolingDown {
            wait: retry_at.since(now),
        },
        Refusal::InsufficientBalance => SendMessageError::InsufficientBalance,
        Refusal::TooManyAttempts { retry_at } => {
            let wait = retry_at.since(now);
            return SendFailure::Verification(VerificationRefusal::TooManyAttempts { wait });
        }
        Refusal::VerificationNotFound => {
            return SendFailure::Verification(VerificationRefusal::NotFound);
        }
        Refusal::FallbackNotDue => {
            let error = PortError::Backend("a request was judged as a step of a fallback".into());
            return error.into();
        }
        Refusal::VerificationOver(end) => {
            return SendFailure::Verification(VerificationRefusal::Over(end));
        }
    };
    SendFailure::Send(error)
}
