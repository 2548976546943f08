//! Tests of checks: each verdict, batches, and random histories.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::verification::{Ended, GUESSES_PER_CODE, GUESSES_PER_RECIPIENT, VerificationOver};

const START: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
const RECIPIENT: RecipientIndex = RecipientIndex([9; 32]);
const RIGHT: CodeHash = CodeHash([1; 32]);
const WRONG: CodeHash = CodeHash([2; 32]);

fn id(number: u128) -> VerificationId {
    VerificationId(Uuid::from_u128(number))
}

fn state(number: u128) -> VerificationState {
    VerificationState {
        id: id(number),
        account_id: ACCOUNT,
        recipient_index: Some(RECIPIENT),
        code_hash: Some(RIGHT),
        ..VerificationState::sample(START)
    }
}

fn guess(hash: CodeHash) -> CheckAttempt {
    CheckAttempt {
        account_id: ACCOUNT,
        verification_id: id(1),
        exact: hash,
        in_capitals: CodeHash([0; 32]),
        transaction: None,
        key: None,
        at: START + Duration::from_secs(1),
    }
}

fn facts(state: VerificationState) -> CheckFacts {
    CheckFacts {
        verifications: HashMap::from([(state.id, state)]),
        ..CheckFacts::default()
    }
}

fn verdict(check: CheckAttempt, facts: CheckFacts) -> CheckVerdict {
    judge(&[check], facts).verdicts.remove(0)
}

#[test]
fn a_right_guess_approves_once() {
    let judged = judge(&[guess(RIGHT), guess(RIGHT)], facts(state(1)));
    let approved = VerificationState {
        status: VerificationStatus::Approved,
        ..state(1)
    };
    assert_eq!(
        judged.verdicts,
        [
            CheckVerdict::Approved {
                state: approved.clone(),
                first: true
            },
            CheckVerdict::Over(VerificationOver::Approved),
        ]
    );
    let at = START + Duration::from_secs(1);
    let update = approved.with_status(VerificationStatus::Approved, at);
    assert_eq!(judged.updates, BTreeMap::from([(id(1), update)]));
    let results: Vec<_> = judged.checks.iter().map(|check| check.result).collect();
    assert_eq!(results, [CheckResult::Approved]);
}

#[test]
fn the_fifth_wrong_guess_ends_it_and_the_sixth_is_refused() {
    let mut guesses = vec![guess(WRONG); 6];
    guesses.push(guess(RIGHT));
    let judged = judge(&guesses, facts(state(1)));
    let mut expected: Vec<_> = (0..5)
        .rev()
        .map(|attempts_left| CheckVerdict::Incorrect { attempts_left })
        .collect();
    expected.extend([CheckVerdict::TooManyAttempts, CheckVerdict::TooManyAttempts]);
    assert_eq!(judged.verdicts, expected);
    let update = judged.updates[&id(1)];
    assert_eq!(update.status, VerificationStatus::Exhausted);
    assert_eq!(update.failed_guesses, 5);
    assert_eq!(judged.checks.len(), 5, "a refused check is not recorded");
}

#[test]
fn ten_failures_of_a_recipient_block_every_code() {
    let of = |count| CheckFacts {
        failures: HashMap::from([((ACCOUNT, RECIPIENT), vec![START; count])]),
        ..facts(state(1))
    };
    for (count, expected) in [
        (5, CheckVerdict::Incorrect { attempts_left: 4 }),
        (8, CheckVerdict::Incorrect { attempts_left: 1 }),
        (9, CheckVerdict::Incorrect { attempts_left: 0 }),
        (10, CheckVerdict::TooManyAttempts),
    ] {
        assert_eq!(verdict(guess(WRONG), of(count)), expected, "{count}");
    }
    let judged = judge(&[guess(WRONG)], of(9));
    assert_eq!(judged.updates[&id(1)].status, VerificationStatus::Exhausted);
    assert_eq!(verdict(guess(RIGHT), of(10)), CheckVerdict::TooManyAttempts);
}

#[test]
fn each_reason_is_told_apart() {
    let over = |status| VerificationState { status, ..state(1) };
    let late = CheckAttempt {
        at: START + Duration::from_secs(300),
        ..guess(RIGHT)
    };
    let foreign = VerificationState {
        account_id: AccountId(Uuid::from_u128(2)),
        ..state(1)
    };
    for (check, stored, expected) in [
        (guess(RIGHT), state(2), CheckVerdict::NotFound),
        (guess(RIGHT), foreign, CheckVerdict::NotFound),
        (
            guess(RIGHT),
            over(VerificationStatus::Approved),
            CheckVerdict::Over(VerificationOver::Approved),
        ),
        (
            guess(RIGHT),
            over(VerificationStatus::Canceled),
            CheckVerdict::Over(VerificationOver::Canceled),
        ),
        (
            guess(RIGHT),
            over(VerificationStatus::Expired),
            CheckVerdict::Over(VerificationOver::Expired),
        ),
        (
            guess(RIGHT),
            over(VerificationStatus::Exhausted),
            CheckVerdict::TooManyAttempts,
        ),
        (
            late,
            state(1),
            CheckVerdict::Over(VerificationOver::Expired),
        ),
    ] {
        let judged = judge(&[check], facts(stored));
        assert_eq!(judged.verdicts, [expected]);
        assert!(judged.updates.is_empty() && judged.checks.is_empty());
    }
}

#[test]
fn another_transaction_costs_no_guess() {
    let hash = |byte| Some(TransactionHash([byte; 32]));
    for (asked, repeated, is_same) in [
        (None, None, true),
        (hash(1), hash(1), true),
        (hash(1), hash(2), false),
        (hash(1), None, false),
        (None, hash(1), false),
    ] {
        let stored = VerificationState {
            transaction: asked,
            ..state(1)
        };
        let check = CheckAttempt {
            transaction: repeated,
            ..guess(RIGHT)
        };
        let judged = judge(&[check], facts(stored));
        if is_same {
            let approved = matches!(judged.verdicts[0], CheckVerdict::Approved { .. });
            assert!(approved, "{asked:?} {repeated:?}");
        } else {
            assert_eq!(judged.verdicts, [CheckVerdict::TransactionMismatch]);
            // It may be repeated without end, so it changes nothing.
            assert!(judged.updates.is_empty() && judged.checks.is_empty());
        }
    }
}

#[test]
fn only_generated_letters_are_compared_in_capitals() {
    let in_capitals = CheckAttempt {
        in_capitals: RIGHT,
        ..guess(WRONG)
    };
    for alphabet in Alphabet::ALL {
        let stored = VerificationState {
            alphabet,
            ..state(1)
        };
        let found = verdict(in_capitals.clone(), facts(stored));
        let approved = matches!(found, CheckVerdict::Approved { .. });
        assert_eq!(approved, alphabet == Alphabet::Alphanumeric, "{alphabet:?}");
    }
}

#[test]
fn a_code_whose_hash_is_removed_matches_no_guess() {
    let stored = VerificationState {
        code_hash: None,
        ..state(1)
    };
    let found = verdict(guess(RIGHT), facts(stored));
    assert_eq!(found, CheckVerdict::Incorrect { attempts_left: 4 });
}

#[test]
fn a_repeated_request_is_answered_like_the_first() {
    let with_key = |hash, byte| CheckAttempt {
        key: Some(CheckKey([byte; 32])),
        ..guess(hash)
    };
    let judged = judge(
        &[
            with_key(WRONG, 1),
            with_key(WRONG, 1),
            with_key(WRONG, 2),
            with_key(RIGHT, 3),
            with_key(RIGHT, 3),
            with_key(RIGHT, 4),
            with_key(WRONG, 3),
            with_key(WRONG, 1),
            guess(RIGHT),
        ],
        facts(state(1)),
    );
    let is_first = |verdict: &CheckVerdict| {
        if let CheckVerdict::Approved { first, .. } = verdict {
            Some(*first)
        } else {
            None
        }
    };
    let wrong = |attempts_left| CheckVerdict::Incorrect { attempts_left };
    assert_eq!(judged.verdicts[..3], [wrong(4), wrong(4), wrong(3)]);
    assert_eq!(is_first(&judged.verdicts[3]), Some(true));
    assert_eq!(is_first(&judged.verdicts[4]), Some(false));
    assert_eq!(
        judged.verdicts[5],
        CheckVerdict::Over(VerificationOver::Approved)
    );
    assert_eq!(
        judged.verdicts[6],
        CheckVerdict::Over(VerificationOver::Approved)
    );
    assert_eq!(judged.verdicts[7], wrong(4));
    assert_eq!(
        judged.verdicts[8],
        CheckVerdict::Over(VerificationOver::Approved)
    );
    assert_eq!(judged.checks.len(), 3);

    let approved = VerificationState {
        status: VerificationStatus::Approved,
        approved_by: Some(CheckKey([3; 32])),
        ..state(1)
    };
    let late = CheckAttempt {
        at: START + Duration::from_secs(300),
        ..with_key(RIGHT, 3)
    };
    let found = verdict(late, facts(approved));
    assert_eq!(
        found,
        CheckVerdict::Over(VerificationOver::Approved),
        "after the expiry"
    );
}

#[test]
fn cancellation_and_expiry_end_what_is_pending_only() {
    let now = START + Duration::from_secs(1);
    let late = START + Duration::from_secs(300);
    let pending = state(1);
    let update = cancel(Some(&pending), ACCOUNT, now).expect("canceled");
    assert_eq!(update.status, VerificationStatus::Canceled);
    let other = AccountId(Uuid::from_u128(2));
    assert_eq!(
        cancel(Some(&pending), other, now),
        Err(Uncancelable::NotFound)
    );
    assert_eq!(cancel(None, ACCOUNT, now), Err(Uncancelable::NotFound));
    let expired = Err(Uncancelable::Ended(Ended::Over(VerificationOver::Expired)));
    assert_eq!(cancel(Some(&pending), ACCOUNT, late), expired);

    assert_eq!(expire(&pending, now), None);
    let ended = expire(&pending, late).expect("due");
    assert_eq!(ended.status, VerificationStatus::Expired);
    let approved = VerificationState {
        status: VerificationStatus::Approved,
        ..state(1)
    };
    assert_eq!(expire(&approved, late), None);
}

/// The next step of a random history, and how many seconds later it comes.
#[derive(Debug, Clone)]
enum Step {
    Guess(bool),
    /// A newer verification takes the place of the pending one.
    Replace,
}

fn step() -> impl Strategy<Value = (u64, Step)> {
    let what = prop_oneof![
        6 => Just(Step::Guess(false)),
        1 => Just(Step::Guess(true)),
        2 => Just(Step::Replace),
    ];
    (0_u64..4_000, what)
}

proptest! {
    /// Whatever happens, no code is guessed at more than five times, and no recipient more than ten times in
    /// 24 hours.
    #[test]
    fn no_history_evaluates_more_guesses_than_allowed(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut now = START;
        let mut facts = facts(state(1));
        let mut current = 1;
        let mut wrong_of_code = HashMap::<u128, usize>::new();
        let mut wrong = Vec::new();
        for (seconds, step) in steps {
            now = now + Duration::from_secs(seconds);
            match step {
                Step::Guess(right) => {
                    let check = CheckAttempt {
                        verification_id: id(current),
                        at: now,
                        ..guess(if right { RIGHT } else { WRONG })
                    };
                    if let CheckVerdict::Incorrect { .. } = facts.judge_one(&check, &mut JudgedChecks::default()) {
                        *wrong_of_code.entry(current).or_default() += 1;
                        wrong.push(now);
                    }
                }
                Step::Replace => {
                    let before = &facts.verifications[&id(current)];
                    let is_pending = before.status_at(now) == VerificationStatus::Pending;
                    let inherited = if is_pending { before.failed_guesses } else { 0 };
                    current += 1;
                    let next = VerificationState {
                        failed_guesses: inherited,
                        created_at: now,
                        expires_at: now + Duration::from_secs(300),
                        ..state(current)
                    };
                    facts.verifications.insert(next.id, next);
                }
            }
            prop_assert!(wrong_of_code.values().all(|count| *count <= GUESSES_PER_CODE));
            let of_day = wrong.iter().filter(|at| now.since(**at) < GUESS_MEMORY).count();
            prop_assert!(of_day <= GUESSES_PER_RECIPIENT);
        }
    }
}
