//! Sign-in links.

use async_trait::async_trait;

use crate::person::session::SessionHash;
use crate::person::sign_in::SignInLink;
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores links that sign a person in once.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SignInLinks: Send + Sync {
    /// Adds a link. `Conflict` if the person does not exist.
    async fn add_sign_in_link(&self, link: &SignInLink) -> Result<(), PortError>;

    /// Removes the link with this hash and returns it, also one that has expired. Of several calls at the same time,
    /// one MUST get it.
    async fn take_sign_in_link(&self, hash: SessionHash) -> Result<Option<SignInLink>, PortError>;

    /// Deletes at most `limit` links that expired before `before`, and returns how many.
    async fn forget_sign_in_links(
        &self,
        before: Timestamp,
        limit: usize,
    ) -> Result<usize, PortError>;
}
