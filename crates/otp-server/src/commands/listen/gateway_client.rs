//! The gateway's own API, as far as `listen` calls it.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use otp_core::webhook::{WebhookEventKind, WebhookSecret};
use reqwest::header::HeaderValue;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::tls;

/// How long a request for events waits for one.
const WAIT: Duration = Duration::from_secs(25);

/// The time limit of a request: longer than the wait.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Calls a gateway with an API key.
pub(super) struct GatewayClient {
    client: reqwest::Client,
    base: Url,
    key: HeaderValue,
}

/// A listener.
pub(super) struct Listener {
    pub(super) id: Uuid,
    pub(super) secret: WebhookSecret,
}

/// An event for a listener.
pub(super) struct FetchedEvent {
    pub(super) id: Uuid,
    pub(super) kind: String,
    pub(super) body: String,
}

/// The reason a gateway did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum GatewayError {
    /// It does not know the listener any more.
    #[error("the gateway has removed the listener")]
    ListenerGone,
    /// It may do so later.
    #[error("{0}")]
    Unavailable(String),
    /// It will not do so later either.
    #[error("{0}")]
    Refused(String),
}

impl GatewayClient {
    pub(super) fn new(gateway: &Url, key: String) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config(gateway)?)
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .context("failed to make the HTTP client")?;
        let key = HeaderValue::try_from(key);
        let mut key = key.map_err(|_| anyhow::anyhow!("the API key has invalid characters"))?;
        key.set_sensitive(true);
        Ok(Self {
            client,
            base: gateway.clone(),
            key,
        })
    }

    pub(super) async fn listen(
        &self,
        events: &[WebhookEventKind],
    ) -> Result<Listener, GatewayError> {
        let events: Vec<_> = events.iter().map(|event| event.as_str()).collect();
        let request = self.request(Method::POST, "v1/webhook-listeners");
        let answer = send(request.json(&json!({"events": events}))).await?;
        let listener = || {
            let secret = WebhookSecret::parse(answer["secret"].as_str()?);
            Some(Listener {
                id: id(&answer["id"])?,
                secret: secret.ok()?,
            })
        };
        listener().ok_or_else(not_an_answer)
    }

    /// Returns the events that are due, as soon as there are some, or none after a while.
    pub(super) async fn fetch(
        &self,
        listener: &Listener,
        received: &[Uuid],
    ) -> Result<Vec<FetchedEvent>, GatewayError> {
        let (id, wait) = (listener.id, WAIT.as_secs());
        let path = format!("v1/webhook-listeners/{id}/events?waitSeconds={wait}");
        let request = self.request(Method::POST, &path);
        let answer = send(request.json(&json!({"received": received}))).await?;
        let events = answer["data"].as_array().ok_or_else(not_an_answer)?;
        let events = events
            .iter()
            .map(|event| event_of(event).ok_or_else(not_an_answer));
        events.collect()
    }

    pub(super) async fn remove(&self, listener: &Listener) -> Result<(), GatewayError> {
        let path = format!("v1/webhook-endpoints/{}", listener.id);
        send(self.request(Method::DELETE, &path)).await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.base.as_str().trim_end_matches('/');
        let request = self.client.request(method, format!("{base}/{path}"));
        request.header("x-api-key", self.key.clone())
    }
}

/// Sends a request and returns the JSON of its answer; null if it has none.
async fn send(request: RequestBuilder) -> Result<Value, GatewayError> {
    let unavailable = |error: reqwest::Error| {
        GatewayError::Unavailable(format!(
            "the gateway cannot be reached ({})",
            Causes(&error)
        ))
    };
    let response = request.send().await.map_err(unavailable)?;
    let status = response.status();
    let answer = response.bytes().await.map_err(unavailable)?;
    let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
    if status.is_success() {
        return Ok(answer);
    }
    let code = answer["errorMessage"].as_str().unwrap_or_default();
    let description = answer["description"].as_str().unwrap_or_default();
    let reason = format!("the gateway answered {status} {code}: {description}");
    let may_pass = status.is_server_error()
        || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    Err(match code {
        "WebhookEndpointNotFound" => GatewayError::ListenerGone,
        _ if may_pass => GatewayError::Unavailable(reason),
        _ => GatewayError::Refused(reason),
    })
}

fn event_of(event: &Value) -> Option<FetchedEvent> {
    Some(FetchedEvent {
        id: id(&event["id"])?,
        kind: event["type"].as_str()?.to_owned(),
        body: event["body"].as_str()?.to_owned(),
    })
}

fn id(value: &Value) -> Option<Uuid> {
    Uuid::try_parse(value.as_str()?).ok()
}

fn not_an_answer() -> GatewayError {
    GatewayError::Refused("the answer is not that of a gateway that can be listened to".to_owned())
}

/// An error's last cause, which says most: the others name the URL or the step.
struct Causes<'a>(&'a dyn std::error::Error);

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut error = self.0;
        while let Some(cause) = error.source() {
            error = cause;
        }
        write!(f, "{error}")
    }
}
