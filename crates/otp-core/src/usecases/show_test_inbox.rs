//! Show a test inbox: the messages that an account's test keys sent, for an operator.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::ports::{Accounts, PortError, TestInbox};
use crate::recipient::Recipient;
use crate::sealing::OpenError;
use crate::test_inbox::{MAX_SHOWN, ShownTestMessage, TestInboxQuery};
use crate::usecases::account_sealers::AccountSealers;

/// Shows test inboxes.
#[derive(Clone)]
pub struct ShowTestInbox {
    /// Finds the test account.
    pub accounts: Arc<dyn Accounts>,
    /// Keeps the messages.
    pub inbox: Arc<dyn TestInbox>,
    /// Opens the messages.
    pub sealers: AccountSealers,
}

/// The reason an inbox was not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowTestInboxError {
    /// The account does not exist.
    #[error("no account has that id")]
    AccountNotFound,
    /// The account has no test key yet, and so no inbox.
    #[error("the account has no test key; create one with `key create --test`")]
    NoTestAccount,
    /// A message does not open.
    #[error("a message of the test inbox cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ShowTestInbox {
    /// Returns the messages of the account's test inbox, newest first, at most [`MAX_SHOWN`]: all, or those
    /// to one recipient. The account may be named by its own id or by that of its test account.
    pub async fn execute(
        &self,
        account: AccountId,
        to: Option<&Recipient>,
    ) -> Result<Vec<ShownTestMessage>, ShowTestInboxError> {
        let found = self.accounts.find(account).await?;
        let found = found.ok_or(ShowTestInboxError::AccountNotFound)?;
        let test = match found.test_of {
            Some(_) => Some(found),
            None => self.accounts.find_test_account(account).await?,
        };
        let test = test.ok_or(ShowTestInboxError::NoTestAccount)?.id;
        let Some(sealer) = self.sealers.find(test).await? else {
            return Ok(Vec::new());
        };
        let query = TestInboxQuery {
            account_id: test,
            recipient_index: to.map(|to| sealer.recipient_index(to)),
            from: None,
            limit: MAX_SHOWN,
        };
        let messages = self.inbox.list_received(query).await?;
        let shown = messages.iter().map(|message| Ok(message.open(&sealer)?));
        shown.collect()
    }
}
