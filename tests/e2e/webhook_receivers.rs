//! Customers' servers that stall, flood, redirect or lie: each costs one attempt, and nothing else.

mod certificates;
mod private_targets;
mod proxies;

use std::sync::atomic::{AtomicUsize, Ordering};

use otp_e2e::world::{answer, client, recipient};
use otp_e2e::{Database, FakeReceiver, Reception, Running, World, on_every_store};
use serde_json::{Value, json};

use super::webhook_deliveries::{endpoint, get, world};

on_every_store! {
    a_hostile_receiver_costs_one_failed_attempt_and_nothing_else;
}

/// The most that a receiver may write of its gibibyte before its connection is closed: what the systems
/// of both ends buffer. On Linux that is about 10 MiB, but can be set higher.
const MAX_WRITTEN: usize = 64 << 20;

/// The growth in MiB that a server may have from all of the receivers together.
const MAX_GROWTH: u64 = 64;

/// The path of every endpoint.
const PATH: &str = "/hook";

/// A receiver that does something hostile once, and accepts everything afterwards.
struct Hostile {
    what: String,
    receiver: FakeReceiver,
    /// The status, the failure and the answer that the log has of its first attempt.
    expected: Value,
}

impl Hostile {
    async fn new(what: impl Into<String>, reception: Reception, expected: Value) -> Self {
        let calls = AtomicUsize::new(0);
        let receiver = FakeReceiver::with(move |_| match calls.fetch_add(1, Ordering::Relaxed) {
            0 => reception.clone(),
            _ => Reception::ACCEPT,
        });
        Self {
            what: what.into(),
            receiver: receiver.await,
            expected,
        }
    }
}

async fn hostile_receivers(bystander: &FakeReceiver) -> Vec<Hostile> {
    use Reception::{Flood, Redirect, Trickle, Write};
    let filler = "x".repeat(65_536);
    let excerpt = "x".repeat(1_024);
    let chunk = format!("10000\r\n{filler}\r\n");
    let lines = "X-Filler: x\r\n".repeat(5_000);
    let mut all = Vec::new();
    for (what, reception, expected) in [
        (
            "trickles its head",
            Trickle("HTTP/1.1 200 OK\r\nX-Filler: "),
            json!([null, "timeout", null]),
        ),
        (
            "trickles its body",
            Trickle("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
            json!([null, "answer_too_slow", null]),
        ),
        (
            "refuses with a gibibyte",
            Flood(
                "HTTP/1.1 500 No\r\nContent-Length: 1073741824\r\n\r\n",
                filler.clone(),
            ),
            json!([500, "status", excerpt]),
        ),
        (
            "accepts with a gibibyte",
            Flood(
                "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
                filler.clone(),
            ),
            json!([null, "answer_too_large", null]),
        ),
        (
            "never ends its chunks",
            Flood(
                "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n",
                chunk,
            ),
            json!([500, "status", excerpt]),
        ),
        (
            "never ends its headers",
            Flood("HTTP/1.1 200 OK\r\n", lines),
            json!([null, "not_http", null]),
        ),
        (
            "never ends one header",
            Flood("HTTP/1.1 200 OK\r\nX-Filler: ", filler),
            json!([null, "not_http", null]),
        ),
        (
            "closes without an answer",
            Write(""),
            json!([null, "connection_lost", null]),
        ),
        (
            "closes within its answer",
            Write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"),
            json!([null, "connection_lost", null]),
        ),
        (
            "speaks another protocol",
            Write("SSH-2.0-OpenSSH_9.9\r\n"),
            json!([null, "not_http", null]),
        ),
    ] {
        all.push(Hostile::new(what, reception, expected).await);
    }
    for status in [301, 302, 307, 308] {
        for url in [bystander.url("/"), "/elsewhere".to_owned()] {
            let what = format!("redirects with {status} to {url}");
            let expected = json!([status, "redirect", null]);
            all.push(Hostile::new(what, Redirect(status, url), expected).await);
        }
    }
    all
}

/// Returns a delivery with its log, as soon as this holds for it.
async fn delivery_with(
    world: &World,
    server: &Running,
    (endpoint, event): (&str, &str),
    holds: impl Fn(&Value) -> bool,
) -> Value {
    let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries/{event}");
    loop {
        let shown = get(world, server, &path).await;
        if shown.status == 200 && holds(&shown.body) {
            return shown.body;
        }
        otp_e2e::pause_between_polls().await;
    }
}

/// Returns a delivery that was accepted.
async fn delivered(world: &World, server: &Running, endpoint: &str, event: &str) -> Value {
    let is_delivered = |shown: &Value| shown["state"] == "Delivered";
    delivery_with(world, server, (endpoint, event), is_delivered).await
}

/// Returns a delivery of which an attempt has ended.
async fn attempted(world: &World, server: &Running, endpoint: &str, event: &str) -> Value {
    let is_attempted = |shown: &Value| shown["attempts"] != 0;
    delivery_with(world, server, (endpoint, event), is_attempted).await
}

/// Returns the status, the failure and the answer of each attempt of a delivery.
fn log(delivery: &Value) -> Vec<Value> {
    let log = delivery["log"].as_array().expect("a log");
    assert_eq!(delivery["attempts"], log.len());
    log.iter()
        .map(|attempt| json!([attempt["status"], attempt["failure"], attempt["answer"]]))
        .collect()
}

/// Sends a test event to an endpoint, and returns its id.
async fn test(world: &World, server: &Running, endpoint: &str) -> String {
    let path = format!("/v1/webhook-endpoints/{endpoint}/test");
    let tested = answer(world.post(server, &path)).await;
    assert_eq!(tested.status, 202, "{tested:?}");
    tested.id().to_owned()
}

async fn assert_ready(server: &Running) {
    let url = format!("{}/health/ready", server.url());
    let ready = client().get(url).send().await.expect("an answer");
    assert_eq!(ready.status(), 200);
}

/// All of them at once, beside a receiver that works.
async fn a_hostile_receiver_costs_one_failed_attempt_and_nothing_else(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let (bystander, healthy) = (FakeReceiver::start().await, FakeReceiver::start().await);
    let receivers = hostile_receivers(&bystander).await;
    let events = ["message.sent"];
    let mut endpoints = Vec::new();
    for hostile in &receivers {
        let (id, _) = endpoint(&world, &server, &hostile.receiver.url(PATH), &events).await;
        endpoints.push(id);
    }
    endpoint(&world, &server, &healthy.url(PATH), &events).await;
    let before = server.peak_memory();

    world.send_to(&server, &recipient(1)).await;
    let told = healthy.wait_for(1, |_| true).await.remove(0);
    assert_ready(&server).await;
    for (hostile, endpoint) in receivers.iter().zip(&endpoints) {
        let what = &hostile.what;
        let delivery = delivered(&world, &server, endpoint, told.id()).await;
        let expected = [hostile.expected.clone(), json!([204, null, null])];
        assert_eq!(log(&delivery), expected, "{what}");
        let calls = hostile.receiver.received();
        assert!(
            calls
                .iter()
                .all(|call| (call.id(), &*call.path) == (told.id(), PATH)),
            "{what}: {calls:?}"
        );
        assert_eq!(calls.len(), expected.len(), "{what}: a call an attempt");
        let written = hostile.receiver.written().await;
        assert_eq!(written.len(), expected.len(), "{what}: a connection a call");
        assert!(
            written.iter().all(|bytes| *bytes < MAX_WRITTEN),
            "{what}: {written:?}"
        );
    }
    assert_eq!(bystander.connections(), 0, "no redirect was followed");
    assert_eq!(healthy.received().len(), 1);
    assert_ready(&server).await;
    if let (Some(before), Some(after)) = (before, server.peak_memory()) {
        assert!(after < before + MAX_GROWTH, "{before} to {after} MiB");
    }
    world.send_to(&server, &recipient(2)).await;
    healthy.wait_for(2, |_| true).await;
}
