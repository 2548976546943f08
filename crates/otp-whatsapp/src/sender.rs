//! The sender: one message, one call, one verdict.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::whatsapp;
use otp_core::ports::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
use otp_core::retry_after;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderName, RETRY_AFTER};
use tokio::time::{Instant, timeout_at};
use tracing::field::Empty;
use tracing::{Instrument, Span, error_span};

use crate::answer::{Answer, Verdict, judge};
use crate::client;
use crate::codes::Class;
use crate::options::{CloudApiOptions, Endpoint, InvalidOptions};
use crate::redaction::Redaction;
use crate::request::encode;
use crate::single_use::single_use;

/// The maximum length of an answer; Graph's have a few hundred bytes.
const MAX_BODY: usize = 64 * 1024;

/// The maximum duration of a call, so that adding a time-out to the current time cannot overflow.
const MAX_CALL: Duration = Duration::from_secs(60 * 60);

/// Sends through Meta's WhatsApp Cloud API. Clones share their connections.
#[derive(Clone)]
pub struct CloudApiSender {
    endpoint: Endpoint,
    client: reqwest::Client,
}

impl CloudApiSender {
    /// Creates a sender. Reads the system's root certificates; makes no call yet.
    pub fn new(options: &CloudApiOptions) -> Result<Self, InvalidOptions> {
        let endpoint = Endpoint::parse(options)?;
        let roots = client::system_roots(&endpoint)?;
        Self::trusting(endpoint, roots)
    }

    pub(crate) fn trusting(
        endpoint: Endpoint,
        roots: rustls::RootCertStore,
    ) -> Result<Self, InvalidOptions> {
        let client = client::build(&endpoint, client::tls(roots)?)?;
        Ok(Self { endpoint, client })
    }

    async fn call(&self, message: &whatsapp::OutgoingMessage) -> Verdict {
        if message.timeout.is_zero() {
            return Verdict::unreached();
        }
        let deadline = Instant::now() + message.timeout.min(MAX_CALL);
        let (body, withdrawal) = single_use(encode(message));
        let request = self
            .client
            .post(self.endpoint.messages_of(message.phone_number_id.as_str()))
            .bearer_auth(message.access_token.expose())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(reqwest::Body::wrap(body))
            .send();
        let cause = match timeout_at(deadline, request).await {
            Ok(Ok(response)) => {
                return judge(&read(response, deadline).await, &Redaction::of(message));
            }
            Ok(Err(error)) => root_cause(&error.without_url()),
            Err(elapsed) => elapsed.to_string(),
        };
        Span::current().record("cause", cause);
        if withdrawal.succeeds() {
            Verdict::unreached()
        } else {
            Verdict::unanswered()
        }
    }
}

impl fmt::Debug for CloudApiSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudApiSender").finish_non_exhaustive()
    }
}

#[async_trait]
impl MessageSender for CloudApiSender {
    async fn send(&self, message: &OutgoingMessage) -> Result<Accepted, SendError> {
        let OutgoingMessage::WhatsApp(message) = message else {
            return Err(SendError::Refused(other_channel()));
        };
        // A span of the highest level is enabled at every log level, so that a warning here always
        // names its message.
        let span = error_span!(
            "whatsapp.send",
            message_id = %message.message_id,
            phone_number_id = message.phone_number_id.as_str(),
            outcome = Empty,
            http_status = Empty,
            code = Empty,
            cause = Empty,
            duration_ms = Empty,
        );
        async {
            let started = Instant::now();
            let verdict = self.call(message).await;
            report(&verdict, started.elapsed());
            verdict.outcome
        }
        .instrument(span)
        .await
    }
}

/// Returns the refusal of a message of another channel.
fn other_channel() -> ProviderRefusal {
    let reason =
        "This provider delivers WhatsApp messages only; the message was not sent.".to_owned();
    ProviderRefusal::unsent(RefusalScope::Message, "Other channel", reason)
}

/// Reads the answer, as far as it arrives in time and within bounds. Its status is kept in any
/// case: a refusal remains one without its body.
async fn read(mut response: reqwest::Response, deadline: Instant) -> Answer {
    let date = header(response.headers(), &DATE);
    let retry_after = header(response.headers(), &RETRY_AFTER)
        .and_then(|value| retry_after::parse(&value, date.as_deref()));
    let status = response.status().as_u16();
    let body = timeout_at(deadline, async {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.ok()? {
            if body.len() + chunk.len() > MAX_BODY {
                return None;
            }
            body.extend_from_slice(&chunk);
        }
        Some(body)
    });
    Answer {
        status,
        retry_after,
        body: body.await.ok().flatten(),
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Returns the innermost error, which names the cause. None of the errors contains anything of the
/// request.
fn root_cause(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// Records the verdict in the span, and warns if an operator may have to act.
fn report(verdict: &Verdict, duration: Duration) {
    let outcome = match &verdict.outcome {
        Ok(_) => "accepted",
        Err(SendError::Refused(_)) => "refused",
        Err(SendError::Retry { .. }) => "retry",
        Err(SendError::Unknown) => "unknown",
    };
    let span = Span::current();
    span.record("outcome", outcome);
    span.record(
        "duration_ms",
        u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
    );
    if let Some(status) = verdict.status {
        span.record("http_status", status);
    }
    if let Some(code) = verdict.code {
        span.record("code", code);
    }
    match (verdict.class, &verdict.outcome) {
        (
            Some(
                class @ (Class::Configuration
                | Class::Country
                | Class::Request
                | Class::Template
                | Class::TemplatePaused
                | Class::TemplateDisabled),
            ),
            _,
        ) => {
            tracing::warn!(
                ?class,
                "WhatsApp refused the message; an operator has to act"
            );
        }
        (_, Err(SendError::Unknown)) => {
            tracing::warn!("failed to learn whether WhatsApp accepted the message");
        }
        (None, Err(SendError::Retry { .. } | SendError::Refused(_))) => {
            tracing::warn!("failed to reach WhatsApp, or an intermediary answered");
        }
        (Some(Class::Recipient | Class::Transient(..) | Class::Doubtful) | None, _) => {}
    }
}

#[cfg(test)]
mod tls_tests;
