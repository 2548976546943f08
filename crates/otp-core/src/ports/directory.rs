//! The directory: what a send has to look up and what hardly ever changes.

use std::sync::Arc;

use async_trait::async_trait;

use crate::api_key::{ApiKey, ApiKeyHash};
use crate::ids::AccountId;
use crate::keyring::AccountKey;
use crate::ports::PortError;
use crate::pricing::PriceList;
use crate::send::SendingProfile;

/// Look-ups on the hot path. A decorator may cache them, for half a second at most: a revoked key has
/// to stop working within a second everywhere.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Directory: Send + Sync {
    /// The key with this hash, revoked and expired ones included: judging them is the core's.
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError>;

    /// The account's key, its senders and their templates; `None` if there is no such account. An
    /// account without senders MUST have an empty list.
    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError>;

    /// The account's key; `None` if the account has none, or none any more.
    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError>;

    /// The whole pricing table.
    async fn price_list(&self) -> Result<Arc<PriceList>, PortError>;
}
