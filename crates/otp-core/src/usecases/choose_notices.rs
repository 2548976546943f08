//! Choose notices: a person chooses what is mailed to their account.

use crate::notice::{LowBalance, MutedTopics};
use crate::person::permission::AccountAction;
use crate::ports::PortError;
use crate::recipient::EmailAddress;
use crate::sealing::OpenError;
use crate::usecases::change_account::{AccountEdit, ChangeAccount, ChangeAccountError};
use crate::usecases::resume_session::Viewer;

/// Chooses the notices of a person's account, by the same use case as an operator.
#[derive(Clone)]
pub struct ChooseNotices {
    /// Changes the account.
    pub change: ChangeAccount,
}

/// A choice of the notices that are mailed to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenNotices {
    /// The topics of notices that are not mailed.
    pub muted_topics: MutedTopics,
    /// The threshold at which a balance counts as low.
    pub low_balance: LowBalance,
}

/// The notices that are mailed to an account, and their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNotices {
    /// The choice.
    pub chosen: ChosenNotices,
    /// The address of the account.
    pub to: EmailAddress,
    /// Whether the person may choose otherwise.
    pub may_choose: bool,
}

/// The reason nothing was shown or chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChooseNoticesError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account, or the role does not allow it")]
    NotFound,
    /// The address of the account does not open.
    #[error("the address of the account cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChooseNotices {
    /// Returns what is mailed to the person's account.
    pub async fn show(&self, viewer: &Viewer) -> Result<OwnNotices, ChooseNoticesError> {
        let id = viewer.account_for(AccountAction::Look);
        let id = id.ok_or(ChooseNoticesError::NotFound)?;
        let account = self.change.accounts.find(id).await?;
        let account = account.ok_or(ChooseNoticesError::NotFound)?;
        let sealer = self.change.sealers.find(id).await?;
        let sealer = sealer.ok_or(ChooseNoticesError::NotFound)?;
        Ok(OwnNotices {
            chosen: ChosenNotices {
                muted_topics: account.muted_topics,
                low_balance: account.rules.low_balance,
            },
            to: account.contact.open(&sealer)?.email,
            may_choose: viewer.account_for(AccountAction::ManageNotices).is_some(),
        })
    }

    /// Chooses what is mailed from now on. It applies to notices that wait, too.
    pub async fn choose(
        &self,
        viewer: &Viewer,
        chosen: ChosenNotices,
    ) -> Result<(), ChooseNoticesError> {
        let id = viewer.account_for(AccountAction::ManageNotices);
        let id = id.ok_or(ChooseNoticesError::NotFound)?;
        let edit = AccountEdit {
            muted_topics: Some(chosen.muted_topics),
            low_balance: Some(chosen.low_balance),
            ..AccountEdit::default()
        };
        let changed = self.change.change(id, edit, viewer.person.id.actor());
        changed.await.map_err(|error| match error {
            ChangeAccountError::Forbidden
            | ChangeAccountError::NotFresh
            | ChangeAccountError::NotFound(_)
            | ChangeAccountError::TestAccount { .. } => ChooseNoticesError::NotFound,
            ChangeAccountError::Port(error) => ChooseNoticesError::Port(error),
        })
    }
}
