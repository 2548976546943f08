//! Opt-outs: the recipients who want no more messages from an account, and the log of their requests.

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

/// Stores the consent requests of recipients.
///
/// For any number of requests an adapter MUST use a constant number of statements.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// Returns the accounts that consent requests concern: those that send from the numbers the requests
    /// were written to, and those whose messages the requests answer.
    async fn find_consent_targets(
        &self,
        numbers: &BTreeSet<ProviderId>,
        answered: &BTreeSet<ProviderMessageIndex>,
    ) -> Result<ConsentTargets, PortError>;

    /// Returns those recipients that were sent a message and are not erased, each from its latest message.
    async fn find_contacted(
        &self,
        recipients: &BTreeSet<Recipient>,
    ) -> Result<HashMap<Recipient, StoredRecipient>, PortError>;

    /// Records requests in one transaction. `Conflict` if an account does not exist.
    ///
    /// The adapter asks [`crate::opt_out::consent::judge`] which entries to append to the log and which
    /// request holds. It MUST lock the accounts in ascending order of ids before it loads the facts. Sends
    /// admitted afterwards, in any process, MUST see the result, and it MUST survive a crash. Recording the
    /// request of a message again MUST change nothing.
    async fn record_consent(&self, entries: Arc<[ConsentEntry]>) -> Result<(), PortError>;

    /// Returns the account's recipients who opted out, latest first.
    async fn list_opt_outs(&self, account: AccountId) -> Result<Vec<OptOut>, PortError>;

    /// Returns the account's consent log, of one recipient or of all, oldest entry first.
    async fn consent_log(
        &self,
        account: AccountId,
        recipient: Option<RecipientIndex>,
    ) -> Result<Vec<ConsentEntry>, PortError>;

    /// Keeps requests whose recipient is not certain. Kept requests MUST survive a crash. Keeping one again
    /// (same message) changes nothing.
    async fn keep_unresolved(&self, requests: &[UnresolvedConsent]) -> Result<(), PortError>;

    /// Returns the kept requests, oldest first.
    async fn list_unresolved(&self) -> Result<Vec<UnresolvedConsent>, PortError>;

    /// Deletes the given requests, every request received before `before`, and then the oldest ones
    /// until at most `most` are left. Returns the number of deleted requests that were not given.
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
    /// The messages that the requests answer.
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

/// A recipient as stored with a message: sealed for that message's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecipient {
    /// The message.
    pub message_id: MessageId,
    /// Its recipient.
    pub sealed: Sealed,
}
