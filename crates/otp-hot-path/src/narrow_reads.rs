//! Reads that callers make for themselves (lists, histories, verifications, insights, foreseen sends), few
//! at a time.
//!
//! Such a read may look at many rows. However many callers read, and however slow the reads are, most
//! connections remain free for sends, status checks and receipts.
//!
//! Accounts take turns: lists and insights of one account wait for each other before they wait for those of
//! others. So an account that asks for list after list, in however many requests at a time, keeps one
//! connection busy. Insights look at the most rows by far, and are counted one after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::insights::{FunnelFacts, InsightsQuery};
use otp_core::message::{FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::ports::{
    AdmissionFacts, Insights, MAX_READ_TIME, Messages, PortError, Storage, VerificationKey,
    Verifications,
};
use otp_core::send::{SendAttempt, SendFacts};
use otp_core::time::Timestamp;
use otp_core::verification::{FoundVerifications, VerificationQuery, VerificationRecord};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Lets few callers read at a time.
pub struct NarrowReads {
    store: Arc<dyn Storage>,
    permits: Semaphore,
    insights: Semaphore,
    /// The turn of each account that asks for a list or for insights.
    accounts: Mutex<HashMap<AccountId, Weak<Semaphore>>>,
}

impl NarrowReads {
    /// Lets a quarter of the connections of `store` read at a time, and at least one.
    pub fn of_store(store: Arc<dyn Storage>) -> Self {
        let at_a_time = (store.connection_use().max / 4).max(1);
        Self::new(store, at_a_time)
    }

    /// Lets `at_a_time` callers read at a time.
    pub fn new(store: Arc<dyn Storage>, at_a_time: usize) -> Self {
        Self {
            store,
            permits: Semaphore::new(at_a_time),
            insights: Semaphore::new(1),
            accounts: Mutex::default(),
        }
    }

    /// Waits for its turn, as long as a read may take. Turns are taken in the order of arrival.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, PortError> {
        in_time(self.permits.acquire()).await
    }

    /// Waits for the account's turn and then for its own, as long as a read may take.
    async fn turn_of(&self, account: AccountId) -> Result<AccountTurn<'_>, PortError> {
        let of_account = self.of_account(account);
        let turns = async {
            let of_account = of_account.acquire_owned().await?;
            Ok(AccountTurn {
                _of_account: of_account,
                _of_all: self.permits.acquire().await?,
            })
        };
        in_time(turns).await
    }

    /// Returns the semaphore that the lists and insights of an account wait for.
    fn of_account(&self, account: AccountId) -> Arc<Semaphore> {
        // Nothing panics while it holds the lock.
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = accounts.get(&account).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::new(Semaphore::new(1));
        accounts.insert(account, Arc::downgrade(&turn));
        turn
    }
}

/// The right to read for an account.
struct AccountTurn<'a> {
    _of_account: OwnedSemaphorePermit,
    _of_all: SemaphorePermit<'a>,
}

/// Waits as long as a read may take.
async fn in_time<T>(turn: impl Future<Output = Result<T, AcquireError>>) -> Result<T, PortError> {
    let busy = || PortError::Unavailable("too many reads are under way".into());
    let turn = timeout(MAX_READ_TIME, turn).await;
    turn.map_err(|_| busy())?.map_err(|_| busy())
}

#[async_trait]
impl Messages for NarrowReads {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        Messages::find(&*self.store, account, message).await
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        self.store.find_all(wanted).await
    }

    async fn find_account(&self, message: MessageId) -> Result<Option<AccountId>, PortError> {
        self.store.find_account(message).await
    }

    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        let _turn = self.turn().await?;
        self.store.find_history(account, message).await
    }

    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        let _turn = self.turn().await?;
        self.store.find_records(account, messages).await
    }

    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError> {
        let _turn = self.turn_of(query.account_id).await?;
        Messages::list(&*self.store, query).await
    }
}

#[async_trait]
impl AdmissionFacts for NarrowReads {
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError> {
        let _turn = self.turn().await?;
        self.store.facts_of(attempt).await
    }
}

#[async_trait]
impl Verifications for NarrowReads {
    async fn find_verification(
        &self,
        account: AccountId,
        key: VerificationKey,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError> {
        let _turn = self.turn().await?;
        self.store.find_verification(account, key, now).await
    }

    async fn list_verifications(
        &self,
        query: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError> {
        let _turn = self.turn_of(query.account_id).await?;
        self.store.list_verifications(query).await
    }
}

#[async_trait]
impl Insights for NarrowReads {
    async fn funnel_facts(&self, query: &InsightsQuery) -> Result<Option<FunnelFacts>, PortError> {
        let of_account = self.of_account(query.account_id);
        let turns = async {
            let of_account = of_account.acquire().await?;
            let of_all = self.insights.acquire().await?;
            Ok((of_account, of_all, self.permits.acquire().await?))
        };
        let _turns = in_time(turns).await?;
        self.store.funnel_facts(query).await
    }
}
