//! Verifications, for reading.

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId, VerificationId};
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::verification::{FoundVerifications, VerificationQuery, VerificationRecord};

/// Names a verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VerificationKey {
    /// By its id.
    Id(VerificationId),
    /// By the id of one of its messages.
    Message(MessageId),
}

/// Reads verifications.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Verifications: Send + Sync {
    /// Returns a verification of the account; `None` if it has no such verification.
    ///
    /// Of the recipient's wrong guesses and messages, those MUST be included that may count at `now`
    /// ([`GUESS_MEMORY`](crate::verification::GUESS_MEMORY),
    /// [`HORIZON`](crate::cooldown::HORIZON)).
    async fn find_verification(
        &self,
        account: AccountId,
        key: VerificationKey,
        now: Timestamp,
    ) -> Result<Option<VerificationRecord>, PortError>;

    /// Returns a page of verifications, newest first: those that [`VerificationQuery::choose`] chooses of the
    /// newest [`VerificationQuery::examine`].
    ///
    /// An adapter MUST look at no more than these, and use a constant number of statements.
    async fn list_verifications(
        &self,
        query: &VerificationQuery,
    ) -> Result<FoundVerifications, PortError>;
}
