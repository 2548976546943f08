//! A directory with a cache.
//!
//! Entries are never invalidated; each expires half a second after its look-up began, however long
//! that took. A key revoked by any process, on any store, stops working within that time, and a
//! busy account costs a few look-ups a second instead of thousands. ADR 4 describes the
//! alternatives.

use std::sync::Arc;

use async_trait::async_trait;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::AccountId;
use otp_core::keyring::AccountKey;
use otp_core::ports::{Directory, PortError};
use otp_core::pricing::PriceList;
use otp_core::send::SendingProfile;

use crate::answers::{Answers, LookUps};

/// Caches the answers of a directory. Simultaneous look-ups of the same key become one.
pub struct CachedDirectory {
    inner: Arc<dyn Directory>,
    keys: Answers<ApiKeyHash, Option<Arc<ApiKey>>>,
    profiles: Answers<AccountId, Option<Arc<SendingProfile>>>,
    account_keys: Answers<AccountId, Option<Arc<AccountKey>>>,
    prices: Answers<(), Arc<PriceList>>,
}

impl CachedDirectory {
    /// Caches the answers of `inner`.
    pub fn new(inner: Arc<dyn Directory>) -> Self {
        Self {
            inner,
            keys: Answers::new(),
            profiles: Answers::new(),
            account_keys: Answers::new(),
            prices: Answers::new(),
        }
    }

    /// Returns the number of look-ups of each kind.
    pub fn look_ups(&self) -> [LookUps; 4] {
        [
            self.keys.look_ups("api_key"),
            self.profiles.look_ups("sending_profile"),
            self.account_keys.look_ups("account_key"),
            self.prices.look_ups("price_list"),
        ]
    }
}

#[async_trait]
impl Directory for CachedDirectory {
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        self.keys.get(hash, || self.inner.find_api_key(hash)).await
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        let look_up = || self.inner.find_sending_profile(account);
        self.profiles.get(&account, look_up).await
    }

    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError> {
        let look_up = || self.inner.find_account_key(account);
        self.account_keys.get(&account, look_up).await
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        self.prices.get(&(), || self.inner.price_list()).await
    }
}
