//! List messages: the caller's, newest first, page by page.

use std::sync::Arc;

use crate::message::{Cursor, MessageQuery, MessageStatus, PagePosition, PageSize};
use crate::ports::{Messages, PortError};
use crate::recipient::PhoneNumber;
use crate::sealing::AccountSealer;
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient};
use crate::usecases::authenticate::Caller;
use crate::usecases::show_message::OpenedMessage;

/// Which of the caller's messages.
#[derive(Debug, Clone)]
pub struct ListMessagesRequest {
    /// The caller.
    pub caller: Caller,
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
    /// Finds them.
    pub messages: Arc<dyn Messages>,
    /// Index and open recipients.
    pub sealers: AccountSealers,
}

impl ListMessages {
    /// One page of the caller's messages.
    pub async fn execute(
        &self,
        request: ListMessagesRequest,
    ) -> Result<MessagePage, ListMessagesError> {
        let sealer = self.sealers.find(request.caller.account_id).await?;
        let sealer = sealer.as_deref();
        let size = request.size.get();
        let Some(query) = query(request, sealer) else {
            return Ok(MessagePage {
                messages: Vec::new(),
                next: None,
            });
        };
        let mut found = self.messages.list(&query).await?;
        // The query asks for one more than a page has: it tells whether there is another page.
        let has_more = found.len() > size;
        found.truncate(size);
        let last = found.last().map(PagePosition::of);
        let open = |record| OpenedMessage::open(record, sealer);
        Ok(MessagePage {
            next: last.filter(|_| has_more).map(Cursor),
            messages: found.into_iter().map(open).collect::<Result<_, _>>()?,
        })
    }
}

/// What to look for; `None` if nothing can match, because a recipient is named and the account's key,
/// by which it would be found, is deleted.
fn query(request: ListMessagesRequest, sealer: Option<&AccountSealer>) -> Option<MessageQuery> {
    let recipient = match (&request.recipient, sealer) {
        (Some(number), Some(sealer)) => Some(sealer.index(number)),
        (Some(_), None) => return None,
        (None, _) => None,
    };
    let every_status = MessageStatus::ALL.to_vec();
    let ends = [
        request.cursor.map(|Cursor(position)| position),
        request.to.map(PagePosition::at),
    ];
    Some(MessageQuery {
        account_id: request.caller.account_id,
        recipient,
        statuses: request.status.map_or(every_status, |status| vec![status]),
        since: request.from.unwrap_or(Timestamp::from_unix_millis(0)),
        before: ends
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(PagePosition::END),
        limit: request.size.get() + 1,
    })
}
