//! `/v1/verifications/{id}/check`. Ports without an expectation fail the test if they are called.

use otp_core::ports::PortError;
use otp_core::proof::Proof;
use otp_core::verification::check::CheckVerdict;
use otp_core::verification::{TransactionHash, VerificationOver, VerificationStatus};
use serde_json::json;

use super::support::{ACCOUNT, World, post};
use super::verifications::{ID, path, record, state, with};

fn judging(mut world: World, verdict: CheckVerdict) -> World {
    world
        .verification_ledger
        .expect_check_codes()
        .times(1)
        .returning(move |_| Ok(vec![verdict.clone()]));
    world
}

#[actix_web::test]
async fn a_right_code_is_answered_with_a_proof() {
    let approved = CheckVerdict::Approved {
        state: state(VerificationStatus::Approved),
        first: true,
    };
    let mut world = judging(World::new(), approved);
    world.proofs.expect_sign().times(1).returning(|claims| {
        assert_eq!((claims.audience, claims.verification_id), (ACCOUNT, ID.0));
        Ok(Proof::new("a.b.c".to_owned()))
    });
    let body = json!({"code": "٤٨٢ ٩١٣"});
    let answer = world.ask(post(&path("/check"), &body)).await;
    let expected = json!({"status": "Approved", "channel": "whatsapp", "proof": "a.b.c"});
    assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));
}

/// The reason is in the answer, and not in its time.
#[actix_web::test]
async fn each_refused_check_has_its_own_reason() {
    tokio::time::pause();
    for (verdict, status, code) in [
        (CheckVerdict::NotFound, 404, "VerificationNotFound"),
        (
            CheckVerdict::Incorrect { attempts_left: 2 },
            400,
            "CodeIncorrect",
        ),
        (
            CheckVerdict::TransactionMismatch,
            400,
            "TransactionMismatch",
        ),
        (
            CheckVerdict::Over(VerificationOver::Approved),
            409,
            "VerificationAlreadyApproved",
        ),
        (
            CheckVerdict::Over(VerificationOver::Expired),
            410,
            "VerificationExpired",
        ),
        (
            CheckVerdict::Over(VerificationOver::Canceled),
            410,
            "VerificationCanceled",
        ),
        (CheckVerdict::TooManyAttempts, 429, "TooManyAttempts"),
    ] {
        let world = judging(with(record(VerificationStatus::Exhausted)), verdict);
        let asked = tokio::time::Instant::now();
        let answer = world
            .ask(post(&path("/check"), &json!({"code": "1"})))
            .await;
        // A timer ends with a whole millisecond.
        let took = asked.elapsed().as_millis();
        assert!((20..=21).contains(&took), "{code}: {took} ms");
        assert_eq!(answer.error(), (status, code.to_owned()));
        let left = (code == "CodeIncorrect").then_some(2);
        assert_eq!(answer.json()["attemptsLeft"].as_u64(), left);
        let wait = if status == 429 { "30" } else { "" };
        assert_eq!(answer.header("retry-after"), wait, "{code}");
    }
}

#[actix_web::test]
async fn a_check_without_a_code_is_judged_by_nobody() {
    for (body, code) in [
        (json!({}), "CodeIsRequired"),
        (json!({"code": null}), "CodeIsRequired"),
        (json!({"code": " - "}), "CodeIsRequired"),
        (json!({"code": 482_913}), "InvalidRequest"),
    ] {
        let answer = World::new().ask(post(&path("/check"), &body)).await;
        assert_eq!(answer.error(), (400, code.to_owned()), "{body}");
    }
}

#[actix_web::test]
async fn a_check_repeats_the_transaction() {
    let mut world = World::new();
    world
        .verification_ledger
        .expect_check_codes()
        .times(1)
        .returning(|checks| {
            assert!(matches!(checks[0].transaction, Some(TransactionHash(_))));
            Ok(vec![CheckVerdict::TransactionMismatch])
        });
    let body = json!({
        "code": "482913",
        "transaction": {"amount": "49.90", "currency": "IQD", "payee": "Zain"},
    });
    let answer = world.ask(post(&path("/check"), &body)).await;
    assert_eq!(answer.error(), (400, "TransactionMismatch".to_owned()));
}

#[actix_web::test]
async fn a_proof_that_cannot_be_signed_is_a_fault_and_not_a_refusal() {
    let approved = CheckVerdict::Approved {
        state: state(VerificationStatus::Approved),
        first: true,
    };
    let mut world = judging(World::new(), approved);
    world
        .proofs
        .expect_sign()
        .returning(|_| Err(PortError::Unavailable("away".into())));
    let answer = world
        .ask(post(&path("/check"), &json!({"code": "1"})))
        .await;
    assert_eq!(answer.error(), (503, "InternalServerError".to_owned()));
}
