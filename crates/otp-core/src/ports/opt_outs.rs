//! Opt-outs: recipients who want no more messages of an account, and the log of what they asked.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;

use crate::channel::whatsapp::ProviderId;
use crate::ids::{AccountId, MessageId};
use crate::opt_out::UnresolvedConsent;
use crate::opt_out::consent::{ConsentEntry, OptOut, Recipient};
use crate::ports::PortError;
use crate::sealing::{ProviderMessageIndex, RecipientIndex, Sealed};
use crate::time::Timestamp;

/// Stores what recipients request.
///
/// For any number of requests an adapter MUST use a constant number of statements.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// The accounts that consent requests concern: those that send from a number they were written to,
    /// and those whose messages they answer.
    async fn find_consent_targets(
        &self,
        numbers: &BTreeSet<ProviderId>,
        answered: &BTreeSet<ProviderMessageIndex>,
    ) -> Result<ConsentTargets, PortError>;

    /// Those of the recipients that were sent to and are not erased, each as its latest message has it.
    async fn find_contacted(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<HashMap<Recipient, StoredRecipient>, PortError>;

    /// Records requests in one transaction: whatever [`crate::opt_out::consent::judge`] says is appended
    /// to the log and set as the request that holds. An adapter MUST lock the accounts in ascending order
    /// of ids before it loads the facts. Sends admitted afterwards, in any process, MUST see it; and it
    /// MUST survive a crash. Recording the request of a message again MUST change nothing. `Conflict`
    /// where an account does not exist.
    async fn record_consent(&self, entries: Arc<[ConsentEntry]>) -> Result<(), PortError>;

    /// The account's recipients who want no messages, latest first.
    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError>;

    /// The account's consent log, of one recipient or of all, oldest entry first.
    async fn consent_log(
        &self,
        account: AccountId,
        recipient: Option<RecipientIndex>,
    ) -> Result<Vec<ConsentEntry>, PortError>;

    /// Keeps requests whose recipient is not known for sure. What was kept MUST survive a crash. Keeping
    /// one again (same message) changes nothing.
    async fn keep_unresolved(&self, requests: &[UnresolvedConsent]) -> Result<(), PortError>;

    /// The kept requests, oldest first.
    async fn list_unresolved(&self) -> Result<Vec<UnresolvedConsent>, PortError>;

    /// Forgets kept requests: those given, all received before `before`, and of the others all but the
    /// `most` that were kept last. Says how many were forgotten that were not given.
    async fn forget_unresolved(
        &self,
        requests: &[UnresolvedConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError>;
}

/// The accounts that consent requests concern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsentTargets {
    /// The accounts that send from each number.
    pub accounts: HashMap<ProviderId, BTreeSet<AccountId>>,
    /// The messages that requests answer.
    pub answered: HashMap<ProviderMessageIndex, AnsweredMessage>,
}

/// A message that a consent request answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredMessage {
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Its recipient's index; `None` once it is erased.
    pub recipient_index: Option<RecipientIndex>,
    /// Its recipient; `None` once it is erased.
    pub recipient: Option<StoredRecipient>,
}

/// A recipient as a message keeps it: sealed for that message's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecipient {
    /// The message.
    pub message_id: MessageId,
    /// Its recipient.
    pub sealed: Sealed,
}
