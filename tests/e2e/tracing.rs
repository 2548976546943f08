//! Exported spans: they cover a whole send and contain no personal data.

use otp_e2e::world::{client, recipient};
use otp_e2e::{Database, FakeCollector, FakeProvider, Mood, Running, World, on_every_store};
use serde_json::json;

on_every_store! {
    a_request_continues_the_trace_of_its_caller_and_a_batch_has_its_own;
}

const PASSCODE: &str = "7Q4X9K2M";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_spans_of_the_last_send_arrive_without_personal_data() {
    let collector = FakeCollector::start().await;
    let mut world = World::with_credits(Database::sqlite(), 1).await;
    world.set("TRACING__OTLP_ENDPOINT", collector.url());
    let server = world.serve();
    let number = recipient(7_318_264);
    let body = json!({"otpCode": PASSCODE, "toPhoneE164": number});
    let answer = world.send(&server, &body).await;
    assert_eq!(answer.message_status(), "Sent");
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");

    let exported = collector.bodies().concat();
    let holds = |bytes: &[u8]| exported.windows(bytes.len()).any(|some| some == bytes);
    for name in [
        "otp-server",
        "http.request",
        "usecase.send_message",
        "ledger.admit",
        "ledger.settle",
        "whatsapp.send",
    ] {
        // The length before the name tells `ledger.admit` from `db.ledger.admit`.
        let length = u8::try_from(name.len()).expect("short");
        let whole = [&[length], name.as_bytes()].concat();
        assert!(holds(&whole), "{name} did not arrive; the log:\n{log}");
    }
    for (what, secret) in [
        ("the passcode", PASSCODE),
        ("the number", number.trim_start_matches('+')),
        ("the API key", &world.api_key),
        ("the account", &world.account),
    ] {
        assert!(!holds(secret.as_bytes()), "{what} was exported");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sample_ratio_of_zero_exports_nothing() {
    let collector = FakeCollector::start().await;
    let mut world = World::with_credits(Database::sqlite(), 1).await;
    world.set("TRACING__OTLP_ENDPOINT", collector.url());
    world.set("TRACING__SAMPLE_RATIO", "0");
    let server = world.serve();
    let answer = world.send_to(&server, &recipient(1)).await;
    assert_eq!(answer.message_status(), "Sent");
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(collector.bodies().len(), 0);
}

/// Sends a message as part of this trace.
async fn send_in_trace(world: &World, server: &Running, number: u32, traceparent: &str) {
    let body = json!({"otpCode": PASSCODE, "toPhoneE164": recipient(number)});
    let request = client().post(format!("{}/SendMessage", server.url()));
    let request = request.header("X-Api-Key", &world.api_key);
    let request = request.header("traceparent", traceparent).json(&body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
}

async fn a_request_continues_the_trace_of_its_caller_and_a_batch_has_its_own(database: Database) {
    let collector = FakeCollector::start().await;
    let mut world = World::with_credits(database, 2).await;
    world.set("TRACING__OTLP_ENDPOINT", collector.url());
    let server = world.serve();
    let (recorded, not_recorded) = ([0xab; 16], [0xcd; 16]);
    for (number, trace, flags) in [(1, "ab", "01"), (2, "cd", "00")] {
        let traceparent = format!("00-{}-00f067aa0ba902b7-{flags}", trace.repeat(16));
        send_in_trace(&world, &server, number, &traceparent).await;
    }
    server.terminate();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");

    for name in [
        "http.request",
        "usecase.send_message",
        "ledger.admit",
        "whatsapp.send",
        "ledger.settle",
    ] {
        let traces = collector.traces_of(name);
        let of_caller = traces.iter().filter(|trace| **trace == recorded);
        assert_eq!(of_caller.count(), 1, "{name} in {traces:02x?}");
        assert!(!traces.contains(&not_recorded), "{name} in {traces:02x?}");
    }
    for name in ["db.ledger.admit", "db.ledger.settle"] {
        let mut traces = collector.traces_of(name);
        traces.sort_unstable();
        traces.dedup();
        assert_eq!(
            traces.len(),
            2,
            "a trace for each batch: {name} in {traces:02x?}"
        );
        let foreign = traces.contains(&recorded) || traces.contains(&not_recorded);
        assert!(!foreign, "{name} in {traces:02x?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_or_absent_collector_blocks_neither_sends_nor_the_stop() {
    for mood in [Mood::Silent, Mood::Gone] {
        let collector = FakeProvider::start(mood).await;
        let mut world = World::with_credits(Database::sqlite(), 1).await;
        world.set("TRACING__OTLP_ENDPOINT", collector.url());
        let server = world.serve();
        let answer = world.send_to(&server, &recipient(1)).await;
        assert_eq!(answer.message_status(), "Sent", "{mood:?}");
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, Some(0), "{mood:?}: {log}");
        assert_ne!(collector.calls(), 0, "{mood:?}: {log}");
        let said = log.lines().any(|line| line.contains("ERROR"));
        assert!(said, "{mood:?}: {log}");
    }
}
