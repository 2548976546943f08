//! `POST /v1/messages/{id}/outcome`.

use otp_core::channel::Channel;
use otp_core::message::{CodeOutcome, JudgedOutcome, OutcomeVerdict, RecordedOutcome};
use otp_core::ports::PortError;
use otp_core::time::Timestamp;
use serde_json::{Value, json};

use super::support::{ACCOUNT, Answer, NOW, World, post};

const ID: &str = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";

fn path() -> String {
    format!("/v1/messages/{ID}/outcome")
}

/// Returns the answer to a report that the store judges like this.
async fn reported(outcome: &str, verdict: Option<OutcomeVerdict>) -> Answer {
    let mut world = World::new();
    let wanted = CodeOutcome::parse(outcome).unwrap();
    let outcomes = &mut world.outcomes;
    outcomes
        .expect_record_outcome()
        .times(1)
        .withf(move |account, message, reported| {
            let expected = RecordedOutcome {
                outcome: wanted,
                at: NOW,
            };
            *account == ACCOUNT && message.0.to_string() == ID && *reported == expected
        })
        .returning(move |_, _, _| {
            Ok(verdict.map(|verdict| JudgedOutcome {
                channel: Channel::WhatsApp,
                region: None,
                template: None,
                verdict,
            }))
        });
    world.ask(post(&path(), &json!({"outcome": outcome}))).await
}

#[actix_web::test]
async fn the_first_outcome_and_its_repetition_get_the_same_answer() {
    let at = Timestamp::parse("2026-05-14T09:14:10.020Z").unwrap();
    for (name, outcome) in [
        ("verified", CodeOutcome::Verified),
        ("abandoned", CodeOutcome::Abandoned),
    ] {
        let recorded = RecordedOutcome { outcome, at };
        for verdict in [
            OutcomeVerdict::Recorded(recorded),
            OutcomeVerdict::Repeated(recorded),
        ] {
            let answer = reported(name, Some(verdict)).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("cache-control"), "no-store");
            let expected =
                json!({"id": ID, "outcome": name, "outcomeAt": "2026-05-14T09:14:10.020Z"});
            assert_eq!(answer.json(), expected);
        }
    }
}

#[actix_web::test]
async fn another_outcome_and_a_message_that_is_not_there_are_refused() {
    for (verdict, status, code) in [
        (
            Some(OutcomeVerdict::Different),
            409,
            "OutcomeAlreadyRecorded",
        ),
        (Some(OutcomeVerdict::Removed), 404, "MessageNotFound"),
        (None, 404, "MessageNotFound"),
    ] {
        let answer = reported("verified", verdict).await;
        assert_eq!(answer.error(), (status, code.into()), "{verdict:?}");
    }
}

#[actix_web::test]
async fn an_invalid_field_is_named_with_its_fault() {
    for (body, fault) in [
        (json!({}), "missing or empty"),
        (json!({"outcome": null}), "missing or empty"),
        (json!({"outcome": ""}), "missing or empty"),
        (
            json!({"outcome": "Verified"}),
            "one of verified and abandoned",
        ),
        (json!({"outcome": "read"}), "one of verified and abandoned"),
    ] {
        let answer = World::new().ask(post(&path(), &body)).await;
        assert_eq!(answer.error(), (400, "InvalidRequest".into()), "{body}");
        assert_eq!(answer.json()["field"], "outcome", "{body}");
        let description = answer.json()["description"].as_str().unwrap().to_owned();
        assert!(
            description.contains("outcome") && description.contains(fault),
            "{description}"
        );
    }
    let request = post(&path(), &json!({})).insert_header(("Accept", "application/problem+json"));
    let problem = World::new().ask(request).await.json();
    assert_eq!(problem["type"], "/docs#error-InvalidRequest");
    assert_eq!(problem["field"], "outcome");
    assert_eq!(problem["detail"], "The field outcome is missing or empty.");
}

#[actix_web::test]
async fn other_faults_of_a_request_have_their_own_codes() {
    let bad_id = post("/v1/messages/7/outcome", &json!({"outcome": "verified"}));
    let answer = World::new().ask(bad_id).await;
    assert_eq!(answer.error(), (400, "MessageIdMustBeUuid".into()));
    let number = post(&path(), &json!({"outcome": 1}));
    let answer = World::new().ask(number).await;
    assert_eq!(answer.error(), (400, "MalformedRequestBody".into()));
    assert_eq!(answer.json()["field"], Value::Null);

    let mut world = World::new();
    world
        .outcomes
        .expect_record_outcome()
        .returning(|_, _, _| Err(PortError::Unavailable("away".into())));
    let request = post(&path(), &json!({"outcome": "verified"}));
    let answer = world.ask(request).await;
    assert_eq!(answer.error(), (503, "InternalServerError".into()));
}
