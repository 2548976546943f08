//! Own accounts: the live and the test account that a person looks at.

use std::sync::Arc;

use crate::api_key::ApiKeyMode;
use crate::ids::AccountId;
use crate::person::permission::AccountAction;
use crate::ports::{Accounts, PortError};
use crate::usecases::resume_session::Viewer;

/// Finds the accounts of people.
#[derive(Clone)]
pub struct OwnAccounts {
    /// Finds test accounts.
    pub accounts: Arc<dyn Accounts>,
}

/// The reason a person has no account to look at.
#[derive(Debug, thiserror::Error)]
pub enum OwnAccountsError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account to look at")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl OwnAccounts {
    /// Returns the person's account of this mode; `None` if they have no test account yet.
    pub async fn find(
        &self,
        viewer: &Viewer,
        mode: ApiKeyMode,
    ) -> Result<Option<AccountId>, OwnAccountsError> {
        let live = viewer.account_for(AccountAction::Look);
        let live = live.ok_or(OwnAccountsError::NotFound)?;
        Ok(match mode {
            ApiKeyMode::Live => Some(live),
            ApiKeyMode::Test => {
                let test = self.accounts.find_test_account(live).await?;
                test.map(|test| test.id)
            }
        })
    }
}
