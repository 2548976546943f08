//! Tests of group commit: batches form by themselves, and a failure affects only the calls that
//! caused it.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use otp_core::ids::MessageId;
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, Outcome, SendAttempt, Settlement};
use otp_hot_path::{BatchLimits, GroupCommit};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// A ledger that runs one batch per permit and records the sizes of the batches.
struct Gated {
    inner: Arc<dyn SendLedger>,
    permits: Semaphore,
    sizes: Mutex<Vec<usize>>,
    /// The idempotency key of a batch that fails, and the way it fails.
    trouble: Option<(u128, Trouble)>,
}

#[derive(Clone, Copy)]
enum Trouble {
    Conflict,
    Unavailable,
    Panic,
}

#[async_trait]
impl SendLedger for Gated {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        self.permits.acquire().await.expect("open").forget();
        self.sizes.lock().expect("sizes").push(attempts.len());
        let troubled = self.trouble.filter(|(key, _)| {
            attempts
                .iter()
                .any(|a| a.idempotency_key.is_some_and(|k| k.0.as_u128() == *key))
        });
        match troubled {
            Some((_, Trouble::Conflict)) => Err(PortError::Conflict("one of them".into())),
            Some((_, Trouble::Unavailable)) => Err(PortError::Unavailable("gone".into())),
            Some((_, Trouble::Panic)) => panic!("a bug in an adapter"),
            None => self.inner.admit(attempts).await,
        }
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        self.permits.acquire().await.expect("open").forget();
        self.inner.settle(settlements).await
    }
}

struct World {
    fixture: Fixture,
    gated: Arc<Gated>,
    group: Arc<GroupCommit>,
}

async fn world(max_queue: usize, trouble: Option<(u128, Trouble)>) -> World {
    let store = Arc::new(MemoryStore::default());
    let fixture = Fixture::with_credits(store.clone(), 1_000).await;
    let gated = Arc::new(Gated {
        inner: store,
        permits: Semaphore::new(0),
        sizes: Mutex::default(),
        trouble,
    });
    let inner: Arc<dyn SendLedger> = gated.clone();
    let limits = BatchLimits {
        max_batch: 8,
        max_queue,
    };
    World {
        fixture,
        gated,
        group: Arc::new(GroupCommit::start(inner, limits)),
    }
}

type Answer = tokio::task::JoinHandle<Result<Vec<Admission>, PortError>>;

impl World {
    fn call(&self, number: u32) -> Answer {
        let attempt = self.fixture.attempt_with_key(number, number.into());
        let group = Arc::clone(&self.group);
        tokio::spawn(async move { group.admit(Arc::from([attempt])).await })
    }

    /// Makes one call and, once it is running, the others, which fill the next batch.
    async fn calls_behind_one(&self, numbers: std::ops::Range<u32>) -> (Answer, Vec<Answer>) {
        let first = self.call(0);
        // The test's runtime has one thread: yielding lets every spawned call reach its queue.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let behind: Vec<_> = numbers.map(|number| self.call(number)).collect();
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        (first, behind)
    }

    fn sizes(&self) -> Vec<usize> {
        self.gated.sizes.lock().expect("sizes").clone()
    }
}

#[tokio::test]
async fn a_call_alone_is_a_batch_of_one_and_the_next_batch_fills_meanwhile() {
    let world = world(100, None).await;
    let (first, behind) = world.calls_behind_one(1..12).await;
    world.gated.permits.add_permits(10);
    assert_eq!(
        first.await.expect("task").expect("admit"),
        [Admission::Admitted]
    );
    for answer in behind {
        assert_eq!(
            answer.await.expect("task").expect("admit"),
            [Admission::Admitted]
        );
    }
    assert_eq!(
        world.sizes(),
        [1, 8, 3],
        "one call, then a full batch, then the rest"
    );
    assert_eq!(world.fixture.balance().await, 988);
}

#[tokio::test]
async fn each_caller_gets_its_own_answers() {
    let world = world(100, None).await;
    world.gated.permits.add_permits(10);
    let batch = vec![
        world.fixture.attempt(1),
        world.fixture.attempt(1),
        world.fixture.attempt(2),
    ];
    let answers = world.group.admit(Arc::from(batch)).await.expect("admit");
    assert_eq!(answers.len(), 3);
    assert!(
        matches!(answers[1], Admission::Refused(_)),
        "the second send to the same number is in its cooldown"
    );
    assert_eq!(
        world
            .group
            .admit(Arc::from([]))
            .await
            .expect("nothing")
            .len(),
        0
    );
}

#[tokio::test]
async fn a_conflict_of_one_call_does_not_fail_the_others() {
    let world = world(100, Some((3, Trouble::Conflict))).await;
    let (first, behind) = world.calls_behind_one(1..6).await;
    world.gated.permits.add_permits(20);
    first.await.expect("task").expect("admit");
    for (number, answer) in (1..6).zip(behind) {
        let answer = answer.await.expect("task");
        assert_eq!(answer.is_err(), number == 3, "{answer:?}");
    }
    assert_eq!(world.sizes(), [1, 5, 1, 1, 1, 1, 1]);
    assert_eq!(world.fixture.balance().await, 995);
}

#[tokio::test]
async fn no_call_is_retried_if_the_store_is_unavailable() {
    let world = world(100, Some((3, Trouble::Unavailable))).await;
    let (first, behind) = world.calls_behind_one(1..6).await;
    world.gated.permits.add_permits(20);
    first.await.expect("task").expect("admit");
    for answer in behind {
        let answer = answer.await.expect("task");
        assert!(
            matches!(answer, Err(PortError::Unavailable(_))),
            "{answer:?}"
        );
    }
    assert_eq!(world.sizes(), [1, 5]);
}

#[tokio::test]
async fn a_panic_in_an_adapter_fails_only_the_call_that_caused_it() {
    let world = world(100, Some((3, Trouble::Panic))).await;
    let (first, behind) = world.calls_behind_one(1..6).await;
    world.gated.permits.add_permits(20);
    first.await.expect("task").expect("admit");
    for (number, answer) in (1..6).zip(behind) {
        let answer = answer.await.expect("task");
        assert_eq!(answer.is_err(), number == 3);
        let message = "a bug in an adapter";
        assert!(
            !format!("{answer:?}").contains(message),
            "{answer:?} quotes the panic"
        );
    }
    world
        .call(9)
        .await
        .expect("task")
        .expect("the batcher continues");
}

#[tokio::test]
async fn an_account_with_half_of_the_queue_is_refused_at_once_and_others_are_not() {
    let world = world(8, None).await;
    let (first, behind) = world.calls_behind_one(1..8).await;
    let other = world.fixture.another_account().await;
    world.fixture.grant_to(other, 10).await;
    let mut others_attempt = world.fixture.attempt_with_key(9, 9);
    others_attempt.account_id = other;
    let group = Arc::clone(&world.group);
    let others_answer = tokio::spawn(async move { group.admit(Arc::from([others_attempt])).await });
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    world.gated.permits.add_permits(20);
    others_answer.await.expect("task").expect("a slot");
    first.await.expect("task").expect("admit");
    let mut refused = 0;
    for answer in behind {
        match answer.await.expect("task") {
            Ok(_) => {}
            Err(PortError::Unavailable(_)) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(refused, 4);
}

#[tokio::test]
async fn a_settlement_is_never_refused() {
    let world = world(2, None).await;
    let settling: Vec<_> = (0..20)
        .map(|number| {
            let settlement = Settlement {
                message_id: MessageId(Uuid::from_u128(number)),
                account_id: world.fixture.account,
                outcome: Outcome::Unknown,
                provider_time: None,
                at: START,
            };
            let group = Arc::clone(&world.group);
            tokio::spawn(async move { group.settle(Arc::from([settlement])).await })
        })
        .collect();
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    world.gated.permits.add_permits(20);
    for settled in settling {
        settled.await.expect("task").expect("settled");
    }
}

#[tokio::test]
async fn the_work_is_done_even_if_its_caller_is_gone() {
    let world = world(100, None).await;
    let (first, behind) = world.calls_behind_one(1..3).await;
    first.abort();
    for answer in &behind {
        answer.abort();
    }
    world.gated.permits.add_permits(20);
    world.call(9).await.expect("task").expect("admit");
    assert_eq!(world.fixture.balance().await, 996);
}
