//! Opt-outs: recipients who want no more messages of an account, and the log of what they asked.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::opt_out::InboundConsent;
use crate::opt_out::consent::{ConsentEntry, OptOut};
use crate::opt_out::resolution::ResolutionFacts;
use crate::ports::PortError;
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;

/// Stores what recipients request.
///
/// For any number of requests an adapter MUST use a constant number of statements.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// What has to be known to say whose requests these are. Of the recipients sent to, an adapter loads
    /// those that [`ResolutionFacts::candidates`] names.
    async fn load_resolution_facts(
        &self,
        requests: &[InboundConsent],
    ) -> Result<ResolutionFacts, PortError>;

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
    async fn keep_unresolved(&self, requests: &[InboundConsent]) -> Result<(), PortError>;

    /// The kept requests, oldest first.
    async fn list_unresolved(&self) -> Result<Vec<InboundConsent>, PortError>;

    /// Forgets kept requests: those given, all received before `before`, and of the others all but the
    /// `most` that were kept last. Says how many were forgotten that were not given.
    async fn forget_unresolved(
        &self,
        requests: &[InboundConsent],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError>;
}
