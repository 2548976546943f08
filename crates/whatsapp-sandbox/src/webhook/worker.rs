//! The task that lets messages live and tells the receivers about it. It runs while there is a
//! receiver, sleeps while nothing is due, and ends when the sandbox closes.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{runtime::Handle, time::Instant};

use super::{WebhookOptions, event::Parcel, outbox::Task};
use crate::{Sandbox, clock, life, sandbox::LiveEvent};

/// As Meta's sender calls itself.
const USER_AGENT: &str = "facebookexternalua";
/// A handshake's answer is the challenge, which is short.
const LONGEST_CHALLENGE: usize = 1024;
/// What a receiver says beyond the status is of no interest.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Says that a worker ended, however it did: with its runtime, too.
struct Running {
    sandbox: Sandbox,
    worker: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.sandbox.state().outbox.worker_ended(self.worker);
    }
}

/// Starts the worker where there is a receiver and none runs. Outside a runtime it is left to the
/// first send.
pub(crate) fn start(sandbox: &Sandbox) {
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    let worker = {
        let outbox = &mut sandbox.state().outbox;
        if !outbox.is_on() || outbox.worker.is_some() || sandbox.is_closed() {
            return;
        }
        let worker = sandbox.next_worker();
        outbox.worker = Some(worker);
        worker
    };
    let running = Running {
        sandbox: sandbox.clone(),
        worker,
    };
    runtime.spawn(run(running));
}

async fn run(running: Running) {
    let sandbox = &running.sandbox;
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "the sandbox has no HTTP client for webhooks");
            return;
        }
    };
    let mut closed = sandbox.closed();
    let mut under_way: FuturesUnordered<BoxFuture<'static, ()>> = FuturesUnordered::new();
    loop {
        match sandbox.step(running.worker) {
            Task::Stop => return,
            Task::Handshake(name, target, timeout) => {
                let (sandbox, client) = (sandbox.clone(), client.clone());
                under_way.push(shake(sandbox, client, name, target, timeout).boxed());
            }
            Task::Deliver(target, parcel, signature, timeout) => {
                let request = post(&client, &target, &parcel, signature.as_deref());
                let request = request.timeout(timeout);
                under_way.push(deliver(sandbox.clone(), request, parcel).boxed());
            }
            Task::Wait(until) => {
                tokio::select! {
                    biased;
                    _ = closed.wait_for(|closed| *closed) => return,
                    Some(()) = under_way.next() => {}
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
    target: &WebhookOptions,
    parcel: &Parcel,
    signature: Option<&str>,
) -> RequestBuilder {
    let request = client
        .post(&target.url)
        .header("content-type", "application/json")
        .body(parcel.body.to_string());
    match signature {
        Some(signature) => request.header("x-hub-signature-256", signature),
        None => request,
    }
}

async fn deliver(sandbox: Sandbox, request: RequestBuilder, parcel: Arc<Parcel>) {
    let answer = match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            drain(response).await;
            Ok(status)
        }
        Err(error) => Err(describe(&error)),
    };
    sandbox
        .state()
        .outbox
        .answered(&parcel, answer, Instant::now());
    sandbox.changed();
}

/// Reads what came with the answer, so that the connection can serve again; whoever says too much
/// loses it.
async fn drain(mut response: Response) {
    let mut read = 0;
    while read <= LONGEST_ANSWER
        && let Ok(Some(chunk)) = response.chunk().await
    {
        read += chunk.len();
    }
}

async fn shake(
    sandbox: Sandbox,
    client: Client,
    name: Arc<str>,
    target: Arc<WebhookOptions>,
    timeout: Duration,
) {
    let challenge = rand::random_range(100_000_000_u64..10_000_000_000).to_string();
    let answer = ask(&client, &target, &challenge, timeout).await;
    let verified = answer.is_ok();
    sandbox
        .state()
        .outbox
        .shaken(&name, &target, answer, Instant::now(), clock::now());
    if verified {
        sandbox.tell_pages(LiveEvent::Reload);
    }
    sandbox.changed();
}

/// The handshake: a receiver that knows the token says the challenge back, and nothing else.
async fn ask(
    client: &Client,
    target: &WebhookOptions,
    challenge: &str,
    timeout: Duration,
) -> Result<u16, (Option<u16>, String)> {
    let mut url: reqwest::Url = target
        .url
        .parse()
        .map_err(|_| (None, "the URL cannot be read".to_owned()))?;
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", challenge)
        .append_pair("hub.verify_token", &target.verify_token);
    let failed = |error: reqwest::Error| (None, describe(&error));
    let mut response = client
        .get(url)
        .timeout(timeout)
        .send()
        .await
        .map_err(failed)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() <= LONGEST_CHALLENGE
        && let Some(chunk) = response.chunk().await.map_err(failed)?
    {
        body.extend_from_slice(&chunk);
    }
    if status != 200 {
        return Err((Some(status), format!("answered {status} instead of 200")));
    }
    if body != challenge.as_bytes() {
        let said: String = String::from_utf8_lossy(&body).chars().take(64).collect();
        return Err((
            Some(status),
            format!("answered {said:?} instead of the challenge"),
        ));
    }
    Ok(status)
}

/// Says what went wrong without the URL, whose query has the token in it.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    if error.is_connect() {
        return "nobody answers at this address".to_owned();
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
    /// Lets everything happen that is due, and says what the worker does next.
    fn step(&self, worker: u64) -> Task {
        let mut events = Vec::new();
        let task = {
            let mut state = self.state();
            if state.outbox.worker != Some(worker) {
                return Task::Stop;
            }
            let now = Instant::now();
            while let Some(due) = state.outbox.take_due(now) {
                events.extend(life::happen(&mut state, due, now));
            }
            let task = state.outbox.next_task(now, clock::now());
            if matches!(task, Task::Stop) {
                state.outbox.worker_ended(worker);
            }
            task
        };
        if !events.is_empty() {
            for event in events {
                self.tell_pages(event);
            }
            self.changed();
        }
        task
    }
}
