//! Reads that are asked for one by one and done together: the status of messages, and what a receipt has to
//! know before it can be applied.
//!
//! While one statement is under way, whoever asks next waits for the next one, which is for all of them.
//! Nobody reads what was committed after they asked and misses what was committed before.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::opt_out::resolution::KnownIdentity;
use otp_core::ports::{
    MAX_PER_LOOKUP, Messages, PortError, Recalled, Receipts, RecipientIdentities, Storage,
};
use otp_core::receipt::{DeliveryReceipt, LocatedMessage, MessageReference};
use otp_core::sealing::IdentityIndex;
use otp_core::time::Timestamp;
use uuid::Uuid;

use crate::lane::{Bounds, Lane, RunBatch};

/// The most that is asked for in one statement.
const BOUNDS: Bounds = Bounds {
    max_batch: 256,
    max_queue: 8_192,
};

const _: () = assert!(
    BOUNDS.max_batch <= MAX_PER_LOOKUP,
    "more than a store takes"
);

/// These reads have turns like calls of one account, whosever they are: each is as small as the next.
const NOBODY: AccountId = AccountId(Uuid::nil());

/// Stands in front of three ports of a store.
pub struct GroupedReads {
    store: Arc<dyn Storage>,
    find: Lane<(AccountId, MessageId), Option<Message>>,
    locate: Lane<MessageReference, Option<LocatedMessage>>,
    recall: Lane<(MessageId, IdentityIndex), Option<Recalled>>,
}

impl GroupedReads {
    /// Starts its lanes on the current tokio runtime.
    pub fn start(store: Arc<dyn Storage>) -> Self {
        let inner = Arc::clone(&store);
        let find: RunBatch<_, _> = Box::new(move |wanted| {
            let inner = Arc::clone(&inner);
            Box::pin(async move { inner.find_all(&wanted).await })
        });
        let inner = Arc::clone(&store);
        let locate: RunBatch<_, _> = Box::new(move |references| {
            let inner = Arc::clone(&inner);
            Box::pin(async move { inner.locate(&references).await })
        });
        let inner = Arc::clone(&store);
        let recall: RunBatch<_, _> = Box::new(move |asked| {
            let inner = Arc::clone(&inner);
            Box::pin(async move { inner.recall(&asked).await })
        });
        Self {
            store,
            find: Lane::start(BOUNDS, find),
            locate: Lane::start(BOUNDS, locate),
            recall: Lane::start(BOUNDS, recall),
        }
    }
}

#[async_trait]
impl Messages for GroupedReads {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        let wanted = Arc::from([(account, message)]);
        let found = self.find.call_in_turn(NOBODY, wanted).await?;
        Ok(found.into_iter().next().flatten())
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        self.store.find_all(wanted).await
    }

    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        self.store.find_history(account, message).await
    }

    async fn list(&self, query: &MessageQuery) -> Result<Vec<MessageRecord>, PortError> {
        Messages::list(&*self.store, query).await
    }
}

#[async_trait]
impl Receipts for GroupedReads {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<Option<LocatedMessage>>, PortError> {
        self.locate
            .call_in_turn(NOBODY, Arc::from(references))
            .await
    }

    async fn keep_unmatched(&self, receipts: &[DeliveryReceipt]) -> Result<(), PortError> {
        self.store.keep_unmatched(receipts).await
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<DeliveryReceipt>, PortError> {
        self.store.list_unmatched(limit).await
    }

    async fn forget_unmatched(
        &self,
        receipts: &[DeliveryReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        self.store.forget_unmatched(receipts, before).await
    }

    async fn list_expired(
        &self,
        after: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<LocatedMessage>, PortError> {
        self.store.list_expired(after, until, limit).await
    }
}

#[async_trait]
impl RecipientIdentities for GroupedReads {
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError> {
        self.recall.call_in_turn(NOBODY, Arc::from(asked)).await
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        self.store.remember(known).await
    }
}
