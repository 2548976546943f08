//! Tests of grouped checks: they form batches like sends, and each caller gets its own verdicts.

use otp_core::verification::VerificationOver;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use otp_core::ids::{AccountId, VerificationId};
use otp_core::ports::{PortError, VerificationLedger};
use otp_core::time::Timestamp;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};
use otp_hot_path::{BatchLimits, GroupedChecks};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use otp_testkit::contract::verifications::{CODE, create, guess, new_of};
use tokio::sync::Semaphore;

/// A ledger that runs one batch per permit and records the sizes of the batches.
struct Gated {
    inner: Arc<dyn VerificationLedger>,
    permits: Semaphore,
    sizes: Mutex<Vec<usize>>,
}

#[async_trait]
impl VerificationLedger for Gated {
    async fn check_codes(
        &self,
        checks: Arc<[CheckAttempt]>,
    ) -> Result<Vec<CheckVerdict>, PortError> {
        self.permits.acquire().await.expect("open").forget();
        self.sizes.lock().expect("sizes").push(checks.len());
        self.inner.check_codes(checks).await
    }

    async fn cancel_verification(
        &self,
        account: AccountId,
        verification: VerificationId,
        at: Timestamp,
    ) -> Result<Result<(), Uncancelable>, PortError> {
        let inner = &self.inner;
        inner.cancel_verification(account, verification, at).await
    }

    async fn expire_verifications(&self, now: Timestamp, most: usize) -> Result<usize, PortError> {
        self.inner.expire_verifications(now, most).await
    }
}

struct World {
    fixture: Fixture,
    gated: Arc<Gated>,
    grouped: Arc<GroupedChecks>,
}

type Answer = tokio::task::JoinHandle<Result<Vec<CheckVerdict>, PortError>>;

impl World {
    async fn with_queue(max_queue: usize) -> Self {
        let store = Arc::new(MemoryStore::default());
        let fixture = Fixture::with_credits(store.clone(), 1_000).await;
        let gated = Arc::new(Gated {
            inner: store,
            permits: Semaphore::new(0),
            sizes: Mutex::default(),
        });
        let limits = BatchLimits {
            max_batch: 8,
            max_queue,
        };
        let inner: Arc<dyn VerificationLedger> = gated.clone();
        Self {
            fixture,
            gated,
            grouped: Arc::new(GroupedChecks::start(inner, limits)),
        }
    }

    async fn verification(&self, number: u32) -> VerificationId {
        let attempt = create(&self.fixture, number);
        self.fixture.admit(&attempt).await;
        new_of(&attempt).id
    }

    fn check(&self, id: VerificationId, text: &str) -> Answer {
        let check = guess(&self.fixture, id, text);
        let grouped = Arc::clone(&self.grouped);
        tokio::spawn(async move { grouped.check_codes(Arc::from([check])).await })
    }

    /// The test's runtime has one thread: yielding lets every spawned call reach its queue.
    async fn settle_down(&self) {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn checks_that_arrive_during_a_batch_form_the_next_one_and_get_their_own_verdicts() {
    let world = World::with_queue(100).await;
    let first = world.verification(0).await;
    let first = world.check(first, "000000");
    world.settle_down().await;
    let mut behind = Vec::new();
    for number in 1..12 {
        let id = world.verification(number).await;
        let text = if number % 2 == 0 { CODE } else { "000000" };
        behind.push((id, world.check(id, text)));
    }
    world.settle_down().await;
    assert_eq!(world.grouped.queue_depth(), 12);
    world.gated.permits.add_permits(10);
    let wrong = CheckVerdict::Incorrect { attempts_left: 4 };
    assert_eq!(first.await.expect("task").expect("judged")[0], wrong);
    for (number, (id, answer)) in (1..12).zip(behind) {
        let verdicts = answer.await.expect("task").expect("judged");
        match &verdicts[..] {
            [CheckVerdict::Approved { state, first }] => {
                assert_eq!((number % 2, state.id, *first), (0, id, true));
            }
            [other] => assert_eq!((number % 2, other), (1, &wrong)),
            other => panic!("{other:?}"),
        }
    }
    let sizes = world.gated.sizes.lock().expect("sizes").clone();
    assert_eq!(sizes, [1, 8, 3], "one check, a full batch, the rest");
    let nothing = world.grouped.check_codes(Arc::from([])).await;
    assert_eq!(nothing.expect("nothing"), []);
}

#[tokio::test]
async fn of_many_wrong_guesses_in_batches_five_count() {
    let world = World::with_queue(100).await;
    let id = world.verification(0).await;
    let answers: Vec<_> = (0..40).map(|_| world.check(id, "000000")).collect();
    world.settle_down().await;
    world.gated.permits.add_permits(40);
    let mut counted = 0;
    for answer in answers {
        match answer.await.expect("task").expect("judged").as_slice() {
            [CheckVerdict::Incorrect { .. }] => counted += 1,
            [CheckVerdict::TooManyAttempts] => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(counted, 5);
}

#[tokio::test]
async fn a_check_without_a_place_in_the_queue_is_refused_at_once() {
    let world = World::with_queue(4).await;
    let id = world.verification(0).await;
    let answers: Vec<_> = (0..3).map(|_| world.check(id, CODE)).collect();
    world.settle_down().await;
    world.gated.permits.add_permits(4);
    let mut refused = 0;
    for answer in answers {
        if let Err(PortError::Unavailable(_)) = answer.await.expect("task") {
            refused += 1;
        }
    }
    assert_eq!(refused, 1, "an account has half of the queue");
}

#[tokio::test]
async fn a_cancellation_waits_for_no_batch() {
    let world = World::with_queue(100).await;
    let id = world.verification(0).await;
    let waiting = world.check(id, CODE);
    world.settle_down().await;
    let (account, now) = (world.fixture.account, otp_testkit::contract::fixture::START);
    let canceled = world.grouped.cancel_verification(account, id, now).await;
    assert_eq!(canceled.expect("judged"), Ok(()));
    world.gated.permits.add_permits(1);
    let verdicts = waiting.await.expect("task").expect("judged");
    assert_eq!(verdicts, [CheckVerdict::Over(VerificationOver::Canceled)]);
}
