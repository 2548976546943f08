//! Rules 7 to 13: the results of ledger and provider, and their answers.

use std::collections::BTreeSet;
use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::{Failure, MessageStatus, ProviderMessageId};
use otp_core::ports::{Accepted, PortError, ProviderRefusal, RefusalScope, SendError};
use otp_core::send::{Admission, FirstAnswer, Refusal};
use otp_core::time::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::super::support::{Answer, NOW, World, post};
use super::{PATH, valid};

/// Makes an otherwise valid request that the ledger admits or refuses like this.
async fn admission(admission: Admission) -> Answer {
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .times(1)
        .returning(move |_| Ok(vec![admission]));
    world.ask(post(PATH, &valid())).await
}

/// Makes a valid request that the provider answers like this.
async fn delivery(answer: Result<Accepted, SendError>) -> Answer {
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .times(1)
        .returning(|_| Ok(vec![Admission::Admitted]));
    world.ledger.expect_settle().times(1).returning(|_| Ok(()));
    world
        .sender
        .expect_send()
        .times(1)
        .returning(move |_| answer.clone());
    world.ask(post(PATH, &valid())).await
}

fn refusal(http_status: Option<u16>) -> Result<Accepted, SendError> {
    let failure = Failure {
        code: Some(131_026),
        title: "OAuthException".to_owned(),
        reason: "The recipient has no WhatsApp.".to_owned(),
    };
    Err(SendError::Refused(ProviderRefusal {
        message: "(#131026) Message undeliverable".to_owned(),
        http_status,
        failure,
        scope: RefusalScope::Message,
    }))
}

#[actix_web::test]
async fn rule_7_a_replay_is_the_first_answer_and_marked() {
    for status in MessageStatus::ALL {
        let message_id = MessageId(Uuid::from_u128(0xf00d));
        let answer = admission(Admission::Replayed(FirstAnswer { message_id, status })).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("idempotent-replayed"), "true");
        assert_eq!(
            answer.json(),
            json!({"id": message_id.0, "messageStatus": status.as_str()})
        );
    }
}

#[actix_web::test]
async fn rule_8_no_sender_and_no_template_are_not_found() {
    let answer = admission(Admission::Refused(Refusal::SenderNumberNotFound)).await;
    assert_eq!(answer.error(), (404, "SenderNumberNotFound".into()));
    let answer = admission(Admission::Refused(Refusal::TemplateNotFound)).await;
    assert_eq!(answer.error(), (404, "TemplateNotFound".into()));
}

#[actix_web::test]
async fn rule_9_an_opted_out_recipient_is_refused() {
    let answer = admission(Admission::Refused(Refusal::RecipientOptedOut)).await;
    assert_eq!(answer.error(), (400, "RecipientOptedOut".into()));
}

#[actix_web::test]
async fn rule_10_the_cooldown_states_the_wait_in_both_languages() {
    for (wait_ms, clock, seconds) in [
        (30_000, "00:00:30", "30"),
        (29_001, "00:00:30", "30"),
        (1, "00:00:01", "1"),
        (21_600_000, "06:00:00", "21600"),
        (3_723_000, "01:02:03", "3723"),
    ] {
        let retry_at: Timestamp = NOW + Duration::from_millis(wait_ms);
        let answer = admission(Admission::Refused(Refusal::CoolingDown { retry_at })).await;
        let sentence = format!(
            "You can't send another message to the same number yet. Please wait {clock} and try again."
        );
        assert_eq!(answer.error(), (400, sentence));
        assert_eq!(answer.header("retry-after"), seconds);
        assert_eq!(answer.header("content-language"), "en");
    }
    let mut world = World::new();
    let retry_at = NOW + Duration::from_secs(90);
    world
        .ledger
        .expect_admit()
        .returning(move |_| Ok(vec![Admission::Refused(Refusal::CoolingDown { retry_at })]));
    let arabic =
        post(PATH, &valid()).insert_header(("Accept-Language", "fr, ar-EG;q=0.8, en;q=0.5"));
    let answer = world.ask(arabic).await;
    assert_eq!(answer.header("content-language"), "ar");
    let (status, sentence) = answer.error();
    // The time is isolated, so that it reads from left to right within the Arabic sentence.
    assert!(
        status == 400 && sentence.contains("\u{2066}00:01:30\u{2069}"),
        "{sentence}"
    );
}

#[actix_web::test]
async fn rule_11_too_few_credits_are_refused() {
    let answer = admission(Admission::Refused(Refusal::InsufficientBalance)).await;
    assert_eq!(answer.error(), (400, "InsufficientBalance".into()));
}

#[actix_web::test]
async fn an_account_that_may_not_send_is_refused() {
    for (refusal, code) in [
        (Refusal::AccountRestricted, "AccountRestricted"),
        (Refusal::AccountClosed, "AccountClosed"),
    ] {
        let answer = admission(Admission::Refused(refusal)).await;
        assert_eq!(answer.error(), (400, code.into()));
    }
}

#[actix_web::test]
async fn rule_12_a_refusal_of_the_provider_is_mirrored() {
    for (theirs, ours) in [
        (Some(400), 400),
        (Some(401), 401),
        (Some(404), 404),
        (Some(429), 429),
        (Some(499), 499),
        (Some(500), 424),
        (Some(302), 424),
        (None, 424),
    ] {
        let answer = delivery(refusal(theirs)).await;
        assert_eq!(
            answer.error(),
            (ours, "(#131026) Message undeliverable".into())
        );
        assert_eq!(answer.json()["messageStatus"], "Failed");
        Uuid::parse_str(answer.json()["id"].as_str().unwrap()).unwrap();
    }
}

#[actix_web::test]
async fn rule_13_an_accepted_message_is_sent_and_an_unknown_one_pending() {
    let accepted = Accepted {
        provider_message_id: ProviderMessageId("wamid.1".to_owned()),
    };
    for (outcome, status) in [(Ok(accepted), "Sent"), (Err(SendError::Unknown), "Pending")] {
        let answer = delivery(outcome).await;
        assert_eq!(answer.status, 200);
        let body = answer.json();
        assert_eq!(body["messageStatus"], status);
        assert_eq!(body.as_object().unwrap().len(), 2);
        Uuid::parse_str(body["id"].as_str().unwrap()).unwrap();
        assert!(answer.headers.get("idempotent-replayed").is_none());
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn a_failing_port_is_a_500_and_an_unreachable_one_a_503_without_a_cause() {
    type Broken = fn() -> PortError;
    let cases: [(Broken, u16, &str, &str); 4] = [
        (
            || PortError::Unavailable("canary".into()),
            503,
            "1",
            "temporarily",
        ),
        (
            || PortError::Locked(BTreeSet::new()),
            503,
            "1",
            "temporarily",
        ),
        (
            || PortError::Backend("canary".into()),
            500,
            "",
            "contact support",
        ),
        (
            || PortError::Conflict("canary".into()),
            500,
            "",
            "contact support",
        ),
    ];
    for (broken, status, retry_after, advice) in cases {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(move |_| Err(broken()));
        let answer = world.ask(post(PATH, &valid())).await;
        assert_eq!(answer.error(), (status, "InternalServerError".into()));
        assert_eq!(answer.header("retry-after"), retry_after);
        let description = answer.json()["description"].to_string();
        assert!(description.contains(advice), "{description}");
        let both = description.contains("temporarily") && description.contains("support");
        assert!(!both, "{description}");
        assert!(!String::from_utf8(answer.body).unwrap().contains("canary"));
    }
}

#[actix_web::test]
async fn a_use_case_that_panics_is_a_500_without_a_cause() {
    let mut world = World::new();
    world.ledger.expect_admit().returning(|_| panic!("canary"));
    let answer = world.ask(post(PATH, &valid())).await;
    assert_eq!(answer.error(), (500, "InternalServerError".into()));
    assert!(!String::from_utf8(answer.body).unwrap().contains("canary"));
}
