//! Send a message: admit, deliver, settle.
//!
//! Admission and settlement are one transaction each; between them nothing is held but the message's
//! own row, which says `Pending`. A crash at any point leaves a state from which a receipt, or the
//! end of the message's lifetime, decides: never a second call to the provider.

mod delivery;

use std::sync::Arc;
use std::time::Duration;

use crate::channel::whatsapp::{AccessToken, NoRoute, Route, SendingProfile, UnreadableToken};
use crate::idempotency::IdempotencyKey;
use crate::ids::MessageId;
use crate::language::LanguageTag;
use crate::message::MessageStatus;
use crate::passcode::Passcode;
use crate::ports::{
    Clock, Directory, MessageSender, OutgoingMessage, PortError, ProviderRefusal, Randomness,
    SendLedger,
};
use crate::recipient::PhoneNumber;
use crate::sealing::{Purpose, Sealer};
use crate::send::{Admission, Outcome, Refusal, RoutedTo, SendAttempt, Settlement};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::apply_template_events::ApplyTemplateEvents;
use crate::usecases::authenticate::Caller;
use delivery::Delivered;

/// The ports this use case needs.
#[derive(Clone)]
pub struct SendMessagePorts {
    /// Senders, templates, prices.
    pub directory: Arc<dyn Directory>,
    /// Admits and settles.
    pub ledger: Arc<dyn SendLedger>,
    /// Delivers.
    pub sender: Arc<dyn MessageSender>,
    /// Takes templates out of use that the provider refuses.
    pub templates: ApplyTemplateEvents,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes ids and nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendPolicy {
    /// How long a request may take, retries included.
    pub request_deadline: Duration,
    /// How long one call to the provider may take.
    pub provider_timeout: Duration,
    /// How long a message may stay undecided whose template says nothing of it.
    pub message_lifetime: Duration,
}

/// What to send, parsed.
#[derive(Debug, Clone)]
pub struct SendMessageRequest {
    /// Who sends.
    pub caller: Caller,
    /// What.
    pub passcode: Passcode,
    /// To whom.
    pub to: PhoneNumber,
    /// In which language, if the caller minds.
    pub language: Option<LanguageTag>,
    /// In which language the account holder reads notices, if the request says so.
    pub notice_language: Option<UiLanguage>,
    /// Under which key it may be repeated.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// The answer to a send that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentMessage {
    /// The message.
    pub id: MessageId,
    /// `Sent`, or `Pending` where the outcome is not known; for a replay, what the first request was
    /// answered.
    pub status: MessageStatus,
    /// Whether an earlier answer is repeated.
    pub replayed: bool,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendMessageError {
    /// The account has no sender.
    #[error("the account has no sender")]
    SenderNumberNotFound,
    /// No approved template would do.
    #[error("no approved template in a fitting language")]
    TemplateNotFound,
    /// The recipient opted out.
    #[error("the recipient has opted out")]
    RecipientOptedOut,
    /// The recipient was sent to a moment ago.
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
        /// What the provider said.
        refusal: ProviderRefusal,
    },
    /// The sender's access token cannot be read with the configured master key.
    #[error(transparent)]
    UnreadableToken(#[from] UnreadableToken),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// All of a request that is judged.
#[derive(Clone, Copy)]
pub(super) struct SendRequest<'a> {
    pub(super) caller: Caller,
    pub(super) to: &'a PhoneNumber,
    pub(super) language: Option<&'a LanguageTag>,
    pub(super) notice_language: Option<UiLanguage>,
    pub(super) idempotency_key: Option<IdempotencyKey>,
}

/// A request ready to be judged, and how it would go out.
pub(super) struct Prepared<'a> {
    pub(super) attempt: SendAttempt,
    pub(super) route: Result<(Route<'a>, AccessToken), NoRoute>,
}

/// Sends messages.
#[derive(Clone)]
pub struct SendMessage {
    pub(super) ports: SendMessagePorts,
    sealer: Sealer,
    policy: SendPolicy,
}

impl SendMessage {
    /// A use case over these ports.
    pub fn new(ports: SendMessagePorts, sealer: Sealer, policy: SendPolicy) -> Self {
        Self {
            ports,
            sealer,
            policy,
        }
    }

    /// Sends one message. The future MUST be driven to its end even if the caller goes away: dropped
    /// between admission and settlement it leaves the message to its receipt.
    pub async fn execute(
        &self,
        request: SendMessageRequest,
    ) -> Result<SentMessage, SendMessageError> {
        let now = self.ports.clock.now();
        let deadline = now + self.policy.request_deadline;
        let profile = self
            .ports
            .directory
            .find_sending_profile(request.caller.account_id)
            .await?;
        let send_request = SendRequest {
            caller: request.caller,
            to: &request.to,
            language: request.language.as_ref(),
            notice_language: request.notice_language,
            idempotency_key: request.idempotency_key,
        };
        let Prepared { attempt, route } =
            self.prepare(profile.as_deref(), send_request, now).await?;
        let message_id = attempt.message_id;

        let admissions = self.ports.ledger.admit(Arc::from([attempt])).await?;
        match admissions.first() {
            Some(Admission::Admitted) => {}
            Some(Admission::Replayed(first)) => {
                return Ok(SentMessage {
                    id: first.message_id,
                    status: first.status,
                    replayed: true,
                });
            }
            Some(Admission::Refused(refusal)) => return Err(refused(*refusal, now)),
            None => return Err(PortError::Backend("no answer to an attempt".into()).into()),
        }
        let Ok((route, access_token)) = route else {
            return Err(PortError::Backend("admitted without a route".into()).into());
        };

        if let Some(stop) = route.stop {
            let refused = Delivered::Refused(stop.refusal.clone());
            return self.settle(request.caller, message_id, refused).await;
        }
        let outgoing = OutgoingMessage {
            message_id,
            to: request.to,
            passcode: request.passcode,
            template: route.template.name.clone(),
            language: route.template.language.clone(),
            sender_id: route.sender.id,
            phone_number_id: route.sender.phone_number_id.clone(),
            access_token,
            timeout: self.policy.provider_timeout,
        };
        let delivered = delivery::deliver(&self.ports, outgoing, deadline).await;
        if let Delivered::Refused(refusal) = &delivered
            && let Some(status) = refusal.scope.template_status()
        {
            let template = (route.sender.id, route.template.id);
            let taken = self.ports.templates.take_out_of_use(template, &status);
            // What cannot be recorded now is refused, and recorded, with the next message.
            drop(taken.await);
        }
        self.settle(request.caller, message_id, delivered).await
    }

    /// Makes a request ready to be judged: chooses the route, looks up the price, seals the recipient.
    pub(super) async fn prepare<'a>(
        &self,
        profile: Option<&'a SendingProfile>,
        request: SendRequest<'_>,
        now: Timestamp,
    ) -> Result<Prepared<'a>, SendMessageError> {
        let route = match route(profile, request.language) {
            // Opened before admission: an unreadable token must be found out before anything is paid.
            Ok(route) => Ok((route, route.sender.open_access_token(&self.sealer)?)),
            Err(no_route) => Err(no_route),
        };
        let routed_to = match &route {
            Ok((route, _)) => Ok(RoutedTo::from(*route)),
            Err(no_route) => Err(*no_route),
        };
        let lifetime = route.as_ref().ok();
        let lifetime = lifetime.and_then(|(route, _)| route.template.lifetime());
        let expires_at = now + lifetime.unwrap_or(self.policy.message_lifetime);
        let attempt = self.attempt(request, routed_to, (now, expires_at)).await?;
        Ok(Prepared { attempt, route })
    }

    async fn attempt(
        &self,
        request: SendRequest<'_>,
        route: Result<RoutedTo, NoRoute>,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<SendAttempt, PortError> {
        let randomness = &*self.ports.randomness;
        let region = request.to.region();
        Ok(SendAttempt {
            message_id: MessageId::generate(now, randomness),
            account_id: request.caller.account_id,
            api_key_id: request.caller.api_key_id,
            idempotency_key: request.idempotency_key,
            recipient_index: self.sealer.index(request.to),
            recipient: self
                .sealer
                .seal(Purpose::Recipient, request.to.e164(), randomness),
            region,
            price: self.ports.directory.price_list().await?.price(region),
            route,
            notice_language: request.notice_language,
            at: now,
            expires_at,
        })
    }

    /// Records the outcome and turns it into the answer. What cannot be recorded now stays `Pending`,
    /// and that is what the caller is told: the receipt or the message's lifetime will decide it.
    async fn settle(
        &self,
        caller: Caller,
        message_id: MessageId,
        delivered: Delivered,
    ) -> Result<SentMessage, SendMessageError> {
        let (outcome, refusal) = match delivered {
            Delivered::Accepted(id) => {
                let randomness = &*self.ports.randomness;
                let sealed = self.sealer.seal_provider_message_id(&id, randomness);
                (Outcome::Accepted(sealed), None)
            }
            Delivered::Refused(refusal) => {
                (Outcome::Failed(refusal.failure.clone()), Some(refusal))
            }
            Delivered::Unknown => (Outcome::Unknown, None),
        };
        let answer = outcome.status();
        let settlement = Settlement {
            message_id,
            account_id: caller.account_id,
            outcome,
            provider_time: None,
            at: self.ports.clock.now(),
        };
        let recorded = self.ports.ledger.settle(Arc::from([settlement])).await;
        let status = match (recorded, refusal) {
            (Ok(()), Some(refusal)) => {
                let id = message_id;
                return Err(SendMessageError::RefusedByProvider { id, refusal });
            }
            (Ok(()), None) => answer,
            (Err(_), _) => MessageStatus::Pending,
        };
        Ok(SentMessage {
            id: message_id,
            status,
            replayed: false,
        })
    }
}

fn route<'a>(
    profile: Option<&'a SendingProfile>,
    preferred_language: Option<&LanguageTag>,
) -> Result<Route<'a>, NoRoute> {
    profile.ok_or(NoRoute::NoSender)?.route(preferred_language)
}

pub(super) fn refused(refusal: Refusal, now: Timestamp) -> SendMessageError {
    match refusal {
        Refusal::SenderNumberNotFound => SendMessageError::SenderNumberNotFound,
        Refusal::TemplateNotFound => SendMessageError::TemplateNotFound,
        Refusal::RecipientOptedOut => SendMessageError::RecipientOptedOut,
        Refusal::CoolingDown { retry_at } => SendMessageError::CoolingDown {
            wait: retry_at.since(now),
        },
        Refusal::InsufficientBalance => SendMessageError::InsufficientBalance,
    }
}
