//! Passcodes: sends them to their recipients as mail.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use lettre::message::Mailbox;
use otp_core::channel::email;
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use tracing::field::Empty;
use tracing::{Instrument, Span, error_span};

use crate::mailer::{DeliveryError, SmtpMailer};
use crate::message::{Addressing, mailbox};
use crate::otp_words;
use crate::transport::{HandOverError, SmtpRefusal};

/// Sends passcodes by SMTP.
///
/// | the mail server | the outcome |
/// | --- | --- |
/// | takes the mail | accepted, under its `Message-ID` |
/// | answers 5yz, anywhere | refused, with that code |
/// | answers 4yz, or refuses the gateway's password | retry |
/// | cannot be reached, or breaks off before the mail's first byte | retry |
/// | breaks off, stays silent or answers nonsense after that | unknown |
#[derive(Debug, Clone)]
pub struct SmtpOtpSender(Arc<SmtpMailer>);

impl SmtpOtpSender {
    /// Sends passcodes through this mailer.
    pub fn new(mailer: Arc<SmtpMailer>) -> Self {
        Self(mailer)
    }

    async fn deliver(&self, message: &email::OutgoingMessage) -> Result<Accepted, SendError> {
        let identity = &message.identity;
        let from = mailbox(&identity.address, identity.name.as_str());
        let from: Mailbox = from.ok_or_else(|| SendError::Refused(impossible()))?;
        let id = message.message_id.to_string();
        let provider_message_id = format!("{id}@{}", from.email.domain());
        let addressing = Addressing {
            sender: self.0.from(),
            from: &from,
            to: &message.to,
            name: "",
            id: &id,
            at: message.at,
            language: message.language,
        };
        let words = otp_words::write(message);
        let delivered = self.0.deliver(&addressing, words, message.timeout).await;
        match delivered {
            Ok(()) => Ok(Accepted {
                provider_message_id: ProviderMessageId(provider_message_id),
            }),
            Err(DeliveryError::Impossible) => Err(SendError::Refused(impossible())),
            Err(DeliveryError::HandOver(HandOverError::Refused(refusal))) => Err(refused(&refusal)),
            Err(DeliveryError::HandOver(HandOverError::NotSent(what))) => Err(SendError::Retry {
                refusal: out_of_reach(what),
                after: None,
            }),
            Err(DeliveryError::HandOver(HandOverError::Unknown(_))) => Err(SendError::Unknown),
        }
    }
}

#[async_trait]
impl MessageSender for SmtpOtpSender {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let OutgoingMessage::Email(message) = message else {
            return Err(SendError::Refused(other_channel()));
        };
        // A span of the highest level is enabled at every log level, so that a warning here always
        // names its message.
        let span = error_span!(
            "smtp.send",
            message_id = %message.message_id,
            outcome = Empty,
            code = Empty,
            duration_ms = Empty,
        );
        async {
            let started = Instant::now();
            let outcome = self.deliver(message).await;
            report(&outcome, started);
            outcome
        }
        .instrument(span)
        .await
    }
}

/// Records the outcome in the span, and logs one that an operator may want to see.
fn report(outcome: &Result<Accepted, SendError>, started: Instant) {
    let span = Span::current();
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", millis);
    let (name, refusal) = match outcome {
        Ok(_) => ("accepted", None),
        Err(SendError::Refused(refusal)) => ("refused", Some(refusal)),
        Err(SendError::Retry { refusal, .. }) => ("retry", Some(refusal)),
        Err(SendError::Unknown) => ("unknown", None),
    };
    span.record("outcome", name);
    if let Some(code) = refusal.and_then(|refusal| refusal.failure.code) {
        span.record("code", code);
    }
    match outcome {
        Ok(_) => {}
        Err(SendError::Refused(_)) => tracing::info!("the mail server refused the mail"),
        Err(SendError::Retry { .. }) => tracing::warn!("the mail was not sent"),
        Err(SendError::Unknown) => {
            tracing::warn!("the mail server may have the mail or not; it will not be sent again");
        }
    }
}

fn refused(refusal: &SmtpRefusal) -> SendError {
    let is_temporary = refusal.is_temporary();
    let words = if is_temporary {
        "The mail server does not take the mail at present"
    } else {
        "The mail server refused the mail"
    };
    let refusal = ProviderRefusal {
        http_status: None,
        message: format!("{words} ({refusal})."),
        failure: Failure {
            code: Some(refusal.code.into()),
            title: refusal.to_string(),
            reason: format!("{words}."),
        },
        scope: RefusalScope::Message,
    };
    if is_temporary {
        SendError::Retry {
            refusal,
            after: None,
        }
    } else {
        SendError::Refused(refusal)
    }
}

fn out_of_reach(what: &str) -> ProviderRefusal {
    let reason = format!("The mail was not sent: {what}.");
    ProviderRefusal::unsent(RefusalScope::Provider, "Mail server out of reach", reason)
}

fn impossible() -> ProviderRefusal {
    let reason = "Mail cannot be sent to or from this address.".to_owned();
    ProviderRefusal::unsent(RefusalScope::Message, "Impossible address", reason)
}

fn other_channel() -> ProviderRefusal {
    let reason = "This mail server delivers e-mail only; the message was not sent.".to_owned();
    ProviderRefusal::unsent(RefusalScope::Message, "Other channel", reason)
}
