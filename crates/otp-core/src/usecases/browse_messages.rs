//! Browse messages: a person looks at the messages of their account.

use std::sync::Arc;
use std::time::Duration;

use crate::api_key::ApiKeyMode;
use crate::ids::{AccountId, MessageId};
use crate::message::MessageStatus;
use crate::page::{Cursor, Page, PageSize};
use crate::ports::{Clock, PortError};
use crate::recipient::Recipient;
use crate::time::Timestamp;
use crate::usecases::list_messages::{ListMessages, ListMessagesError, ListMessagesRequest};
use crate::usecases::own_accounts::{OwnAccounts, OwnAccountsError};
use crate::usecases::resume_session::Viewer;
use crate::usecases::show_message::{
    OpenedMessage, ShowMessage, ShowMessageError, ShowMessageRequest, ShownMessage,
};

/// The greatest number of messages in one file.
pub const MAX_EXPORTED: usize = 5_000;

/// Shows people the messages of their accounts, by the same use cases as the API.
#[derive(Clone)]
pub struct BrowseMessages {
    /// Finds the accounts.
    pub own: OwnAccounts,
    /// Lists messages.
    pub list: ListMessages,
    /// Shows one.
    pub show: ShowMessage,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The messages that a person looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageFilter {
    /// Only messages in this status.
    pub status: Option<MessageStatus>,
    /// Only messages of this time until now.
    pub period: Option<Duration>,
    /// Only this message, or messages to this recipient.
    pub sought: Option<Sought>,
}

/// Text that a person types to find messages, as its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// The id of a message. The message is found whatever its status and its age.
    Message(MessageId),
    /// The whole number or address of a recipient.
    Recipient(Recipient),
}

/// A page of messages, and the time at which its period begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BrowsedMessages {
    /// The messages, newest first.
    pub page: Page<OpenedMessage>,
    /// The beginning of the period, if there is one.
    pub from: Option<Timestamp>,
}

/// The reason nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum BrowseMessagesError {
    /// The account has no such message, the person has no account, or their role does not allow it.
    #[error("the account has no such message, or the role does not allow it")]
    NotFound,
    /// A stored recipient does not open.
    #[error("the messages cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl BrowseMessages {
    /// Returns a page of the messages of the person's live or test account.
    pub async fn list(
        &self,
        viewer: &Viewer,
        mode: ApiKeyMode,
        filter: MessageFilter,
        (cursor, size): (Option<Cursor>, PageSize),
    ) -> Result<BrowsedMessages, BrowseMessagesError> {
        let from = filter.period.map(|period| self.clock.now() - period);
        let page = match self.own.find(viewer, mode).await? {
            Some(account) => self.page_of(account, filter, from, (cursor, size)).await?,
            None => Page::EMPTY,
        };
        Ok(BrowsedMessages { page, from })
    }

    /// Returns the messages of the person's live or test account, newest first: at most [`MAX_EXPORTED`], of at most
    /// as many pages as that takes if all messages match.
    pub async fn export(
        &self,
        viewer: &Viewer,
        mode: ApiKeyMode,
        filter: MessageFilter,
    ) -> Result<Vec<OpenedMessage>, BrowseMessagesError> {
        let mut exported = Vec::new();
        let mut cursor = None;
        for _ in 0..MAX_EXPORTED.div_ceil(PageSize::LARGEST.get()) {
            let part = (cursor, PageSize::LARGEST);
            let found = self.list(viewer, mode, filter.clone(), part).await?;
            exported.extend(found.page.items);
            cursor = found.page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(exported)
    }

    /// Returns a message of the person's account, live or test, and which of the two it is. One of another account
    /// counts as unknown.
    pub async fn show(
        &self,
        viewer: &Viewer,
        id: MessageId,
    ) -> Result<(ApiKeyMode, ShownMessage), BrowseMessagesError> {
        for mode in ApiKeyMode::ALL {
            if let Some(account_id) = self.own.find(viewer, mode).await?
                && let Some(shown) = self.find(account_id, id).await?
            {
                return Ok((mode, shown));
            }
        }
        Err(BrowseMessagesError::NotFound)
    }

    async fn page_of(
        &self,
        account_id: AccountId,
        filter: MessageFilter,
        from: Option<Timestamp>,
        (cursor, size): (Option<Cursor>, PageSize),
    ) -> Result<Page<OpenedMessage>, BrowseMessagesError> {
        let recipient = match filter.sought {
            Some(Sought::Message(id)) => {
                let found = self.find(account_id, id).await?;
                return Ok(Page {
                    items: found.into_iter().map(|found| found.message).collect(),
                    next: None,
                });
            }
            Some(Sought::Recipient(recipient)) => Some(recipient),
            None => None,
        };
        let request = ListMessagesRequest {
            account_id,
            status: filter.status,
            recipient,
            from,
            to: None,
            cursor,
            size,
        };
        Ok(self.list.execute(request).await?)
    }

    async fn find(
        &self,
        account_id: AccountId,
        id: MessageId,
    ) -> Result<Option<ShownMessage>, BrowseMessagesError> {
        let request = ShowMessageRequest { account_id, id };
        match self.show.execute(request).await {
            Ok(shown) => Ok(Some(shown)),
            Err(ShowMessageError::NotFound) => Ok(None),
            Err(ShowMessageError::Unreadable(error)) => {
                Err(BrowseMessagesError::Unreadable(error.into()))
            }
            Err(ShowMessageError::Port(error)) => Err(error.into()),
        }
    }
}

impl From<OwnAccountsError> for BrowseMessagesError {
    fn from(error: OwnAccountsError) -> Self {
        match error {
            OwnAccountsError::NotFound => Self::NotFound,
            OwnAccountsError::Port(error) => Self::Port(error),
        }
    }
}

impl From<ListMessagesError> for BrowseMessagesError {
    fn from(error: ListMessagesError) -> Self {
        match error {
            ListMessagesError::Unreadable(error) => Self::Unreadable(error.into()),
            ListMessagesError::Port(error) => Self::Port(error),
        }
    }
}
