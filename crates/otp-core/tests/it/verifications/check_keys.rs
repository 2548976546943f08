//! The idempotency key of a check: a lost answer is repeated, and no second guess is free.

use otp_core::idempotency::RequestKey;
use otp_core::usecases::check_verification::{CheckVerificationError, CheckVerificationRequest};
use otp_core::verification::VerificationOver;

use super::{Verifier, over};

#[tokio::test]
async fn a_lost_answer_is_repeated_with_its_key() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    let code = verifier.codes().remove(0);
    let with_key = |request: &mut CheckVerificationRequest| {
        request.idempotency_key = RequestKey::parse(request.caller.api_key_id, "k").ok();
    };
    for replayed in [false, true] {
        let approved = verifier.check_with(id, &code, with_key).await;
        assert_eq!(approved.expect("right").replayed, replayed);
    }
    assert_eq!(
        over(verifier.check(id, &code).await),
        Some(VerificationOver::Approved)
    );
}

#[tokio::test]
async fn one_key_pays_for_one_guess_only() {
    let verifier = Verifier::new().await;
    let id = verifier.created(1).await.id;
    let code = verifier.codes().remove(0);
    let with_key = |request: &mut CheckVerificationRequest| {
        request.idempotency_key = RequestKey::parse(request.caller.api_key_id, "k").ok();
    };
    for left in (0..5).rev() {
        for attempt in ["first", "repeated"] {
            let wrong = format!("wrong{left}");
            let checked = verifier.check_with(id, &wrong, with_key).await;
            let Err(CheckVerificationError::CodeIncorrect { attempts_left }) = checked else {
                panic!("{attempt} {left}: {checked:?}");
            };
            assert_eq!(attempts_left, left, "{attempt}");
        }
    }
    let checked = verifier.check_with(id, &code, with_key).await;
    assert!(
        matches!(checked, Err(CheckVerificationError::TooManyAttempts { .. })),
        "{checked:?}"
    );
}
