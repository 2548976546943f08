//! List messages: the caller's, newest first, page by page.

use std::sync::Arc;

use crate::message::{Cursor, MessageQuery, MessageStatus, PagePosition, PageSize};
use crate::ports::{Messages, PortError};
use crate::recipient::PhoneNumber;
use crate::sealing::Sealer;
use crate::time::Timestamp;
use crate::usecases::authenticate::Caller;
use crate::usecases::show_message::{OpenedMessage, UnreadableRecipient};

/// Which of the caller's messages.
#[derive(Debug, Clone, Default)]
pub struct ListMessagesRequest {
    /// Those that stand there.
    pub status: Option<MessageStatus>,
    /// Those sent to this number.
    pub recipient: Option<PhoneNumber>,
    /// Those created then or later.
    pub from: Option<Timestamp>,
    /// Those created before.
    pub to: Option<Timestamp>,
    /// Those after this page.
    pub cursor: Option<Cursor>,
    /// How many.
    pub size: PageSize,
}

/// A page of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePage {
    /// The messages, newest first.
    pub messages: Vec<OpenedMessage>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListMessagesError {
    /// A recipient cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Lists messages.
#[derive(Clone)]
pub struct ListMessages {
    messages: Arc<dyn Messages>,
    sealer: Sealer,
}

impl ListMessages {
    /// A use case over these ports.
    pub fn new(messages: Arc<dyn Messages>, sealer: Sealer) -> Self {
        Self { messages, sealer }
    }

    /// One page of the caller's messages.
    pub async fn execute(
        &self,
        caller: Caller,
        request: ListMessagesRequest,
    ) -> Result<MessagePage, ListMessagesError> {
        let size = request.size.get();
        let mut found = self.messages.list(&self.query(caller, request)).await?;
        // One more than a page was asked for: it tells that there is another page.
        let goes_on = found.len() > size;
        found.truncate(size);
        let last = found.last().map(PagePosition::of);
        let open = |record| OpenedMessage::open(record, &self.sealer);
        Ok(MessagePage {
            next: last.filter(|_| goes_on).map(Cursor),
            messages: found.into_iter().map(open).collect::<Result<_, _>>()?,
        })
    }

    fn query(&self, caller: Caller, request: ListMessagesRequest) -> MessageQuery {
        let size = request.size.get();
        let anywhere = MessageStatus::ALL.to_vec();
        let ends = [
            request.cursor.map(|Cursor(position)| position),
            request.to.map(PagePosition::at),
        ];
        MessageQuery {
            account_id: caller.account_id,
            recipient: request.recipient.map(|number| self.sealer.index(&number)),
            statuses: request.status.map_or(anywhere, |status| vec![status]),
            since: request.from.unwrap_or(Timestamp::from_unix_millis(0)),
            before: ends
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(PagePosition::END),
            limit: size + 1,
        }
    }
}
