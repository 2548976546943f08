//! Promises that hold whoever comes first. Each racer is a call of its own; all start together.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use otp_core::message::MessageStatus;
use otp_core::ports::Storage;
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt, Settlement};
use otp_core::usecases::audit_credits::AuditCredits;
use tokio::sync::Barrier;

use super::fixture::Fixture;
use crate::sender::{accepted_outcome, failure};

/// Judges all attempts at once, each in a call of its own.
async fn race(fixture: &Fixture, attempts: Vec<SendAttempt>) -> Vec<Admission> {
    let start = Arc::new(Barrier::new(attempts.len()));
    let racers = attempts.into_iter().map(|attempt| {
        let (store, start) = (Arc::clone(&fixture.store), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            store.admit(Arc::from([attempt])).await.expect("admit")[0]
        })
    });
    let mut admissions = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        admissions.push(racer.await.expect("no racer panics"));
    }
    admissions
}

fn admitted(admissions: &[Admission]) -> usize {
    admissions
        .iter()
        .filter(|admission| **admission == Admission::Admitted)
        .count()
}

/// Of 100 sends to one number exactly one passes, round after round.
pub async fn one_number_many_racers_one_passes(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 1_000).await;
    for number in 0..5 {
        let admissions = race(
            &fixture,
            (0..100).map(|_| fixture.attempt(number)).collect(),
        )
        .await;
        assert_eq!(admitted(&admissions), 1);
        let cooling = |a: &&Admission| matches!(a, Admission::Refused(Refusal::CoolingDown { .. }));
        assert_eq!(admissions.iter().filter(cooling).count(), 99);
    }
    assert_eq!(fixture.balance().await, 995);
    fixture.assert_ledger_balances().await;
}

/// Of 100 requests under one key one creates the message, and all others get its id.
pub async fn one_key_many_racers_one_message(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 1_000).await;
    let attempts: Vec<_> = (0..100)
        .map(|number| fixture.attempt_with_key(number, 1))
        .collect();
    let admissions = race(&fixture, attempts.clone()).await;
    assert_eq!(admitted(&admissions), 1);
    let winner = admissions
        .iter()
        .position(|a| *a == Admission::Admitted)
        .expect("a winner");
    for admission in admissions.iter().filter(|a| **a != Admission::Admitted) {
        let Admission::Replayed(first) = admission else {
            panic!("{admission:?}")
        };
        assert_eq!(first.message_id, attempts[winner].message_id);
    }
    assert_eq!(fixture.balance().await, 999);
}

/// Of 40 sends on 10 credits exactly 10 pass.
pub async fn concurrent_debits_never_overspend(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let admissions = race(
        &fixture,
        (0..40).map(|number| fixture.attempt(number)).collect(),
    )
    .await;
    assert_eq!(admitted(&admissions), 10);
    assert_eq!(fixture.balance().await, 0);
    fixture.assert_ledger_balances().await;
}

/// Batches that name the same accounts in different orders all come through.
pub async fn batches_over_the_same_accounts_do_not_deadlock(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 1_000).await;
    let mut accounts = vec![fixture.clone()];
    for _ in 0..4 {
        let other = Fixture {
            account: fixture.another_account().await,
            ..fixture.clone()
        };
        other.grant(1_000).await;
        accounts.push(other);
    }
    let mut racers = Vec::new();
    for round in 0..20_u32 {
        let mut batch: Vec<_> = accounts.iter().map(|f| f.attempt(round)).collect();
        let turn = round as usize % batch.len();
        batch.rotate_left(turn);
        let store = Arc::clone(&fixture.store);
        racers.push(tokio::spawn(
            async move { store.admit(Arc::from(batch)).await },
        ));
    }
    for racer in racers {
        let admissions = racer.await.expect("no racer panics").expect("no deadlock");
        assert_eq!(admitted(&admissions), 5);
    }
    for account in &accounts {
        assert_eq!(account.balance().await, 980);
    }
}

/// While sends are admitted and settled, failures among them, no credit is lost or made.
pub async fn refunds_and_debits_keep_the_ledger_balanced(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 200).await;
    let workers = (0..8_u32).map(|worker| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                let attempt = fixture.attempt(worker * 1_000 + round);
                if fixture.admit(&attempt).await != Admission::Admitted {
                    continue;
                }
                let outcome = match round % 3 {
                    0 => accepted_outcome(&format!("wamid.{worker}.{round}")),
                    1 => Outcome::Failed(failure(131_026)),
                    _ => Outcome::Unknown,
                };
                let settlement = Settlement {
                    message_id: attempt.message_id,
                    account_id: attempt.account_id,
                    outcome,
                    provider_time: None,
                    at: attempt.at + Duration::from_millis(40),
                };
                fixture
                    .store
                    .settle(Arc::from([settlement]))
                    .await
                    .expect("settle");
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("no worker panics");
    }
    // Of each worker's 20 messages 7 failed (rounds 1, 4, … 19) and 13 are paid for.
    assert_eq!(fixture.balance().await, 200 - 8 * 13);
    fixture.assert_ledger_balances().await;
}

/// While messages are paid for, fail late, and are delivered after all, opening and grants are balance
/// and net debits whenever somebody looks.
pub async fn the_credits_add_up_at_every_read(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let over = Arc::new(AtomicBool::new(false));
    let auditor = tokio::spawn({
        let (store, over) = (Arc::clone(&fixture.store), Arc::clone(&over));
        async move {
            let mut reads = 0_u32;
            let mut last = false;
            while !last {
                // One more look when all is over.
                last = over.load(Ordering::Acquire);
                let audit = AuditCredits {
                    audit: store.clone(),
                };
                let report = audit.execute().await.expect("audit");
                assert!(report.adds_up(), "{report:?}");
                assert_eq!(
                    report.granted,
                    report.remaining + report.debited - report.refunded
                );
                reads += 1;
            }
            reads
        }
    });
    let workers = (0..8_u32).map(|worker| {
        let fixture = fixture.clone();
        tokio::spawn(async move {
            for round in 0..20 {
                let attempt = fixture.attempt(worker * 1_000 + round);
                if fixture.admit(&attempt).await != Admission::Admitted {
                    continue;
                }
                let life = [
                    accepted_outcome(&format!("wamid.{worker}.{round}")),
                    Outcome::ReportedFailed(failure(131_026)),
                    Outcome::Reported(MessageStatus::Delivered),
                    Outcome::Reported(MessageStatus::Read),
                ];
                for outcome in life.into_iter().take(1 + round as usize % 4) {
                    fixture.settle(&attempt, outcome).await;
                }
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.expect("no worker panics");
    }
    over.store(true, Ordering::Release);
    let reads = auditor.await.expect("the credits added up at every read");
    assert!(reads > 1, "nobody looked while credits moved");
}
