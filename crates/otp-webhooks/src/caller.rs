//! The caller: one call, one request, one outcome.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::WebhookCaller;
use otp_core::webhook::{
    PrivateTargets, WebhookAnswer, WebhookCall, WebhookFailure, WebhookOutcome,
};
use reqwest::header::CONTENT_TYPE;
use rustls::RootCertStore;
use tokio::time::{Instant, timeout_at};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use crate::answer;
use crate::client::{ClientFactory, system_roots};
use crate::clients::Clients;
use crate::failure;
use crate::judged_resolver::JudgedResolver;
use crate::options::{InvalidWebhookCaller, MAX_CALL, WebhookCallerOptions};
use crate::resolver::{NameResolver, SystemResolver};

/// Calls endpoints over HTTP. Clones share their connections.
#[derive(Clone)]
pub struct HttpWebhookCaller {
    private: PrivateTargets,
    timeout: Duration,
    clients: Clients,
}

impl HttpWebhookCaller {
    /// Creates a caller with the system's resolver and root certificates; makes no call yet.
    ///
    /// It fails if the system has no root certificates, unless private targets are allowed: those may all
    /// be without TLS.
    pub fn new(options: &WebhookCallerOptions) -> Result<Self, InvalidWebhookCaller> {
        let roots = system_roots();
        if roots.is_empty() && options.private_targets == PrivateTargets::Forbidden {
            return Err(InvalidWebhookCaller::NoRootCertificates);
        }
        Self::with(options, Arc::new(SystemResolver::default()), roots)
    }

    /// Creates a caller with this resolver and these root certificates.
    pub fn with(
        options: &WebhookCallerOptions,
        resolver: Arc<dyn NameResolver>,
        roots: RootCertStore,
    ) -> Result<Self, InvalidWebhookCaller> {
        let private = options.private_targets;
        let timeout = options.timeout.min(MAX_CALL);
        let resolver = JudgedResolver::new(resolver, private);
        let factory = ClientFactory::new(roots, resolver, timeout)?;
        Ok(Self {
            private,
            timeout,
            clients: Clients::new(factory)?,
        })
    }

    async fn attempt(&self, call: &WebhookCall) -> Result<WebhookAnswer, WebhookFailure> {
        // An address in the URL is connected to without a look-up, so no resolver would judge it.
        let judged = call.target.judge(self.private);
        judged.map_err(WebhookFailure::ForbiddenTarget)?;
        let deadline = Instant::now() + self.timeout;
        let url = call.target.url();
        let client = self.clients.for_origin(&url.origin().ascii_serialization());
        let request = client
            .post(url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", call.id.as_str())
            .header("webhook-timestamp", call.unix_seconds())
            .header("webhook-signature", call.signature())
            .body(call.body.clone());
        let response = timeout_at(deadline, request.send()).await;
        let response = response.map_err(|_| WebhookFailure::Timeout)?;
        let response = response.map_err(|error| {
            Span::current().record("cause", failure::cause(&error));
            failure::of(&error)
        })?;
        answer::read(response, deadline).await
    }
}

impl fmt::Debug for HttpWebhookCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpWebhookCaller")
            .field("private", &self.private)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl WebhookCaller for HttpWebhookCaller {
    async fn call(&self, call: &WebhookCall) -> WebhookOutcome {
        let span = info_span!(
            "webhooks.call",
            webhook_id = %call.id,
            http_status = Empty,
            failure = Empty,
            cause = Empty,
            duration_ms = Empty,
        );
        async {
            let started = Instant::now();
            let outcome = WebhookOutcome {
                answer: self.attempt(call).await,
                latency: started.elapsed(),
            };
            record(&outcome);
            outcome
        }
        .instrument(span)
        .await
    }
}

/// Records the outcome in the span. Failures are the endpoint's: no line of the log warns the operator.
fn record(outcome: &WebhookOutcome) {
    let span = Span::current();
    if let Ok(answer) = &outcome.answer {
        span.record("http_status", answer.status());
    }
    if let Some(code) = outcome.failure_code() {
        span.record("failure", code);
    }
    let duration_ms = u64::try_from(outcome.latency.as_millis()).unwrap_or(u64::MAX);
    span.record("duration_ms", duration_ms);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_has_roots_or_private_targets_are_allowed() {
        let mut options = WebhookCallerOptions::default();
        match HttpWebhookCaller::new(&options) {
            Ok(_) | Err(InvalidWebhookCaller::NoRootCertificates) => {}
            Err(other) => panic!("{other:?}"),
        }
        options.private_targets = PrivateTargets::Allowed;
        assert!(HttpWebhookCaller::new(&options).is_ok());
    }

    #[test]
    fn no_call_takes_longer_than_20_seconds() {
        for (timeout, seconds) in [(Duration::MAX, 20), (Duration::from_secs(3), 3)] {
            let options = WebhookCallerOptions {
                private_targets: PrivateTargets::Allowed,
                timeout,
            };
            let caller = HttpWebhookCaller::new(&options).expect("a client");
            assert_eq!(caller.timeout, Duration::from_secs(seconds));
        }
    }
}
