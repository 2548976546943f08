//! Tests of attempts that belong to a verification.

use super::*;
use crate::verification::{
    Alphabet, CodeHash, CodeLength, GUESS_MEMORY, NewVerification, VerificationOver,
    VerificationState,
};

fn verification(id: u128) -> VerificationId {
    VerificationId(Uuid::from_u128(id))
}

fn create(id: u128, recipient: u8) -> SendAttempt {
    let new = NewVerification {
        id: verification(id),
        recipient: Sealed(vec![recipient]),
        code_hash: CodeHash([1; 32]),
        code: Sealed(vec![2]),
        alphabet: Alphabet::Numeric,
        code_length: CodeLength::DEFAULT,
        language: None,
        transaction: None,
        metadata: None,
        expires_at: NOW + Duration::from_secs(300),
        fallback: Vec::new(),
        context: None,
    };
    SendAttempt {
        verification: Some(VerificationPart::Create(Box::new(new))),
        ..attempt(id, recipient)
    }
}

fn resend(id: u128, of: u128) -> SendAttempt {
    SendAttempt {
        verification: Some(VerificationPart::Resend(verification(of))),
        ..attempt(id, 1)
    }
}

/// A stored verification of recipient 1, created two minutes ago.
fn stored(id: u128, status: VerificationStatus, failed_guesses: usize) -> VerificationState {
    VerificationState {
        id: verification(id),
        account_id: ACCOUNT,
        recipient_index: Some(RecipientIndex([1; 32])),
        status,
        code_hash: Some(CodeHash([1; 32])),
        alphabet: Alphabet::Numeric,
        failed_guesses,
        transaction: None,
        channel: Channel::WhatsApp,
        approved_by: None,
        created_at: NOW - Duration::from_secs(120),
        expires_at: NOW + Duration::from_secs(180),
    }
}

fn paid() -> SendFacts {
    let mut facts = SendFacts::default();
    facts.add_balance(ACCOUNT, balance(1, 10));
    facts
}

fn with(stored: VerificationState) -> SendFacts {
    let mut facts = paid();
    facts.add_verification(stored);
    facts
}

fn admitted(attempts_left: usize, wait: u64) -> Admission {
    Admission::AdmittedCode {
        attempts_left,
        resend_at: NOW + Duration::from_secs(wait),
    }
}

#[test]
fn a_new_verification_has_five_guesses_and_may_be_sent_again_after_the_cooldown() {
    let judged = judge(&[create(7, 1)], paid());
    assert_eq!(judged.admissions, [admitted(5, 30)]);
    let begun = BegunVerification {
        attempt: 0,
        channel: Channel::WhatsApp,
        failed_guesses: 0,
    };
    assert_eq!(judged.verifications, [begun]);
    assert_eq!(judged.messages.len(), 1);
    assert!(judged.verification_updates.is_empty());
}

#[test]
fn it_replaces_the_pending_one_of_its_recipient_and_inherits_the_wrong_guesses() {
    let pending = VerificationStatus::Pending;
    let expired = VerificationState {
        expires_at: NOW,
        ..stored(2, pending, 4)
    };
    let of_other = VerificationState {
        recipient_index: Some(RecipientIndex([2; 32])),
        ..stored(3, pending, 4)
    };
    for (before, inherited, is_replaced) in [
        (stored(2, pending, 3), 3, true),
        (stored(2, pending, 0), 0, true),
        (expired, 0, false),
        (of_other, 0, false),
        (stored(2, VerificationStatus::Exhausted, 5), 0, false),
        (stored(2, VerificationStatus::Canceled, 3), 0, false),
    ] {
        let judged = judge(&[create(7, 1)], with(before.clone()));
        assert_eq!(judged.admissions, [admitted(5 - inherited, 30)]);
        assert_eq!(judged.verifications[0].failed_guesses, inherited);
        let update = judged.verification_updates.get(&before.id);
        let canceled = before.with_status(VerificationStatus::Canceled, NOW);
        assert_eq!(update.copied(), is_replaced.then_some(canceled));
    }
}

#[test]
fn two_for_one_recipient_in_one_batch_cool_down_like_sends() {
    let judged = judge(&[create(7, 1), create(8, 1), create(9, 2)], paid());
    let retry_at = NOW + Duration::from_secs(30);
    let cooling = Admission::Refused(Refusal::CoolingDown { retry_at });
    assert_eq!(
        judged.admissions,
        [admitted(5, 30), cooling, admitted(5, 30)]
    );
    assert_eq!(judged.verifications.len(), 2);
}

#[test]
fn a_recipient_without_guesses_gets_no_new_code_until_the_first_failures_are_forgotten() {
    let mut facts = paid();
    for hours in 1..=10 {
        let at = NOW - Duration::from_secs(hours * 3_600);
        facts.add_wrong_guess(ACCOUNT, RecipientIndex([1; 32]), at);
    }
    let retry_at = NOW - Duration::from_secs(10 * 3_600) + GUESS_MEMORY;
    let refused = Admission::Refused(Refusal::TooManyAttempts { retry_at });
    let judged = judge(&[create(7, 1), create(8, 2), attempt(9, 1)], facts);
    assert_eq!(
        judged.admissions,
        [refused, admitted(5, 30), Admission::Admitted],
        "others, and plain sends, are not concerned"
    );
}

#[test]
fn the_recipients_failures_limit_the_guesses_at_a_new_code() {
    let mut facts = paid();
    for _ in 0..7 {
        facts.add_wrong_guess(ACCOUNT, RecipientIndex([1; 32]), NOW);
    }
    let judged = judge(&[create(7, 1)], facts);
    assert_eq!(judged.admissions, [admitted(3, 30)]);
}

#[test]
fn a_resend_is_judged_by_the_state_of_its_verification() {
    let over = |end| Admission::Refused(Refusal::VerificationOver(end));
    let exhausted = Admission::Refused(Refusal::TooManyAttempts { retry_at: NOW });
    let of_other_account = VerificationState {
        account_id: AccountId(Uuid::from_u128(5)),
        ..stored(2, VerificationStatus::Pending, 0)
    };
    let expired = VerificationState {
        expires_at: NOW,
        ..stored(2, VerificationStatus::Pending, 0)
    };
    let not_found = Admission::Refused(Refusal::VerificationNotFound);
    for (state, expected) in [
        (stored(2, VerificationStatus::Pending, 1), admitted(4, 30)),
        (
            stored(2, VerificationStatus::Approved, 0),
            over(VerificationOver::Approved),
        ),
        (
            stored(2, VerificationStatus::Canceled, 0),
            over(VerificationOver::Canceled),
        ),
        (expired, over(VerificationOver::Expired)),
        (stored(2, VerificationStatus::Exhausted, 5), exhausted),
        (stored(2, VerificationStatus::Exhausted, 1), exhausted),
        (of_other_account, not_found),
        (stored(3, VerificationStatus::Pending, 0), not_found),
    ] {
        let judged = judge(&[resend(7, 2)], with(state.clone()));
        assert_eq!(judged.admissions, [expected], "{state:?}");
        assert!(judged.verifications.is_empty());
    }
}

#[test]
fn a_resend_cools_down_and_is_paid_for_like_a_send() {
    let mut facts = with(stored(2, VerificationStatus::Pending, 0));
    facts.add_send(ACCOUNT, RecipientIndex([1; 32]), NOW);
    let retry_at = NOW + Duration::from_secs(30);
    let judged = judge(&[resend(7, 2)], facts);
    let cooling = Admission::Refused(Refusal::CoolingDown { retry_at });
    assert_eq!(judged.admissions, [cooling]);

    let mut unpaid = SendFacts::default();
    unpaid.add_verification(stored(2, VerificationStatus::Pending, 0));
    let judged = judge(&[resend(7, 2)], unpaid);
    let refused = Admission::Refused(Refusal::InsufficientBalance);
    assert_eq!(judged.admissions, [refused]);

    let judged = judge(
        &[resend(7, 2)],
        with(stored(2, VerificationStatus::Pending, 0)),
    );
    assert_eq!(judged.ledger.len(), 1);
}
