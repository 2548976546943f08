//! `GET /metrics`

use otp_e2e::world::{client, recipient};
use otp_e2e::{Database, Running, World, meta, on_every_store};
use serde_json::json;

/// How long a test waits for a metric.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

on_every_store! {
    /// The page counts a send, its receipt and their answers, and it identifies nobody.
    the_page_counts_requests_admissions_batches_receipts_look_ups_and_connections;
    /// Whoever watches the page sees that mail does not go out.
    the_page_shows_notices_that_wait;
}

async fn page(server: &Running) -> String {
    let answer = client().get(format!("{}/metrics", server.url())).send();
    let answer = answer.await.expect("an answer");
    answer.text().await.expect("a page")
}

/// Returns the value on the line of this metric that has all these labels.
fn value(page: &str, metric: &str, labels: &[&str]) -> Option<f64> {
    let line = page.lines().find(|line| {
        let rest = line
            .strip_prefix(metric)
            .filter(|rest| rest.starts_with(['{', ' ']));
        rest.is_some_and(|rest| labels.iter().all(|label| rest.contains(label)))
    })?;
    line.rsplit_once(' ')?.1.parse().ok()
}

async fn the_page_counts_requests_admissions_batches_receipts_look_ups_and_connections(
    database: Database,
) {
    let world = World::with_webhook(database, 100).await;
    let server = world.serve();
    let body = json!({
        "otpCode": "482913",
        "toPhoneE164": recipient(1),
        "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
    });
    let sent = world.send(&server, &body).await;
    assert_eq!(sent.message_status(), "Sent");
    assert_eq!(world.send(&server, &body).await.status, 200, "a replay");
    assert_eq!(world.send_to(&server, &recipient(1)).await.status, 400);
    assert_eq!(world.check(&server, sent.id()).await.status, 200);
    let delivered = world.sandbox.status(sent.id(), "delivered").await;
    // Nobody knows this message by that id, so the second is dropped.
    let forged = meta::status(sent.id(), "failed");
    meta::report(&server, &[delivered, forged]).await;
    let unsigned = client().post(format!("{}/webhooks/whatsapp", server.url()));
    let unsigned = unsigned
        .header("X-Hub-Signature-256", "sha256=00")
        .body("{}");
    assert_eq!(unsigned.send().await.expect("an answer").status(), 403);
    let stray = format!("{}/no/{}", server.url(), world.api_key);
    assert_eq!(
        client()
            .get(stray)
            .send()
            .await
            .expect("an answer")
            .status(),
        404
    );

    let page = page(&server).await;
    let duration = "otp_http_request_duration_seconds";
    for (metric, labels, expected) in [
        (
            "_count",
            &[
                "route=\"/SendMessage\"",
                "method=\"POST\"",
                "status=\"200\"",
            ][..],
            2.0,
        ),
        ("_count", &["route=\"/SendMessage\"", "status=\"400\""], 1.0),
        (
            "_count",
            &["route=\"/CheckMessageStatus\"", "status=\"200\""],
            1.0,
        ),
        (
            "_count",
            &["route=\"/webhooks/whatsapp\"", "status=\"200\""],
            1.0,
        ),
        (
            "_count",
            &["route=\"none\"", "method=\"GET\"", "status=\"404\""],
            1.0,
        ),
        (
            "_bucket",
            &["route=\"/SendMessage\"", "status=\"200\"", "le=\"+Inf\""],
            2.0,
        ),
    ] {
        let metric = format!("{duration}{metric}");
        let found = value(&page, &metric, labels);
        assert_eq!(found, Some(expected), "{metric} {labels:?} in\n{page}");
    }
    for (metric, labels, expected) in [
        ("otp_admissions_total", &["verdict=\"admitted\""][..], 1.0),
        ("otp_admissions_total", &["verdict=\"replayed\""], 1.0),
        ("otp_admissions_total", &["verdict=\"cooling_down\""], 1.0),
        ("otp_settlements_total", &["outcome=\"accepted\""], 1.0),
        ("otp_settlements_total", &["outcome=\"reported\""], 1.0),
        ("otp_batch_size_count", &["operation=\"admit\""], 3.0),
        (
            "otp_batch_size_bucket",
            &["operation=\"admit\"", "le=\"1\""],
            3.0,
        ),
        (
            "otp_batch_duration_seconds_count",
            &["operation=\"settle\""],
            2.0,
        ),
        ("otp_queue_depth", &["operation=\"admit\""], 0.0),
        ("otp_queue_depth", &["operation=\"settle\""], 0.0),
        (
            "otp_provider_call_duration_seconds_count",
            &["outcome=\"accepted\""],
            1.0,
        ),
        ("otp_notifications_total", &["outcome=\"read\""], 1.0),
        (
            "otp_notifications_total",
            &["outcome=\"invalid_signature\""],
            1.0,
        ),
        ("otp_receipts_total", &["report=\"delivered\""], 1.0),
        (
            "otp_receipts_dropped_total",
            &["reason=\"other_message\""],
            1.0,
        ),
        ("otp_database_connections_awaited", &[], 0.0),
    ] {
        let found = value(&page, metric, labels);
        assert_eq!(found, Some(expected), "{metric} {labels:?} in\n{page}");
    }
    let look_ups = |result| {
        let labels = ["what=\"api_key\"", result];
        value(&page, "otp_cache_look_ups_total", &labels).expect("counted")
    };
    let (hits, misses) = (look_ups("result=\"hit\""), look_ups("result=\"miss\""));
    // Four requests, whose key is judged before the body and after it.
    assert!(
        misses >= 1.0 && (hits + misses - 8.0).abs() < 0.5,
        "{hits} {misses}"
    );
    for (metric, at_least) in [
        ("process_resident_memory_bytes", 1e6),
        ("process_open_fds", 3.0),
        ("process_max_fds", 64.0),
        ("process_cpu_seconds_total", 0.0),
        ("process_start_time_seconds", 1.7e9),
    ] {
        let found = value(&page, metric, &[]);
        assert!(found >= Some(at_least), "{metric} {found:?} in\n{page}");
    }
    let open = value(&page, "otp_database_connections", &["state=\"idle\""]);
    assert!(open.is_some_and(|open| open >= 1.0), "{page}");

    for secret in ["96655", &world.api_key, &world.account, "482913", sent.id()] {
        assert!(!page.contains(secret), "{secret} in\n{page}");
    }
}

async fn the_page_shows_notices_that_wait(database: Database) {
    let world = World::with_credits(database, 1).await;
    let server = world.serve();
    let before = page(&server).await;
    for metric in ["otp_outbox_waiting", "otp_outbox_oldest_seconds"] {
        assert_eq!(value(&before, metric, &[]), Some(0.0), "{before}");
    }
    // The last credit is taken, and no mail server is set: one notice waits.
    let sent = world.send_to(&server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent");
    let waiting = async {
        loop {
            let page = page(&server).await;
            let age = value(&page, "otp_outbox_oldest_seconds", &[]);
            if age > Some(0.0) {
                return page;
            }
        }
    };
    let page = tokio::time::timeout(PATIENCE, waiting).await;
    let page = page.expect("its age grows");
    let waiting = value(&page, "otp_outbox_waiting", &[]);
    assert_eq!(waiting, Some(1.0), "{page}");
}
