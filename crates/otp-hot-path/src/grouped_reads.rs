//! Reads that many callers request one by one and the store answers together: the status of
//! messages, and the facts a receipt needs.
//!
//! While one statement is running, further callers wait for the next one, which answers all of
//! them. A read always sees what was committed before it was called.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{
    ExpiryPosition, FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord,
    PendingMessage,
};
use otp_core::ports::{
    MAX_PER_LOOKUP, Messages, PortError, Recalled, Receipts, RecipientIdentities, Storage,
};
use otp_core::receipt::{MessageReference, ReceiptFacts, UnmatchedReceipt};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::sealing::{IdentityIndex, RecipientIndex};
use otp_core::time::Timestamp;
use uuid::Uuid;

use crate::batcher::{BatchLimits, Batcher, RunBatch};

const LIMITS: BatchLimits = BatchLimits::DEFAULT;

const _: () = assert!(
    LIMITS.max_batch <= MAX_PER_LOOKUP,
    "a batch is larger than a store accepts"
);

/// The account under which every read is queued: reads are equally small, so they are answered in
/// the order of arrival.
const SHARED: AccountId = AccountId(Uuid::nil());

/// Batches the reads of three ports of a store.
pub struct GroupedReads {
    store: Arc<dyn Storage>,
    find: Batcher<(AccountId, MessageId), Option<Message>>,
    locate: Batcher<MessageReference, ReceiptFacts>,
    recall: Batcher<(MessageId, IdentityIndex), Option<Recalled>>,
}

impl GroupedReads {
    /// Starts batching the reads of `store` on the current tokio runtime.
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
            find: Batcher::start(LIMITS, find),
            locate: Batcher::start(LIMITS, locate),
            recall: Batcher::start(LIMITS, recall),
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
        let found = self.find.call(SHARED, wanted).await?;
        Ok(found.into_iter().next().flatten())
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
        self.store.find_history(account, message).await
    }

    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        self.store.find_records(account, messages).await
    }

    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError> {
        Messages::list(&*self.store, query).await
    }
}

#[async_trait]
impl Receipts for GroupedReads {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<ReceiptFacts>, PortError> {
        self.locate.call(SHARED, Arc::from(references)).await
    }

    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError> {
        self.store.keep_unmatched(receipts).await
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError> {
        self.store.list_unmatched(limit).await
    }

    async fn forget_unmatched(
        &self,
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        self.store.forget_unmatched(receipts, before).await
    }

    async fn list_expired(
        &self,
        after: ExpiryPosition,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, PortError> {
        self.store.list_expired(after, until, limit).await
    }
}

#[async_trait]
impl RecipientIdentities for GroupedReads {
    async fn recall(
        &self,
        asked: &[(MessageId, IdentityIndex)],
    ) -> Result<Vec<Option<Recalled>>, PortError> {
        self.recall.call(SHARED, Arc::from(asked)).await
    }

    async fn find_identities(
        &self,
        wanted: &[(AccountId, IdentityIndex)],
    ) -> Result<HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>, PortError> {
        self.store.find_identities(wanted).await
    }

    async fn remember(&self, known: &[KnownIdentity]) -> Result<(), PortError> {
        self.store.remember(known).await
    }
}
