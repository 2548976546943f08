//! Opt-outs: recipients who want no more messages of an account, and the log of what they wished.

use std::sync::Arc;

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::opt_out::InboundWish;
use crate::opt_out::consent::{ConsentEntry, OptOut};
use crate::opt_out::resolution::WishFacts;
use crate::ports::PortError;
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;

/// Stores what recipients wish.
///
/// For any number of wishes an adapter MUST use a constant number of statements.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// What has to be known to say whose wishes these are. Of the recipients sent to, an adapter loads
    /// those that [`WishFacts::candidates`] names.
    async fn load_wish_facts(&self, wishes: &[InboundWish]) -> Result<WishFacts, PortError>;

    /// Records wishes in one transaction: whatever [`crate::opt_out::consent::judge`] says is appended
    /// to the log and set as the wish that holds. An adapter MUST lock the accounts in ascending order
    /// of ids before it loads the facts. Sends admitted afterwards, in any process, MUST see it; and it
    /// MUST survive a crash. Recording the wish of a message again MUST change nothing. `Conflict`
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

    /// Keeps wishes whose recipient is not known for sure. What was kept MUST survive a crash. Keeping
    /// one again (same message) changes nothing.
    async fn keep_unresolved(&self, wishes: &[InboundWish]) -> Result<(), PortError>;

    /// The kept wishes, oldest first.
    async fn list_unresolved(&self) -> Result<Vec<InboundWish>, PortError>;

    /// Forgets kept wishes: those given, all received before `before`, and of the others all but the
    /// `most` that were kept last. Says how many were forgotten that were not given.
    async fn forget_unresolved(
        &self,
        wishes: &[InboundWish],
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError>;
}
