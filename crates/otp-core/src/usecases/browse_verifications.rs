//! Browse verifications: a person looks at the verifications of their account.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::ApiKeyMode;
use crate::ids::{AccountId, VerificationId};
use crate::page::{Cursor, Page, PageSize};
use crate::ports::{Clock, PortError, VerificationKey};
use crate::recipient::Recipient;
use crate::usecases::list_verifications::{
    ListVerifications, ListVerificationsError, ListVerificationsRequest,
};
use crate::usecases::own_accounts::{OwnAccounts, OwnAccountsError};
use crate::usecases::resume_session::Viewer;
use crate::usecases::show_verification::{
    ShowVerification, ShowVerificationError, ShownVerification,
};
use crate::verification::VerificationStatus;

/// Shows people the verifications of their accounts, by the same use cases as the API.
#[derive(Clone)]
pub struct BrowseVerifications {
    /// Finds the accounts.
    pub own: OwnAccounts,
    /// Lists verifications.
    pub list: ListVerifications,
    /// Shows one.
    pub show: ShowVerification,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The verifications that a person looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VerificationFilter {
    /// Only verifications in this status.
    pub status: Option<VerificationStatus>,
    /// Only verifications of this time until now.
    pub period: Option<Duration>,
    /// Only this verification, or verifications of this recipient.
    pub sought: Option<SoughtVerification>,
}

/// Text that a person types to find verifications, as its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoughtVerification {
    /// The id of a verification. It is found whatever its status and its age.
    Verification(VerificationId),
    /// The whole number or address of a recipient.
    Recipient(Recipient),
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum BrowseVerificationsError {
    /// The account has no such verification, the person has no account, or their role does not allow it.
    #[error("the account has no such verification, or the role does not allow it")]
    NotFound,
    /// A stored recipient or the metadata does not open.
    #[error("the verifications cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl BrowseVerifications {
    /// Returns a page of the verifications of the person's live or test account.
    pub async fn list(
        &self,
        viewer: &Viewer,
        mode: ApiKeyMode,
        filter: VerificationFilter,
        (cursor, size): (Option<Cursor>, PageSize),
    ) -> Result<Page<ShownVerification>, BrowseVerificationsError> {
        let Some(account_id) = self.own.find(viewer, mode).await? else {
            return Ok(Page::EMPTY);
        };
        let recipient = match filter.sought {
            Some(SoughtVerification::Verification(id)) => {
                let found = self.find(account_id, id).await?;
                return Ok(Page {
                    items: found.into_iter().collect(),
                    next: None,
                });
            }
            Some(SoughtVerification::Recipient(recipient)) => Some(recipient),
            None => None,
        };
        let request = ListVerificationsRequest {
            account_id,
            status: filter.status,
            recipient,
            from: filter.period.map(|period| self.clock.now() - period),
            until: None,
            cursor,
            size,
        };
        Ok(self.list.execute(request).await?)
    }

    /// Returns a verification of the person's account, live or test, and which of the two it is. One of another
    /// account counts as unknown.
    pub async fn show(
        &self,
        viewer: &Viewer,
        id: VerificationId,
    ) -> Result<(ApiKeyMode, ShownVerification), BrowseVerificationsError> {
        for mode in ApiKeyMode::ALL {
            if let Some(account) = self.own.find(viewer, mode).await?
                && let Some(shown) = self.find(account, id).await?
            {
                return Ok((mode, shown));
            }
        }
        Err(BrowseVerificationsError::NotFound)
    }

    async fn find(
        &self,
        account: AccountId,
        id: VerificationId,
    ) -> Result<Option<ShownVerification>, BrowseVerificationsError> {
        match self.show.execute(account, VerificationKey::Id(id)).await {
            Ok(shown) => Ok(Some(shown)),
            Err(ShowVerificationError::NotFound) => Ok(None),
            Err(ShowVerificationError::Unreadable(error)) => {
                Err(BrowseVerificationsError::Unreadable(error.into()))
            }
            Err(ShowVerificationError::Port(error)) => Err(error.into()),
        }
    }
}

impl From<OwnAccountsError> for BrowseVerificationsError {
    fn from(error: OwnAccountsError) -> Self {
        match error {
            OwnAccountsError::NotFound => Self::NotFound,
            OwnAccountsError::Port(error) => Self::Port(error),
        }
    }
}

impl From<ListVerificationsError> for BrowseVerificationsError {
    fn from(error: ListVerificationsError) -> Self {
        match error {
            ListVerificationsError::Unreadable(error) => Self::Unreadable(error.into()),
            ListVerificationsError::Port(error) => Self::Port(error),
        }
    }
}
