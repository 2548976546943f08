//! The directory: look-ups of a send whose results rarely change.

use std::sync::Arc;

use async_trait::async_trait;

use crate::api_key::{ApiKey, ApiKeyHash};
use crate::ids::AccountId;
use crate::keyring::AccountKey;
use crate::ports::PortError;
use crate::pricing::PriceList;
use crate::send::SendingProfile;

/// Look-ups on the hot path.
///
/// A decorator may cache them for at most half a second, because a revoked key has to stop working
/// everywhere within a second.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Directory: Send + Sync {
    /// Returns the key with this hash, even if it is revoked or expired: the core judges that.
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError>;

    /// Returns the account's key, its senders and their templates; `None` if there is no such account.
    ///
    /// For an account without senders, the list MUST be empty.
    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError>;

    /// Returns the account's key; `None` if the account has no key, or no key any more.
    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError>;

    /// Returns the whole pricing table.
    async fn price_list(&self) -> Result<Arc<PriceList>, PortError>;
}
