//! Read a test inbox: the messages of a test account, at once or as soon as there is one.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::AccountId;
use crate::ports::{Clock, Directory, InboxBell, PortError, TestInbox};
use crate::recipient::Recipient;
use crate::sealing::{AccountSealer, OpenError};
use crate::test_inbox::{MAX_SHOWN, ShownTestMessage, TestInboxQuery};
use crate::time::Timestamp;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::waiting::{TooManyWaiting, Waiting};

/// The pause between two looks at the store, which finds messages that another process received.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Reads test inboxes.
#[derive(Clone)]
pub struct ReadTestInbox {
    /// Keeps the messages.
    pub inbox: Arc<dyn TestInbox>,
    /// Knows which accounts are test accounts.
    pub directory: Arc<dyn Directory>,
    /// Opens the messages.
    pub sealers: AccountSealers,
    /// Says when there is a new message.
    pub bell: Arc<dyn InboxBell>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A parsed request to read an inbox.
#[derive(Debug, Clone)]
pub struct ReadTestInboxRequest {
    /// The account.
    pub account_id: AccountId,
    /// Only messages to this recipient.
    pub to: Option<Recipient>,
    /// Only messages that were accepted at this time or later.
    pub from: Option<Timestamp>,
    /// How long to wait for a message, if there is none; at most
    /// [`MAX_WAIT`](crate::usecases::waiting::MAX_WAIT).
    pub wait: Duration,
}

/// The reason an inbox was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadTestInboxError {
    /// The account is not a test account.
    #[error("the account has no test inbox")]
    NotATestAccount,
    /// Too many requests wait for messages.
    #[error("too many requests wait for messages")]
    TooManyWaiting,
    /// A message does not open.
    #[error("a message of the test inbox cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ReadTestInbox {
    /// Returns the messages, newest first, at most [`MAX_SHOWN`]. If there are none, it waits for one.
    ///
    /// It may be dropped while it waits.
    pub async fn execute(
        &self,
        request: ReadTestInboxRequest,
    ) -> Result<Vec<ShownTestMessage>, ReadTestInboxError> {
        let account = request.account_id;
        let profile = self.directory.find_sending_profile(account).await?;
        if !profile.is_some_and(|profile| profile.is_test) {
            return Err(ReadTestInboxError::NotATestAccount);
        }
        let Some(sealer) = self.sealers.find(account).await? else {
            return Ok(Vec::new());
        };
        let query = TestInboxQuery {
            account_id: account,
            recipient_index: request.to.as_ref().map(|to| sealer.recipient_index(to)),
            from: request.from,
            limit: MAX_SHOWN,
        };
        let waiting = Waiting {
            account,
            wait: request.wait,
            look_again: LOOK_AGAIN,
            bell: &*self.bell,
            clock: &*self.clock,
        };
        waiting.until_found(|| self.look(query, &sealer)).await
    }

    async fn look(
        &self,
        query: TestInboxQuery,
        sealer: &AccountSealer,
    ) -> Result<Vec<ShownTestMessage>, ReadTestInboxError> {
        let messages = self.inbox.list_received(query).await?;
        let shown = messages.iter().map(|message| Ok(message.open(sealer)?));
        shown.collect()
    }
}

impl From<TooManyWaiting> for ReadTestInboxError {
    fn from(_: TooManyWaiting) -> Self {
        Self::TooManyWaiting
    }
}
