//! Tests of shared health: few checks, whatever they say and however long they take.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};
use otp_hot_path::SharedHealth;
use tokio::time::{Instant, advance, sleep};

/// A storage that counts its checks.
#[derive(Default)]
struct Counting {
    checks: AtomicUsize,
    is_broken: AtomicBool,
    /// How long a check takes, in milliseconds.
    takes: u64,
}

#[async_trait]
impl StorageHealth for Counting {
    async fn check(&self) -> Result<(), PortError> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_millis(self.takes)).await;
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(PortError::Backend("another schema".into()));
        }
        Ok(())
    }

    async fn check_space(&self) -> Result<(), PortError> {
        Ok(())
    }

    fn connection_use(&self) -> ConnectionUse {
        ConnectionUse {
            max: 7,
            ..ConnectionUse::default()
        }
    }
}

fn shared(takes: u64) -> (Arc<Counting>, Arc<SharedHealth>) {
    let inner = Arc::new(Counting {
        takes,
        ..Counting::default()
    });
    let health = SharedHealth::new(inner.clone());
    (inner, Arc::new(health))
}

async fn ask(health: &Arc<SharedHealth>, times: usize) -> Vec<Result<(), PortError>> {
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..times {
        let health = Arc::clone(health);
        asking.spawn(async move { health.check().await });
    }
    asking.join_all().await
}

#[tokio::test(start_paused = true)]
async fn a_thousand_questions_at_once_are_one_check_and_a_change_shows_after_half_a_second() {
    let (inner, health) = shared(10);
    let answers = ask(&health, 1_000).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(inner.checks.load(Ordering::SeqCst), 1);

    inner.is_broken.store(true, Ordering::SeqCst);
    advance(Duration::from_millis(499)).await;
    assert!(ask(&health, 100).await.iter().all(Result::is_ok));
    assert_eq!(inner.checks.load(Ordering::SeqCst), 1);
    advance(Duration::from_millis(1)).await;
    for answer in ask(&health, 100).await {
        assert!(matches!(answer, Err(PortError::Backend(_))), "{answer:?}");
    }
    assert_eq!(
        inner.checks.load(Ordering::SeqCst),
        2,
        "a failure is shared"
    );
    assert_eq!(health.connection_use().max, 7);
}

#[tokio::test(start_paused = true)]
async fn a_storage_that_does_not_answer_fails_everybody_within_one_deadline() {
    let (inner, health) = shared(3_600_000);
    let begun = Instant::now();
    for answer in ask(&health, 1_000).await {
        assert!(
            matches!(answer, Err(PortError::Unavailable(_))),
            "{answer:?}"
        );
    }
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(inner.checks.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_given_up_does_not_stop_the_others() {
    let (inner, health) = shared(1_000);
    let given_up = tokio::time::timeout(Duration::from_millis(10), health.check()).await;
    assert!(given_up.is_err());
    assert!(health.check().await.is_ok());
    assert_eq!(inner.checks.load(Ordering::SeqCst), 2);
}
