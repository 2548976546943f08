//! Tests of accounts that another process has locked: their calls wait, and no others.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::ports::{PortError, SendLedger};
use otp_core::send::{Admission, Outcome, SendAttempt, Settlement};
use otp_hot_path::{BatchLimits, GroupCommit};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// A ledger some of whose accounts are locked. As a store does, it waits a moment for the lock.
struct Locking {
    inner: Arc<MemoryStore>,
    locked: watch::Sender<BTreeSet<AccountId>>,
    /// The messages admitted, in their order.
    admitted: Mutex<Vec<MessageId>>,
    /// The number of settlements that fail because the connection breaks.
    broken: Mutex<u32>,
}

const WAIT: Duration = Duration::from_millis(250);

#[async_trait]
impl SendLedger for Locking {
    async fn admit(&self, attempts: Arc<[SendAttempt]>) -> Result<Vec<Admission>, PortError> {
        let accounts: BTreeSet<_> = attempts.iter().map(|attempt| attempt.account_id).collect();
        let mut locked = self.locked.subscribe();
        let are_free = locked.wait_for(|locked| locked.is_disjoint(&accounts));
        if tokio::time::timeout(WAIT, are_free).await.is_err() {
            let held = self
                .locked
                .borrow()
                .intersection(&accounts)
                .copied()
                .collect();
            return Err(PortError::Locked(held));
        }
        let ids = attempts.iter().map(|attempt| attempt.message_id);
        self.admitted.lock().expect("ids").extend(ids);
        self.inner.admit(attempts).await
    }

    async fn settle(&self, settlements: Arc<[Settlement]>) -> Result<(), PortError> {
        {
            let mut broken = self.broken.lock().expect("a number");
            if *broken > 0 {
                *broken -= 1;
                return Err(PortError::Unavailable("the connection broke".into()));
            }
        }
        self.inner.settle(settlements).await
    }
}

struct World {
    /// An account that can be locked, and one that is not.
    held: Fixture,
    free: Fixture,
    ledger: Arc<Locking>,
    group: Arc<GroupCommit>,
}

impl World {
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        let held = Fixture::with_credits(store.clone(), 1_000).await;
        let other = held.another_account().await;
        held.grant_to(other, 1_000).await;
        let free = Fixture {
            account: other,
            ..held.clone()
        };
        let ledger = Arc::new(Locking {
            inner: store,
            locked: watch::Sender::new(BTreeSet::new()),
            admitted: Mutex::default(),
            broken: Mutex::new(0),
        });
        let inner: Arc<dyn SendLedger> = ledger.clone();
        let group = Arc::new(GroupCommit::start(inner, BatchLimits::DEFAULT));
        Self {
            held,
            free,
            ledger,
            group,
        }
    }

    fn lock(&self) {
        let locked = BTreeSet::from([self.held.account]);
        self.ledger.locked.send_replace(locked);
    }

    fn unlock(&self) {
        self.ledger.locked.send_replace(BTreeSet::new());
    }

    /// Makes a call that waits in the queue when this returns.
    async fn call(&self, attempt: &SendAttempt) -> Answer {
        let (group, attempt) = (Arc::clone(&self.group), attempt.clone());
        let answer = tokio::spawn(async move { group.admit(Arc::from([attempt])).await });
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        answer
    }
}

type Answer = tokio::task::JoinHandle<Result<Vec<Admission>, PortError>>;

async fn is_admitted(answer: Answer) -> bool {
    let admitted = answer.await.expect("task").expect("admit");
    admitted == [Admission::Admitted]
}

#[tokio::test(start_paused = true)]
async fn a_locked_account_delays_the_others_once_and_keeps_its_order() {
    let world = World::new().await;
    world.lock();
    let attempts: Vec<_> = (0..6).map(|number| world.held.attempt(number)).collect();
    let mut waiting = Vec::new();
    let started = Instant::now();
    // The first call runs alone, and the others with those of the other account.
    for (number, attempt) in (100..).zip(&attempts[..3]) {
        waiting.push(world.call(attempt).await);
        let other = world.call(&world.free.attempt(number)).await;
        assert!(is_admitted(other).await);
        assert!(started.elapsed() < WAIT * 2, "the others wait only once");
    }
    for attempt in &attempts[3..] {
        waiting.push(world.call(attempt).await);
    }
    let other = world.call(&world.free.attempt(200)).await;
    assert!(is_admitted(other).await);
    assert!(started.elapsed() < WAIT * 2);
    assert!(waiting.iter().all(|answer| !answer.is_finished()));

    sleep(Duration::from_secs(2)).await;
    assert_eq!(world.group.queue_depths().admissions, 6);
    world.ledger.admitted.lock().expect("ids").clear();
    world.unlock();
    for answer in waiting {
        assert!(is_admitted(answer).await);
    }
    let expected: Vec<_> = attempts.iter().map(|attempt| attempt.message_id).collect();
    assert_eq!(*world.ledger.admitted.lock().expect("ids"), expected);
    assert_eq!(world.held.balance().await, 994);

    // Afterwards the account is like any other.
    let next = world.call(&world.held.attempt(300)).await;
    assert!(is_admitted(next).await);
    assert_eq!(world.group.queue_depths().admissions, 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_with_a_locked_account_admits_the_others() {
    let world = World::new().await;
    // While the first batch waits, the next one fills, with calls of both accounts.
    world.lock();
    let mut locked = vec![world.call(&world.held.attempt(0)).await];
    let mut others = Vec::new();
    for number in 1..5 {
        locked.push(world.call(&world.held.attempt(number)).await);
        others.push(world.call(&world.free.attempt(number + 100)).await);
    }
    let started = Instant::now();
    for other in others {
        assert!(is_admitted(other).await);
    }
    assert!(started.elapsed() < WAIT * 2, "{:?}", started.elapsed());
    assert_eq!(world.group.queue_depths().admissions, locked.len());
    world.unlock();
    for answer in locked {
        assert!(is_admitted(answer).await);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_stays_locked_is_unavailable_in_time() {
    let world = World::new().await;
    world.lock();
    let started = Instant::now();
    let answer = world.call(&world.held.attempt(1)).await;
    let answer = answer.await.expect("task");
    assert!(
        matches!(answer, Err(PortError::Unavailable(_))),
        "{answer:?}"
    );
    assert!(started.elapsed() < Duration::from_secs(6));
    assert_eq!(world.held.balance().await, 1_000);
    world.unlock();
    let again = world.call(&world.held.attempt(1)).await;
    assert!(is_admitted(again).await);
}

#[tokio::test]
async fn a_settlement_whose_connection_breaks_is_tried_once_more() {
    let world = World::new().await;
    let settle = || async {
        let settlement = Settlement {
            message_id: MessageId(Uuid::from_u128(1)),
            account_id: world.held.account,
            outcome: Outcome::Unknown,
            provider_time: None,
            at: START,
        };
        world.group.settle(Arc::from([settlement])).await
    };
    *world.ledger.broken.lock().expect("a number") = 1;
    settle().await.expect("recorded by the second try");
    *world.ledger.broken.lock().expect("a number") = 3;
    let unavailable = settle().await;
    assert!(
        matches!(unavailable, Err(PortError::Unavailable(_))),
        "{unavailable:?}"
    );
    assert_eq!(*world.ledger.broken.lock().expect("a number"), 1);
}
