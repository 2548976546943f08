//! The servers of all customers: one server in this process, with an endpoint for each path `/0`, `/1`, …
//!
//! It verifies no signature, which would cost more than the rest of it; the tests do.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, StatusCode};
use otp_core::time::Timestamp;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::latency::Latencies;
use crate::measure::since_epoch;
use crate::provider::after;
use crate::serving::serve;

/// Events that do not arrive for this long count as lost. It is longer than the lease of a turn, after which another
/// process would call the endpoint.
const PATIENCE: Duration = Duration::from_secs(60);

const POLL: Duration = Duration::from_millis(20);

/// The treatment of a call by an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    /// It answers 204.
    Accepts,
    /// It answers 500.
    Fails,
    /// It never answers.
    Hangs,
}

/// A running receiver; it ends with the program.
pub(super) struct Receiver {
    url: String,
    endpoints: Arc<[Endpoint]>,
}

struct Endpoint {
    behaviour: Behaviour,
    calls: AtomicU64,
    /// The messages whose event arrived, with the time from the event to the first call.
    arrived: Mutex<HashMap<Uuid, Duration>>,
}

impl Receiver {
    /// Starts a receiver with these endpoints.
    pub(super) async fn start(behaviours: impl Iterator<Item = Behaviour>) -> anyhow::Result<Self> {
        let endpoints: Arc<[Endpoint]> = behaviours.map(Endpoint::new).collect();
        let called = Arc::clone(&endpoints);
        let address = serve(move |request| receive(Arc::clone(&called), request)).await?;
        Ok(Self {
            url: format!("http://{address}"),
            endpoints,
        })
    }

    /// Returns the URL of an endpoint.
    pub(super) fn url(&self, number: usize) -> String {
        format!("{}/{number}", self.url)
    }

    /// Returns the number of calls to the endpoints with this behaviour.
    pub(super) fn calls(&self, behaviour: Behaviour) -> u64 {
        let with = self.with(behaviour);
        with.map(|endpoint| endpoint.calls.load(Ordering::Relaxed))
            .sum()
    }

    /// Returns the times from the events to their first calls, of all endpoints with this behaviour.
    pub(super) fn latencies(&self, behaviour: Behaviour) -> Latencies {
        let mut latencies = Latencies::default();
        for endpoint in self.with(behaviour) {
            let arrived = endpoint.arrived();
            arrived.values().for_each(|latency| latencies.add(*latency));
        }
        latencies
    }

    /// Returns the number of messages whose event arrived at an endpoint.
    pub(super) fn arrived(&self, number: usize) -> usize {
        let endpoint = self.endpoints.get(number);
        endpoint.map_or(0, |endpoint| endpoint.arrived().len())
    }

    /// Waits until the events of all these messages have arrived at an endpoint. Fails if none arrives for a while.
    ///
    /// More may arrive: a refused send may have happened.
    pub(super) async fn wait_for(&self, number: usize, sent: &[Uuid]) -> anyhow::Result<()> {
        let mut arrived = self.arrived(number);
        let mut progress_at = Instant::now();
        while arrived < sent.len() || self.missing(number, sent) > 0 {
            ensure!(
                progress_at.elapsed() < PATIENCE,
                "none for {} s: {} of {} events did not arrive at endpoint {number}",
                PATIENCE.as_secs(),
                self.missing(number, sent),
                sent.len()
            );
            sleep(POLL).await;
            let now = self.arrived(number);
            if now > arrived {
                (arrived, progress_at) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Returns the number of these messages whose event did not arrive at an endpoint.
    fn missing(&self, number: usize, sent: &[Uuid]) -> usize {
        let endpoint = self.endpoints.get(number);
        endpoint.map_or(sent.len(), |endpoint| {
            let arrived = endpoint.arrived();
            sent.iter().filter(|id| !arrived.contains_key(id)).count()
        })
    }

    fn with(&self, behaviour: Behaviour) -> impl Iterator<Item = &Endpoint> {
        let endpoints = self.endpoints.iter();
        endpoints.filter(move |endpoint| endpoint.behaviour == behaviour)
    }
}

impl Endpoint {
    fn new(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            calls: AtomicU64::default(),
            arrived: Mutex::default(),
        }
    }

    fn arrived(&self) -> MutexGuard<'_, HashMap<Uuid, Duration>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn receive(endpoints: Arc<[Endpoint]>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let now = since_epoch();
    let number = request.uri().path().trim_start_matches('/').parse();
    let endpoint = number.ok().and_then(|number: usize| endpoints.get(number));
    let Some(endpoint) = endpoint else {
        return answer(StatusCode::NOT_FOUND);
    };
    endpoint.calls.fetch_add(1, Ordering::Relaxed);
    let body = request.into_body().collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    if let Some((message, at)) = sent_message(&body) {
        let latency = now.saturating_sub(at);
        endpoint.arrived().entry(message).or_insert(latency);
    }
    match endpoint.behaviour {
        Behaviour::Accepts => answer(StatusCode::NO_CONTENT),
        Behaviour::Fails => answer(StatusCode::INTERNAL_SERVER_ERROR),
        Behaviour::Hangs => std::future::pending().await,
    }
}

fn answer(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// Returns the message that an event reports as sent, and when it happened. The body is not parsed as JSON, which
/// would cost more than the rest of the call.
fn sent_message(body: &[u8]) -> Option<(Uuid, Duration)> {
    let rest = after(body, br#""type":"message.sent","timestamp":""#)?;
    let at = Timestamp::parse(text(rest, 24)?).ok()?;
    let id = text(after(rest, br#""data":{"id":""#)?, 36)?;
    let at = Duration::from_millis(u64::try_from(at.unix_millis()).ok()?);
    Some((Uuid::parse_str(id).ok()?, at))
}

fn text(bytes: &[u8], length: usize) -> Option<&str> {
    std::str::from_utf8(bytes.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_of_a_sent_message_names_it_and_its_time() {
        let id = "0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e";
        let body = |kind: &str| {
            format!(
                r#"{{"type":"{kind}","timestamp":"1970-01-01T00:00:01.250Z","data":{{"id":"{id}","messageStatus":"Sent","sequence":1}}}}"#
            )
        };
        let id = Uuid::parse_str(id).expect("an id");
        let expected = Some((id, Duration::from_millis(1_250)));
        assert_eq!(sent_message(body("message.sent").as_bytes()), expected);
        for other in [body("message.failed").as_str(), "", "{}"] {
            assert_eq!(sent_message(other.as_bytes()), None, "{other}");
        }
    }
}
