//! The query of a page of an account's messages.

use crate::ids::AccountId;
use crate::message::{MessageRecord, MessageStatus};
use crate::page::{Listed, PagePosition};
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;

/// A page is made of at most this many messages, the newest first, however few of them match. So a rare
/// status costs as much as a frequent one, and does not grow with the account's history.
pub const MAX_EXAMINED: usize = 1_000;

/// The query of a page: the newest messages of an account that match all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageQuery {
    /// The account.
    pub account_id: AccountId,
    /// The recipient; `None` matches every recipient.
    pub recipient: Option<RecipientIndex>,
    /// The statuses that match.
    pub statuses: Vec<MessageStatus>,
    /// The earliest creation that matches.
    pub since: Timestamp,
    /// The position that matching messages are older than.
    pub before: PagePosition,
    /// The maximum number of messages.
    pub limit: usize,
    /// The maximum number of messages that are looked at. They are the newest of this account, recipient
    /// and time, in whichever status.
    pub examine: usize,
}

/// The answer to a [`MessageQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundMessages {
    /// The messages that match, newest first.
    pub records: Vec<MessageRecord>,
    /// The last message that was looked at, if the search ended because it had looked at
    /// [`MessageQuery::examine`] messages. Older ones may match. If `records` is full, older ones may match
    /// in any case, and this may be `None`.
    pub examined_to: Option<PagePosition>,
}

/// A message that a search looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminedMessage {
    /// Its place among those that were looked at: the newest has 1.
    pub place: usize,
    /// The message.
    pub record: MessageRecord,
}

impl FoundMessages {
    /// Makes the answer of the messages that match and, if the search got that far, the one at the place
    /// [`MessageQuery::examine`], which need not match.
    pub fn of_examined(examined: Vec<ExaminedMessage>, query: &MessageQuery) -> Self {
        let end = examined.iter().find(|found| found.place == query.examine);
        let examined_to = end.map(|found| found.record.position());
        let records = examined.into_iter().map(|found| found.record);
        Self {
            records: records
                .filter(|record| query.statuses.contains(&record.status))
                .collect(),
            examined_to,
        }
    }
}

impl Listed for MessageRecord {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.created_at,
            id: self.id.0,
        }
    }
}
