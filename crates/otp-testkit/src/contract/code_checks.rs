//! Promises on checks of codes: each verdict, races, and the guesses of a recipient.

use std::sync::Arc;

use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{Clock, Storage};
use otp_core::send::{Admission, Refusal};
use otp_core::verification::check::{CheckAttempt, CheckVerdict};
use otp_core::verification::{
    CheckKey, CheckResult, TransactionHash, VerificationOver, VerificationPart, VerificationQuery,
    VerificationStatus,
};

use super::fixture::{Fixture, START};
use super::verifications::{
    CODE, check, create, created, everything, find, guess, is_approved, new_of, seconds,
};

/// A right guess approves once, and is recorded.
pub async fn a_right_guess_approves_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let id = new_of(&created(&fixture, 1).await).id;
    fixture.clock.advance(seconds(1));
    let verdict = check(&fixture, guess(&fixture, id, CODE)).await;
    let after = find(&fixture, id).await;
    assert_eq!(after.state.status, VerificationStatus::Approved);
    assert_eq!(after.code, None);
    let approved = CheckVerdict::Approved {
        state: after.state,
        first: true,
    };
    assert_eq!(verdict, approved);
    let checks: Vec<_> = after
        .checks
        .iter()
        .map(|row| (row.at, row.result))
        .collect();
    assert_eq!(checks, [(START + seconds(1), CheckResult::Approved)]);
    let again = check(&fixture, guess(&fixture, id, CODE)).await;
    assert_eq!(again, CheckVerdict::Over(VerificationOver::Approved));
    assert_eq!(find(&fixture, id).await.checks.len(), 1);
}

/// Of a hundred right guesses at the same time one approves.
pub async fn of_many_right_guesses_one_approves(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let id = new_of(&created(&fixture, 1).await).id;
    let verdicts = race(&fixture, 100, |_| guess(&fixture, id, CODE)).await;
    let approved = verdicts.iter().filter(|verdict| is_approved(verdict));
    assert_eq!(approved.count(), 1);
    let already =
        |verdict: &&CheckVerdict| **verdict == CheckVerdict::Over(VerificationOver::Approved);
    assert_eq!(verdicts.iter().filter(already).count(), 99);
}

/// Of a hundred wrong guesses at the same time five count, and then even the right one is refused.
pub async fn of_many_wrong_guesses_five_count(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let id = new_of(&created(&fixture, 1).await).id;
    let wrong = |number| guess(&fixture, id, &format!("{number:06}"));
    let verdicts = race(&fixture, 100, wrong).await;
    let mut left: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| {
            if let CheckVerdict::Incorrect { attempts_left } = verdict {
                Some(*attempts_left)
            } else {
                assert_eq!(*verdict, CheckVerdict::TooManyAttempts);
                None
            }
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
    let record = find(&fixture, id).await;
    assert_eq!(record.state.status, VerificationStatus::Exhausted);
    assert_eq!((record.checks.len(), record.code), (5, None));
    let late = check(&fixture, guess(&fixture, id, CODE)).await;
    assert_eq!(late, CheckVerdict::TooManyAttempts);
}

async fn race(
    fixture: &Fixture,
    racers: u32,
    guess: impl Fn(u32) -> CheckAttempt,
) -> Vec<CheckVerdict> {
    let mut set = tokio::task::JoinSet::new();
    for number in 0..racers {
        let (store, guess) = (Arc::clone(&fixture.store), guess(number));
        set.spawn(async move { store.check_codes(Arc::from([guess])).await });
    }
    let verdicts = set.join_all().await;
    let mut judged = Vec::new();
    for verdict in verdicts {
        judged.extend(verdict.expect("judged"));
    }
    judged
}

/// A batch of checks is judged one by one, each with the effects of those before it.
pub async fn a_batch_of_checks_is_judged_one_by_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let (one, other) = (
        new_of(&created(&fixture, 1).await).id,
        new_of(&created(&fixture, 2).await).id,
    );
    let unknown = VerificationId::generate(START, &*fixture.randomness);
    let foreign = CheckAttempt {
        account_id: fixture.another_account().await,
        ..guess(&fixture, other, CODE)
    };
    let batch = [
        guess(&fixture, one, "000000"),
        guess(&fixture, unknown, CODE),
        guess(&fixture, one, CODE),
        foreign,
        guess(&fixture, other, CODE),
        guess(&fixture, one, CODE),
    ];
    let verdicts = fixture.store.check_codes(Arc::from(batch)).await;
    let verdicts = verdicts.expect("judged");
    assert_eq!(verdicts[0], CheckVerdict::Incorrect { attempts_left: 4 });
    assert_eq!(verdicts[1], CheckVerdict::NotFound);
    assert!(is_approved(&verdicts[2]));
    assert_eq!(verdicts[3], CheckVerdict::NotFound);
    assert!(is_approved(&verdicts[4]));
    assert_eq!(verdicts[5], CheckVerdict::Over(VerificationOver::Approved));
    let nothing = fixture.store.check_codes(Arc::from([])).await;
    assert_eq!(nothing.expect("judged"), []);
}

/// Ten wrong guesses in 24 hours block a recipient of the account, over new codes and other API keys.
pub async fn ten_wrong_guesses_block_a_recipient(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let first_failure = fixture.clock.now();
    for round in 0..2 {
        let id = new_of(&created(&fixture, 1).await).id;
        for _ in 0..5 {
            let verdict = check(&fixture, guess(&fixture, id, "000000")).await;
            let counted = matches!(verdict, CheckVerdict::Incorrect { .. });
            assert!(counted, "round {round}: {verdict:?}");
        }
        fixture.clock.advance(seconds(60));
    }
    let refused = fixture.admit(&create(&fixture, 1)).await;
    let retry_at = first_failure + seconds(24 * 60 * 60);
    assert_eq!(
        refused,
        Admission::Refused(Refusal::TooManyAttempts { retry_at })
    );
    created(&fixture, 2).await;
    let other = fixture.another_account().await;
    let of_other = failures_of(&fixture, other).await;
    assert_eq!(of_other, 0);
    fixture.clock.advance(retry_at.since(fixture.clock.now()));
    let again = fixture.admit(&create(&fixture, 1)).await;
    let five_left = matches!(
        again,
        Admission::AdmittedCode {
            attempts_left: 5,
            ..
        }
    );
    assert!(five_left, "{again:?}");
}

/// Returns how many failures count against recipient 1 in another account.
async fn failures_of(fixture: &Fixture, account: AccountId) -> usize {
    let query = VerificationQuery {
        account_id: account,
        ..everything(fixture)
    };
    let found = fixture.store.list_verifications(&query).await;
    let records = found.expect("listed").records;
    records.iter().map(|record| record.failures.len()).sum()
}

/// A check that is repeated with its idempotency key is answered like the first one.
pub async fn a_repeated_check_is_answered_like_the_first(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let id = new_of(&created(&fixture, 1).await).id;
    let with_key = |text, byte| CheckAttempt {
        key: Some(CheckKey([byte; 32])),
        ..guess(&fixture, id, text)
    };
    for (byte, attempts_left) in [(1, 4), (1, 4), (2, 3), (1, 4)] {
        let verdict = check(&fixture, with_key("000000", byte)).await;
        assert_eq!(verdict, CheckVerdict::Incorrect { attempts_left }, "{byte}");
    }
    for first_time in [true, false, false] {
        let verdict = check(&fixture, with_key(CODE, 3)).await;
        let CheckVerdict::Approved { first, .. } = verdict else {
            panic!("{verdict:?}");
        };
        assert_eq!(first, first_time);
    }
    for byte in [1, 4] {
        let verdict = check(&fixture, with_key(CODE, byte)).await;
        assert_eq!(verdict, CheckVerdict::Over(VerificationOver::Approved));
    }
}

/// A check of another transaction changes nothing.
pub async fn another_transaction_costs_no_guess(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let mut attempt = create(&fixture, 1);
    let transaction = Some(TransactionHash([5; 32]));
    if let Some(VerificationPart::Create(new)) = &mut attempt.verification {
        new.transaction = transaction;
    }
    fixture.admit(&attempt).await;
    let id = new_of(&attempt).id;
    let verdict = check(&fixture, guess(&fixture, id, CODE)).await;
    assert_eq!(verdict, CheckVerdict::TransactionMismatch);
    let record = find(&fixture, id).await;
    assert_eq!(record.checks, []);
    assert_eq!((record.state.failed_guesses, record.failures.len()), (0, 0));
    let right = CheckAttempt {
        transaction,
        ..guess(&fixture, id, CODE)
    };
    assert!(is_approved(&check(&fixture, right).await));
}
