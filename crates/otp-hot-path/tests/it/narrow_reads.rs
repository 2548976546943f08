//! Tests of narrow reads: few at a time, and nobody waits without end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::insights::{FunnelFacts, InsightsQuery};
use otp_core::message::{FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::page::PagePosition;
use otp_core::ports::{
    Insights, MAX_READ_TIME, Messages, PortError, VerificationKey, Verifications,
};
use otp_core::time::Timestamp;
use otp_core::verification::{FoundVerifications, VerificationQuery, VerificationRecord};
use otp_hot_path::NarrowReads;
use otp_testkit::{MemoryStore, StorageParts};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use uuid::Uuid;

/// Messages whose reads end one by one, when the test lets them.
struct Slow {
    running: AtomicUsize,
    most: AtomicUsize,
    ends: Semaphore,
    /// The accounts whose insights were read, in order.
    insights_of: Mutex<Vec<AccountId>>,
}

impl Slow {
    async fn read(&self) {
        let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(running, Ordering::SeqCst);
        self.ends.acquire().await.expect("open").forget();
        self.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Messages for Slow {
    async fn find(&self, _: AccountId, _: MessageId) -> Result<Option<Message>, PortError> {
        Ok(None)
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        Ok(vec![None; wanted.len()])
    }

    async fn find_account(&self, _: MessageId) -> Result<Option<AccountId>, PortError> {
        Ok(None)
    }

    async fn find_history(
        &self,
        _: AccountId,
        _: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        self.read().await;
        Ok(None)
    }

    async fn find_records(
        &self,
        _: AccountId,
        _: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        self.read().await;
        Ok(Vec::new())
    }

    async fn list(&self, _: &MessageQuery) -> Result<FoundMessages, PortError> {
        self.read().await;
        Ok(FoundMessages::default())
    }
}

#[async_trait]
impl Verifications for Slow {
    async fn find_verification(
        &self,
        _: AccountId,
        _: VerificationKey,
        _: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError> {
        self.read().await;
        Ok(None)
    }

    async fn list_verifications(
        &self,
        _: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError> {
        self.read().await;
        Ok(FoundVerifications::default())
    }
}

#[async_trait]
impl Insights for Slow {
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError> {
        self.insights_of
            .lock()
            .expect("no panic")
            .push(query.account_id);
        self.read().await;
        Ok(None)
    }
}

fn narrow(at_a_time: usize) -> (Arc<Slow>, Arc<NarrowReads>) {
    let slow = Arc::new(Slow {
        running: AtomicUsize::new(0),
        most: AtomicUsize::new(0),
        ends: Semaphore::new(0),
        insights_of: Mutex::default(),
    });
    let store = StorageParts {
        messages: slow.clone(),
        verifications: slow.clone(),
        insights: slow.clone(),
        ..StorageParts::of(Arc::new(MemoryStore::default()))
    };
    let reads = NarrowReads::new(Arc::new(store), at_a_time);
    (slow, Arc::new(reads))
}

fn query() -> MessageQuery {
    MessageQuery {
        account_id: AccountId(Uuid::nil()),
        recipient: None,
        statuses: Vec::new(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 1,
        examine: 1,
    }
}

#[tokio::test(start_paused = true)]
async fn lists_and_histories_share_few_turns() {
    let (slow, reads) = narrow(2);
    let mut callers = Vec::new();
    for number in 0..10 {
        let reads = Arc::clone(&reads);
        callers.push(tokio::spawn(async move {
            if number % 2 == 0 {
                return Messages::list(&*reads, &query()).await.map(drop);
            }
            let (account, id) = (AccountId(Uuid::nil()), MessageId(Uuid::nil()));
            reads.find_history(account, id).await.map(drop)
        }));
    }
    // The paused clock moves only when every task waits: by then everyone reads who may.
    tokio::time::sleep(MAX_READ_TIME / 2).await;
    assert_eq!(slow.running.load(Ordering::SeqCst), 2);
    slow.ends.add_permits(10);
    for caller in callers {
        caller.await.expect("no panic").expect("its turn came");
    }
    assert_eq!(slow.most.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn lists_of_one_account_wait_for_each_other_and_for_nobody_else() {
    let (slow, reads) = narrow(4);
    let mut callers = Vec::new();
    for account in [1, 1, 1, 2, 3] {
        let reads = Arc::clone(&reads);
        let query = MessageQuery {
            account_id: AccountId(Uuid::from_u128(account)),
            ..query()
        };
        callers.push(tokio::spawn(async move {
            Messages::list(&*reads, &query).await.map(drop)
        }));
    }
    // The paused clock moves only when every task waits: by then everyone reads who may.
    tokio::time::sleep(MAX_READ_TIME / 2).await;
    assert_eq!(slow.running.load(Ordering::SeqCst), 3);
    slow.ends.add_permits(5);
    for caller in callers {
        caller.await.expect("no panic").expect("its turn came");
    }
    assert_eq!(slow.most.load(Ordering::SeqCst), 3);
}

#[tokio::test(start_paused = true)]
async fn verifications_and_insights_share_the_turns_of_messages() {
    let (slow, reads) = narrow(1);
    let list = VerificationQuery {
        account_id: AccountId(Uuid::nil()),
        recipient: None,
        status: None,
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 1,
        examine: 1,
        now: Timestamp::from_unix_millis(0),
    };
    let insights = InsightsQuery {
        account_id: list.account_id,
        from: list.now,
        until: Timestamp::MAX,
        most: 1,
    };
    let mut callers = Vec::new();
    for number in 0..12 {
        let (reads, list) = (Arc::clone(&reads), list.clone());
        callers.push(tokio::spawn(async move {
            match number % 4 {
                0 => Messages::list(&*reads, &query()).await.map(drop),
                1 => reads.list_verifications(&list).await.map(drop),
                2 => reads.funnel_facts(&insights).await.map(drop),
                _ => {
                    let key = VerificationKey::Id(VerificationId(Uuid::nil()));
                    let found = reads.find_verification(list.account_id, key, list.now);
                    found.await.map(drop)
                }
            }
        }));
    }
    slow.ends.add_permits(12);
    for caller in callers {
        caller.await.expect("no panic").expect("its turn came");
    }
    assert_eq!(slow.most.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn insights_are_counted_one_after_the_other_and_accounts_take_turns() {
    let (slow, reads) = narrow(4);
    let [busy, other] = [1, 2].map(|number| AccountId(Uuid::from_u128(number)));
    let mut callers = Vec::new();
    for account_id in [busy, busy, busy, other] {
        let reads = Arc::clone(&reads);
        let query = InsightsQuery {
            account_id,
            from: Timestamp::from_unix_millis(0),
            until: Timestamp::MAX,
            most: 1,
        };
        callers.push(tokio::spawn(
            async move { reads.funnel_facts(&query).await },
        ));
        // The paused clock moves only when every task waits: each asks after those before it.
        tokio::time::sleep(MAX_READ_TIME / 100).await;
    }
    // A list does not wait for them.
    let list = tokio::spawn({
        let reads = Arc::clone(&reads);
        async move { Messages::list(&*reads, &query()).await }
    });
    tokio::time::sleep(MAX_READ_TIME / 100).await;
    assert_eq!(slow.running.load(Ordering::SeqCst), 2);
    slow.ends.add_permits(5);
    for caller in callers {
        caller.await.expect("no panic").expect("its turn came");
    }
    list.await.expect("no panic").expect("the list");
    let order = slow.insights_of.lock().expect("no panic").clone();
    assert_eq!(order, [busy, other, busy, busy]);
    assert_eq!(slow.most.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_read_whose_turn_does_not_come_is_refused() {
    let (slow, reads) = narrow(1);
    let first = tokio::spawn({
        let reads = Arc::clone(&reads);
        async move { Messages::list(&*reads, &query()).await }
    });
    while slow.running.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    let refused = Messages::list(&*reads, &query()).await;
    assert!(
        matches!(refused, Err(PortError::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(begun.elapsed(), MAX_READ_TIME);
    // The look-ups of status checks do not wait for a turn.
    let (account, id) = (AccountId(Uuid::nil()), MessageId(Uuid::nil()));
    assert_eq!(reads.find(account, id).await.expect("no wait"), None);
    slow.ends.add_permits(1);
    first.await.expect("no panic").expect("the first read");
}
