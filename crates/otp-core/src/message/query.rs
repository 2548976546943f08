//! The query of a page of an account's messages.

use crate::ids::AccountId;
use crate::message::{MessageRecord, MessageStatus};
use crate::page::{Listed, PagePosition};
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;

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
}

impl Listed for MessageRecord {
    fn position(&self) -> PagePosition {
        PagePosition {
            created_at: self.created_at,
            id: self.id.0,
        }
    }
}
