//! The task that lets messages live and sends the webhooks. It runs while there is a receiver, sleeps
//! while nothing is due, and ends when the sandbox closes.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{runtime::Handle, time::Instant};

use super::{
    handshake::Failure,
    outbox::Task,
    receiver::{Request, Target},
};
use crate::{Sandbox, clock, life, sandbox::LiveEvent};

/// The user agent of Meta's webhooks.
const USER_AGENT: &str = "facebookexternalua";
const TIMEOUT: Duration = Duration::from_secs(10);
/// Upper bound for the answer to a handshake; a challenge is much shorter.
const MAX_CHALLENGE_BYTES: usize = 1024;
/// Upper bound for the part of an answer that is read and ignored.
const MAX_ANSWER_BYTES: usize = 16 * 1024;

/// Reports the end of a worker on drop, because its runtime may end before it does.
struct Running {
    sandbox: Sandbox,
    worker: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.sandbox.state().outbox.end_worker(self.worker);
    }
}

/// Starts the worker if there is a receiver and no worker runs. Outside a runtime it does nothing, and
/// the first send starts the worker.
pub(crate) fn start(sandbox: &Sandbox) {
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    if sandbox.is_closed() {
        return;
    }
    let worker = sandbox.state().outbox.begin_worker();
    if let Some(worker) = worker {
        let sandbox = sandbox.clone();
        runtime.spawn(run(Running { sandbox, worker }));
    }
}

async fn run(running: Running) {
    let sandbox = &running.sandbox;
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "failed to build the HTTP client; webhooks are not sent");
            return;
        }
    };
    let mut closed = sandbox.closed();
    let mut in_flight: FuturesUnordered<BoxFuture<'static, ()>> = FuturesUnordered::new();
    loop {
        match sandbox.step(running.worker) {
            Task::Stop => return,
            Task::Handshake(name, target) => {
                in_flight
                    .push(make_handshake(sandbox.clone(), client.clone(), name, target).boxed());
            }
            Task::Deliver(name, target, request, signature) => {
                let post = post(&client, &target, &request, signature.as_deref());
                in_flight.push(deliver(sandbox.clone(), post, name, request).boxed());
            }
            Task::Wait(until) => {
                tokio::select! {
                    biased;
                    _ = closed.wait_for(|closed| *closed) => return,
                    Some(()) = in_flight.next() => {}
                    () = sandbox.planned() => {}
                    () = sleep_until(until) => {}
                }
            }
        }
        if sandbox.is_closed() {
            return;
        }
    }
}

async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn post(
    client: &Client,
    target: &Target,
    request: &Request,
    signature: Option<&str>,
) -> RequestBuilder {
    let post = client
        .post(&target.url)
        .timeout(TIMEOUT)
        .header("content-type", "application/json")
        .body(request.body.to_string());
    match signature {
        Some(signature) => post.header("x-hub-signature-256", signature),
        None => post,
    }
}

async fn deliver(sandbox: Sandbox, post: RequestBuilder, name: Arc<str>, request: Arc<Request>) {
    let answer = match post.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            drain(response).await;
            Ok(status)
        }
        Err(error) => Err(describe(&error)),
    };
    let now = Instant::now();
    sandbox
        .state()
        .outbox
        .record_answer(&name, &request, answer, now);
    sandbox.changed();
}

/// Reads the rest of an answer, so that its connection can be used again. A long answer costs its
/// connection.
async fn drain(mut response: Response) {
    let mut read = 0;
    while read <= MAX_ANSWER_BYTES
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read += chunk.len();
    }
}

async fn make_handshake(sandbox: Sandbox, client: Client, name: Arc<str>, target: Arc<Target>) {
    let challenge = rand::random_range(100_000_000_u64..10_000_000_000).to_string();
    let answer = challenge_receiver(&client, &target, &challenge).await;
    let is_verified = answer.is_ok();
    let (now, wall) = (Instant::now(), clock::now());
    sandbox
        .state()
        .outbox
        .record_handshake(&name, &target, answer, now, wall);
    if is_verified {
        sandbox.notify_pages(LiveEvent::Reload);
    }
    sandbox.changed();
}

/// Sends the challenge. A receiver that knows the token answers with the challenge and nothing else.
async fn challenge_receiver(
    client: &Client,
    target: &Target,
    challenge: &str,
) -> Result<u16, Failure> {
    let mut url: reqwest::Url = target
        .url
        .parse()
        .map_err(|_| (None, "the URL is malformed".to_owned()))?;
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", &target.verify_token);
    let failed = |error: reqwest::Error| (None, describe(&error));
    let get = client.get(url).timeout(TIMEOUT);
    let mut response = get.send().await.map_err(failed)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() <= MAX_CHALLENGE_BYTES
        && let Some(chunk) = response.chunk().await.map_err(failed)?
    {
        body.extend_from_slice(&chunk);
    }
    if status != 200 {
        return Err((Some(status), format!("answered {status} instead of 200")));
    }
    if body != challenge.as_bytes() {
        let start: String = String::from_utf8_lossy(&body).chars().take(64).collect();
        return Err((
            Some(status),
            format!("answered {start:?} instead of the challenge"),
        ));
    }
    Ok(status)
}

/// Describes the error without the URL, whose query contains the token.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    if error.is_connect() {
        return "failed to connect".to_owned();
    }
    "the connection broke before an answer".to_owned()
}

fn client() -> Result<Client, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()?;
    Ok(client)
}

impl Sandbox {
    /// Makes everything happen that is due, and returns the worker's next task.
    fn step(&self, worker: u64) -> Task {
        let mut events = Vec::new();
        let task = {
            let mut state = self.state();
            if !state.outbox.is_worker(worker) {
                return Task::Stop;
            }
            let now = Instant::now();
            while let Some(due) = state.outbox.take_due(now) {
                events.extend(life::happen(&mut state, due));
            }
            let task = state.outbox.next_task(now, clock::now());
            if matches!(task, Task::Stop) {
                state.outbox.end_worker(worker);
            }
            task
        };
        if !events.is_empty() {
            for event in events {
                self.notify_pages(event);
            }
            self.changed();
        }
        task
    }
}
