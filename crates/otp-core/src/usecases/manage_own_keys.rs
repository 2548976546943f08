//! Manage own keys: a person creates, replaces and revokes the API keys of their account.

use std::time::Duration;

use crate::account::ContactLine;
use crate::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use crate::ids::{AccountId, ApiKeyId};
use crate::person::permission::AccountAction;
use crate::ports::PortError;
use crate::usecases::account_actor::AccountActor;
use crate::usecases::create_api_key::{CreateApiKey, CreateApiKeyError, NewApiKey};
use crate::usecases::list_api_keys::ListApiKeys;
use crate::usecases::open_test_account::{OpenTestAccount, OpenTestAccountError};
use crate::usecases::resume_session::Viewer;
use crate::usecases::revoke_api_key::{RevokeApiKey, RevokeApiKeyError};
use crate::usecases::rotate_api_key::{
    DEFAULT_OVERLAP, RotateApiKey, RotateApiKeyError, RotateApiKeyRequest,
};

/// The greatest number of active keys of an account, test keys included.
pub const MAX_KEYS: usize = 100;

/// Manages the keys of a person's account, by the same use cases as an operator.
#[derive(Clone)]
pub struct ManageOwnKeys {
    /// Lists keys.
    pub list: ListApiKeys,
    /// Creates keys.
    pub create: CreateApiKey,
    /// Opens the account of test keys.
    pub open_test_account: OpenTestAccount,
    /// Replaces keys.
    pub rotate: RotateApiKey,
    /// Revokes keys.
    pub revoke: RevokeApiKey,
}

/// A key as a person describes it.
#[derive(Debug, Clone)]
pub struct OwnKey {
    /// Its name.
    pub name: ContactLine,
    /// Whether it sends messages.
    pub mode: ApiKeyMode,
    /// How long it is valid; `None` if it does not expire.
    pub lifetime: Option<Duration>,
}

/// The reason keys were not changed or listed.
#[derive(Debug, thiserror::Error)]
pub enum ManageOwnKeysError {
    /// The account has no such key, the person has no account, or their role does not allow it.
    #[error("the account has no such key, or the role does not allow it")]
    NotFound,
    /// The last proof of the person is too old: they have to prove themselves again.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The key was revoked or has expired.
    #[error("the key was revoked or has expired")]
    NotActive,
    /// The account has too many.
    #[error("the account has {MAX_KEYS} active keys")]
    TooMany,
    /// The account of test keys could not be opened.
    #[error("the account of test keys could not be opened")]
    TestAccount(#[source] OpenTestAccountError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ManageOwnKeys {
    /// Returns whether the person may change keys.
    pub fn may_manage(&self, viewer: &Viewer) -> bool {
        viewer.account_for(AccountAction::ManageKeys).is_some()
    }

    /// Returns the keys of the person's account, test keys included.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<ApiKey>, ManageOwnKeysError> {
        let account = viewer.account_for(AccountAction::Look);
        let account = account.ok_or(ManageOwnKeysError::NotFound)?;
        Ok(self.list.execute(account).await?)
    }

    /// Creates a key, which is not shown again.
    pub async fn create(
        &self,
        viewer: &Viewer,
        new: OwnKey,
    ) -> Result<(ApiKey, ApiKeySecret), ManageOwnKeysError> {
        let account = self.managed(viewer)?;
        let now = self.create.clock.now();
        self.require_room(viewer, account).await?;
        let account_id = match new.mode {
            ApiKeyMode::Live => account,
            ApiKeyMode::Test => {
                let by = viewer.person.id.actor();
                let test = self.open_test_account.open(account, by).await;
                test.map_err(ManageOwnKeysError::TestAccount)?.id
            }
        };
        let new = NewApiKey {
            account_id,
            name: new.name.as_str().to_owned(),
            expires_at: new.lifetime.map(|lifetime| now + lifetime),
        };
        let created = self.create.execute(new, AccountActor::Viewer(viewer)).await;
        created.map_err(|error| match error {
            CreateApiKeyError::Forbidden
            | CreateApiKeyError::AccountNotFound
            | CreateApiKeyError::ExpiryInThePast => ManageOwnKeysError::NotFound,
            CreateApiKeyError::Port(error) => ManageOwnKeysError::Port(error),
        })
    }

    /// Replaces a key by another one. The old one is valid for another day.
    pub async fn rotate(
        &self,
        viewer: &Viewer,
        id: ApiKeyId,
    ) -> Result<(ApiKey, ApiKeySecret), ManageOwnKeysError> {
        self.find_managed(viewer, id).await?;
        self.require_room(viewer, self.managed(viewer)?).await?;
        let request = RotateApiKeyRequest {
            id,
            overlap: DEFAULT_OVERLAP,
            expires_at: None,
        };
        let rotated = self
            .rotate
            .execute(request, AccountActor::Viewer(viewer))
            .await;
        rotated.map_err(|error| match error {
            RotateApiKeyError::Forbidden | RotateApiKeyError::NotFound => {
                ManageOwnKeysError::NotFound
            }
            RotateApiKeyError::NotActive | RotateApiKeyError::ExpiryInThePast => {
                ManageOwnKeysError::NotActive
            }
            RotateApiKeyError::Port(error) => ManageOwnKeysError::Port(error),
        })
    }

    /// Revokes a key: it stops working within a second.
    pub async fn revoke(&self, viewer: &Viewer, id: ApiKeyId) -> Result<(), ManageOwnKeysError> {
        self.find_managed(viewer, id).await?;
        let revoked = self.revoke.execute(id, AccountActor::Viewer(viewer)).await;
        revoked.map_err(|error| match error {
            RevokeApiKeyError::Forbidden | RevokeApiKeyError::NotFound(_) => {
                ManageOwnKeysError::NotFound
            }
            RevokeApiKeyError::Port(error) => ManageOwnKeysError::Port(error),
        })
    }

    /// Returns a key of the person's account that they may change. One of another account counts as unknown.
    pub async fn find_managed(
        &self,
        viewer: &Viewer,
        id: ApiKeyId,
    ) -> Result<ApiKey, ManageOwnKeysError> {
        let account = self.managed(viewer)?;
        let mut keys = self.list.execute(account).await?.into_iter();
        let found = keys.find(|key| key.id == id);
        found.ok_or(ManageOwnKeysError::NotFound)
    }

    /// Refuses another key: a person who left would not know of it, and the account may have too many.
    async fn require_room(
        &self,
        viewer: &Viewer,
        account: AccountId,
    ) -> Result<(), ManageOwnKeysError> {
        let now = self.create.clock.now();
        if !viewer.session.is_fresh_at(now) {
            return Err(ManageOwnKeysError::NotFresh);
        }
        let keys = self.list.execute(account).await?;
        if keys.iter().filter(|key| key.check(now).is_ok()).count() >= MAX_KEYS {
            return Err(ManageOwnKeysError::TooMany);
        }
        Ok(())
    }

    /// Returns the account whose keys the person may change.
    fn managed(&self, viewer: &Viewer) -> Result<AccountId, ManageOwnKeysError> {
        let account = viewer.account_for(AccountAction::ManageKeys);
        account.ok_or(ManageOwnKeysError::NotFound)
    }
}
