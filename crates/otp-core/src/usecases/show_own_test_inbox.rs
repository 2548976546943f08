//! Show own test inbox: a person looks at the messages that the test keys of their account sent.

use crate::person::permission::AccountAction;
use crate::ports::PortError;
use crate::sealing::OpenError;
use crate::test_inbox::ShownTestMessage;
use crate::usecases::resume_session::Viewer;
use crate::usecases::show_test_inbox::{ShowTestInbox, ShowTestInboxError};

/// Shows the test inbox of a person's account, by the same use case as for an operator.
#[derive(Clone)]
pub struct ShowOwnTestInbox {
    /// Shows test inboxes.
    pub show: ShowTestInbox,
}

/// The reason an inbox was not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowOwnTestInboxError {
    /// The person has no account, or their role does not allow it.
    #[error("the person has no account, or the role does not allow it")]
    NotFound,
    /// A message does not open.
    #[error("a message of the test inbox cannot be read")]
    Unreadable(#[source] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowOwnTestInbox {
    /// Returns the messages, newest first, at most [`MAX_SHOWN`](crate::test_inbox::MAX_SHOWN); none if the account
    /// has no test key.
    pub async fn execute(
        &self,
        viewer: &Viewer,
    ) -> Result<Vec<ShownTestMessage>, ShowOwnTestInboxError> {
        let account = viewer.account_for(AccountAction::Look);
        let account = account.ok_or(ShowOwnTestInboxError::NotFound)?;
        match self.show.execute(account, None).await {
            Ok(messages) => Ok(messages),
            Err(ShowTestInboxError::NoTestAccount) => Ok(Vec::new()),
            Err(ShowTestInboxError::AccountNotFound) => Err(ShowOwnTestInboxError::NotFound),
            Err(ShowTestInboxError::Unreadable(error)) => {
                Err(ShowOwnTestInboxError::Unreadable(error))
            }
            Err(ShowTestInboxError::Port(error)) => Err(ShowOwnTestInboxError::Port(error)),
        }
    }
}
