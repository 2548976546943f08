//! Opt-outs: recipients who want no more messages of an account.

use async_trait::async_trait;

use crate::ids::AccountId;
use crate::ports::PortError;
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;

/// Stores opt-outs.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// The recipient wants no more messages of the account. Sends admitted afterwards, in any
    /// process, MUST see it. Saying it again changes nothing.
    async fn opt_out(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        at: Timestamp,
    ) -> Result<(), PortError>;

    /// The recipient wants messages again.
    async fn opt_in(&self, account: AccountId, recipient: RecipientIndex) -> Result<(), PortError>;
}
