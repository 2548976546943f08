//! `listen`: fetches the events of an account and forwards them to a program on this machine.

mod gateway_client;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use otp_core::ports::{Clock as _, WebhookCaller as _};
use otp_core::retry::RetryWaits;
use otp_core::webhook::{
    PrivateTargets, WebhookCall, WebhookEventKind, WebhookId, WebhookOutcome, WebhookTarget,
};
use otp_webhooks::{HttpWebhookCaller, WebhookCallerOptions};
use serde_json::{Value, json};
use tokio::time::sleep;
use url::Url;
use uuid::Uuid;

use self::gateway_client::{FetchedEvent, GatewayClient, GatewayError, Listener};
use super::read_secret;
use crate::cli::values::webhook_event;
use crate::failure::SetupError;
use crate::gateway::StopSignals;
use crate::output::{self, Answer};
use crate::system::SystemClock;

/// The waits before the gateway is asked again.
const WAITS: RetryWaits = RetryWaits::Doubling {
    first: Duration::from_secs(1),
    most: Duration::from_secs(30),
};

#[derive(Args)]
pub(crate) struct ListenArgs {
    /// URL of the program that gets the events, such as http://localhost:3000/webhooks.
    #[arg(long, value_name = "URL", value_parser = target)]
    forward_to: WebhookTarget,
    /// Base URL of the gateway.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    gateway: Url,
    /// File with an API key of the account; - for standard input. By default the key is in the
    /// variable OTP_API_KEY.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The events to fetch, separated by commas; all by default.
    #[arg(long, value_delimiter = ',', value_parser = webhook_event)]
    events: Vec<WebhookEventKind>,
}

/// Reads the URL of a program, which may be on this machine.
fn target(text: &str) -> Result<WebhookTarget, String> {
    WebhookTarget::parse(text, PrivateTargets::Allowed).map_err(|error| error.to_string())
}

pub(super) async fn run(args: ListenArgs, json: bool) -> anyhow::Result<Answer> {
    let signals = StopSignals::catch()?;
    let options = WebhookCallerOptions {
        private_targets: PrivateTargets::Allowed,
        ..WebhookCallerOptions::default()
    };
    let mut forwarder = Forwarder {
        client: GatewayClient::new(&args.gateway, api_key(args.key_file)?)?,
        caller: HttpWebhookCaller::new(&options).map_err(SetupError::caused_by)?,
        target: args.forward_to,
        events: args.events,
        json,
    };
    let mut listener = forwarder.listen().await?;
    let ended = tokio::select! {
        refused = forwarder.forward_all(&mut listener) => Err(refused),
        () = signals.received() => Ok(()),
    };
    // If this fails, the listener is removed once it has fetched nothing for a while.
    drop(forwarder.client.remove(&listener).await);
    ended?;
    Ok(Answer::new(json!({"stopped": true}), "stopped"))
}

/// Returns the key of a developer's account.
#[expect(
    clippy::disallowed_methods,
    reason = "the key belongs to whoever runs this, not to a gateway's settings"
)]
fn api_key(file: Option<PathBuf>) -> anyhow::Result<String> {
    let key = match file {
        Some(path) => read_secret(&path, "API key")?,
        None => std::env::var("OTP_API_KEY").map_err(|_| {
            SetupError::new("no API key: set the variable OTP_API_KEY, or use --key-file")
        })?,
    };
    Ok(key.trim().to_owned())
}

/// Forwards the events of a listener.
struct Forwarder {
    client: GatewayClient,
    caller: HttpWebhookCaller,
    target: WebhookTarget,
    events: Vec<WebhookEventKind>,
    json: bool,
}

impl Forwarder {
    /// Begins to listen, and prints the secret of the signatures.
    async fn listen(&mut self) -> Result<Listener, GatewayError> {
        let listener = self.client.listen(&self.events).await?;
        let secret = listener.secret.to_text();
        let text = format!(
            "{}\n\nEvents are signed with this secret until you stop the command. They go to {}",
            secret.as_str(),
            self.target.as_str(),
        );
        let json = json!({
            "id": listener.id,
            "secret": secret.as_str(),
            "forwardTo": self.target.as_str(),
        });
        output::print(&Answer::new(json, text), self.json);
        Ok(listener)
    }

    /// Forwards events until the gateway refuses to hand them over.
    async fn forward_all(&mut self, listener: &mut Listener) -> GatewayError {
        let (mut received, mut failures) = (Vec::new(), 0);
        loop {
            match self.client.fetch(listener, &received).await {
                Ok(events) => {
                    (received, failures) = (Vec::new(), 0);
                    for event in events {
                        self.forward(listener, &event).await;
                        received.push(event.id);
                    }
                }
                Err(GatewayError::ListenerGone) => match self.listen().await {
                    Ok(another) => *listener = another,
                    Err(error) => return error,
                },
                Err(GatewayError::Unavailable(reason)) => {
                    failures += 1;
                    let wait = WAITS.after(failures).unwrap_or_default();
                    let text = format!("{reason}; asking again in {} s", wait.as_secs());
                    output::note(&text, self.json);
                    sleep(wait).await;
                }
                Err(refused @ GatewayError::Refused(_)) => return refused,
            }
        }
    }

    /// Calls the program as the gateway would call an endpoint, and prints the outcome.
    async fn forward(&self, listener: &Listener, event: &FetchedEvent) {
        let call = WebhookCall {
            id: WebhookId::from(event.id),
            target: self.target.clone(),
            attempted_at: SystemClock.now(),
            body: event.body.clone().into_bytes(),
            secrets: listener.secret.clone().into(),
        };
        let outcome = self.caller.call(&call).await;
        let text = line(event.id, &event.kind, &outcome);
        output::print(&Answer::new(object(event, &outcome), text), self.json);
    }
}

fn line(id: Uuid, kind: &str, outcome: &WebhookOutcome) -> String {
    let result = match (outcome.status(), outcome.failure_code()) {
        (Some(status), _) => status.to_string(),
        (None, failure) => failure.unwrap_or("failed").to_owned(),
    };
    let millis = outcome.latency.as_millis();
    format!("{kind}  {id}  {result} in {millis} ms")
}

fn object(event: &FetchedEvent, outcome: &WebhookOutcome) -> Value {
    json!({
        "id": event.id,
        "type": event.kind,
        "status": outcome.status(),
        "failure": outcome.failure_code(),
        "latencyMs": u64::try_from(outcome.latency.as_millis()).unwrap_or(u64::MAX),
    })
}
