//! Requests below `/v1` with an idempotency key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::test::TestRequest;
use otp_core::channel::Channel;
use otp_core::idempotency::{Judgement, RequestKey};
use otp_core::ids::ApiKeyId;
use otp_core::message::{JudgedOutcome, OutcomeVerdict};
use otp_core::ports::{MockIdempotentAnswers, PortError};
use otp_http::Api;
use otp_testkit::MemoryStore;
use serde_json::{Value, json};
use uuid::Uuid;

use super::support::{Answer, NOW, World, ask, post};

const PATH: &str = "/v1/messages/f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2/outcome";

/// An API whose store records every outcome, and counts them. The first `faults` calls fail.
fn api_after(faults: usize) -> (Api, Arc<AtomicUsize>) {
    let mut world = World::new();
    world.answers = Arc::new(MemoryStore::default());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    world
        .outcomes
        .expect_record_outcome()
        .returning(move |_, _, reported| {
            if counted.fetch_add(1, Ordering::Relaxed) < faults {
                return Err(PortError::Unavailable("away".into()));
            }
            Ok(Some(JudgedOutcome {
                channel: Channel::WhatsApp,
                region: None,
                template: None,
                verdict: OutcomeVerdict::Recorded(reported),
            }))
        });
    (world.api(), calls)
}

fn api() -> (Api, Arc<AtomicUsize>) {
    api_after(0)
}

fn with_header(key: &str, body: &Value) -> TestRequest {
    post(PATH, body).insert_header(("Idempotency-Key", key))
}

fn verified() -> Value {
    json!({"outcome": "verified"})
}

fn with_field(key: &str) -> Value {
    json!({"idempotencyKey": key, "outcome": "verified"})
}

/// Asserts that both have the same status, body and headers of their content.
fn assert_replays(first: &Answer, again: &Answer) {
    assert_eq!(again.status, first.status);
    assert_eq!(again.body, first.body);
    for header in ["content-type", "cache-control", "content-language"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
}

#[actix_web::test]
async fn a_repetition_gets_the_first_answer_wherever_its_key_is() {
    let (api, calls) = api();
    let first = ask(&api, with_header("\"order 4711\"", &verified())).await;
    assert_eq!(first.status, 200);
    let spaced = TestRequest::post()
        .uri(PATH)
        .insert_header(("X-Api-Key", super::support::live_key().expose()))
        .insert_header(("Content-Type", "application/json"))
        .set_payload("{ \"idempotencyKey\": \"order 4711\",\n\"outcome\": \"verified\" }");
    for again in [
        with_header("\"order 4711\"", &verified()),
        with_header("order 4711", &verified()),
        post(PATH, &with_field("order 4711")),
        with_header("order 4711", &with_field("order 4711")),
        spaced,
    ] {
        assert_replays(&first, &ask(&api, again).await);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn another_request_under_the_same_key_is_refused() {
    let (api, calls) = api();
    ask(&api, with_header("a", &verified())).await;
    let body = ask(&api, with_header("a", &json!({"outcome": "abandoned"}))).await;
    assert_eq!(body.error(), (422, "IdempotencyKeyReused".into()));
    let other = "/v1/messages/00000000-0000-4000-8000-000000000001/outcome";
    let other = post(other, &verified()).insert_header(("Idempotency-Key", "a"));
    let path = ask(&api, other).await;
    assert_eq!(path.error(), (422, "IdempotencyKeyReused".into()));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[actix_web::test]
async fn a_repetition_of_a_request_in_progress_waits_for_nothing() {
    let mut world = World::new();
    let mut answers = MockIdempotentAnswers::new();
    answers
        .expect_begin()
        .times(1)
        .withf(|key, _, now| {
            let wanted = RequestKey::parse(ApiKeyId(Uuid::from_u128(1)), "a").unwrap();
            *key == wanted && *now == NOW
        })
        .returning(|_, _, _| Ok(Judgement::InProgress));
    world.answers = Arc::new(answers);
    let answer = world.ask(with_header("a", &verified())).await;
    assert_eq!(answer.error(), (409, "RequestInProgress".into()));
    assert_eq!(answer.header("retry-after"), "1");
}

#[actix_web::test]
async fn a_failed_request_is_judged_anew() {
    let (api, calls) = api_after(1);
    let failed = ask(&api, with_header("a", &verified())).await;
    assert_eq!(failed.error(), (503, "InternalServerError".into()));
    let first = ask(&api, with_header("a", &verified())).await;
    assert_eq!(
        (first.status.as_u16(), first.header("idempotent-replayed")),
        (200, "")
    );
    let again = ask(&api, with_header("a", &verified())).await;
    assert_replays(&first, &again);
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[actix_web::test]
async fn a_refusal_without_an_effect_does_not_use_up_the_key() {
    let mut world = World::new();
    world.answers = Arc::new(MemoryStore::default());
    world
        .outcomes
        .expect_record_outcome()
        .times(2)
        .returning(|_, _, _| Ok(None));
    let api = world.api();
    for outcome in ["verified", "abandoned"] {
        let request = with_header("a", &json!({"outcome": outcome}));
        assert_eq!(
            ask(&api, request).await.error(),
            (404, "MessageNotFound".into())
        );
    }
    // Neither does a body that is refused before the request begins.
    let (api, _) = api_after(0);
    let invalid = ask(&api, with_header("a", &json!({"outcome": "read"}))).await;
    assert_eq!(invalid.error(), (400, "InvalidRequest".into()));
    assert_eq!(ask(&api, with_header("a", &verified())).await.status, 200);
}

#[actix_web::test]
async fn an_invalid_key_is_named() {
    let long = "k".repeat(256);
    for (request, field) in [
        (with_header("", &verified()), "Idempotency-Key"),
        (with_header("\"\"", &verified()), "Idempotency-Key"),
        (with_header("\"open", &verified()), "Idempotency-Key"),
        (with_header(&long, &verified()), "Idempotency-Key"),
        (
            with_header("a", &verified()).append_header(("Idempotency-Key", "a")),
            "Idempotency-Key",
        ),
        (post(PATH, &with_field("")), "idempotencyKey"),
        (post(PATH, &with_field(&long)), "idempotencyKey"),
        (with_header("a", &with_field("b")), "idempotencyKey"),
    ] {
        let answer = World::new().ask(request).await;
        assert_eq!(answer.error(), (400, "InvalidRequest".into()), "{field}");
        assert_eq!(answer.json()["field"], field);
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(description.contains(field), "{description}");
    }
    let number = json!({"outcome": "verified", "idempotencyKey": 7});
    let answer = World::new().ask(post(PATH, &number)).await;
    assert_eq!(answer.error(), (400, "MalformedRequestBody".into()));
    let longest = ask(&api().0, with_header(&long[1..], &verified())).await;
    assert_eq!(longest.status, 200);
}

#[actix_web::test]
async fn without_a_key_nothing_is_kept_or_looked_up() {
    // The mock of the kept answers, and the one of the account's key, panic on any call.
    let mut world = World::new();
    world
        .outcomes
        .expect_record_outcome()
        .times(2)
        .returning(|_, _, reported| {
            Ok(Some(JudgedOutcome {
                channel: Channel::WhatsApp,
                region: None,
                template: None,
                verdict: OutcomeVerdict::Recorded(reported),
            }))
        });
    let api = world.api();
    for body in [
        verified(),
        json!({"outcome": "verified", "idempotencyKey": null}),
    ] {
        let answer = ask(&api, post(PATH, &body)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("idempotent-replayed")),
            (200, "")
        );
    }
}

#[actix_web::test]
async fn an_answer_that_cannot_be_kept_is_given_all_the_same() {
    let mut world = World::new();
    let mut answers = MockIdempotentAnswers::new();
    answers
        .expect_begin()
        .returning(|_, _, _| Ok(Judgement::First));
    answers
        .expect_finish()
        .times(1)
        .returning(|_, _, _| Err(PortError::Unavailable("away".into())));
    world.answers = Arc::new(answers);
    world
        .outcomes
        .expect_record_outcome()
        .returning(|_, _, reported| {
            Ok(Some(JudgedOutcome {
                channel: Channel::WhatsApp,
                region: None,
                template: None,
                verdict: OutcomeVerdict::Recorded(reported),
            }))
        });
    let answer = world.ask(with_header("a", &verified())).await;
    assert_eq!(answer.status, 200);
}
