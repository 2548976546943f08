//! List messages: returns an account's messages, newest first, page by page.

use std::sync::Arc;

use crate::ids::AccountId;
use crate::message::{MessageQuery, MessageStatus};
use crate::page::{Cursor, MAX_EXAMINED, Page, PagePosition, PageSize};
use crate::ports::{Messages, PortError};
use crate::recipient::Recipient;
use crate::sealing::AccountSealer;
use crate::time::Timestamp;
use crate::usecases::account_sealers::{AccountSealers, UnreadableRecipient};
use crate::usecases::show_message::OpenedMessage;

/// The account's messages that match every filter given.
#[derive(Debug, Clone)]
pub struct ListMessagesRequest {
    /// The account.
    pub account_id: AccountId,
    /// Only messages in this status.
    pub status: Option<MessageStatus>,
    /// Only messages to this recipient.
    pub recipient: Option<Recipient>,
    /// Only messages created then or later.
    pub from: Option<Timestamp>,
    /// Only messages created before then.
    pub to: Option<Timestamp>,
    /// The end of the previous page, to continue after it.
    pub cursor: Option<Cursor>,
    /// At most this many messages.
    pub size: PageSize,
}

/// The reason there is no page.
#[derive(Debug, thiserror::Error)]
pub enum ListMessagesError {
    /// A stored recipient does not open.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRecipient),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Lists messages.
#[derive(Clone)]
pub struct ListMessages {
    /// Finds the messages.
    pub messages: Arc<dyn Messages>,
    /// Indexes and opens recipients.
    pub sealers: AccountSealers,
}

impl ListMessages {
    /// Returns one page of the account's messages.
    ///
    /// A page may have fewer messages than asked for, even none, and continue nevertheless: it looks at
    /// [`MAX_EXAMINED`] messages at most.
    pub async fn execute(
        &self,
        request: ListMessagesRequest,
    ) -> Result<Page<OpenedMessage>, ListMessagesError> {
        let sealer = self.sealers.find(request.account_id).await?;
        let sealer = sealer.as_deref();
        let size = request.size;
        let Some(query) = query(request, sealer) else {
            return Ok(Page::EMPTY);
        };
        let found = self.messages.list(&query).await?;
        let page = Page::of_found(found.records, size).or_continued_after(found.examined_to);
        Ok(page.try_map(|record| OpenedMessage::open(record, sealer))?)
    }
}

/// Builds the query of a request.
///
/// Returns `None` if nothing can match: a recipient is given, but the account's key, which indexes it, is
/// deleted.
fn query(request: ListMessagesRequest, sealer: Option<&AccountSealer>) -> Option<MessageQuery> {
    let recipient = match (&request.recipient, sealer) {
        (Some(recipient), Some(sealer)) => Some(sealer.recipient_index(recipient)),
        (Some(_), None) => return None,
        (None, _) => None,
    };
    let every_status = MessageStatus::ALL.to_vec();
    let limit = request.size.with_one_more();
    Some(MessageQuery {
        account_id: request.account_id,
        recipient,
        statuses: request.status.map_or(every_status, |status| vec![status]),
        since: request.from.unwrap_or(Timestamp::from_unix_millis(0)),
        before: PagePosition::start(request.cursor, request.to),
        limit,
        // Without a status every message that is looked at matches.
        examine: request.status.map_or(limit, |_| MAX_EXAMINED),
    })
}
