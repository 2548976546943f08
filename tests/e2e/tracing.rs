//! Exported spans: they cover a whole send and contain no personal data.

use otp_e2e::world::recipient;
use otp_e2e::{Database, FakeCollector, FakeProvider, Mood, World};
use serde_json::json;

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
