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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::channel::Channel;
    use crate::credits::Credits;
    use crate::ids::MessageId;
    use crate::language::LanguageTag;
    use crate::region::Region;

    fn examined(place: usize, status: MessageStatus) -> ExaminedMessage {
        let millis = i64::try_from(100 - place).expect("a small number");
        let record = MessageRecord {
            id: MessageId(Uuid::nil()),
            status,
            recipient: None,
            channel: Channel::WhatsApp,
            region: Some(Region::WORLD),
            language: LanguageTag::parse("ar").expect("a tag"),
            template: None,
            phone_number_id: None,
            price: Credits::ONE,
            failure: None,
            created_at: Timestamp::from_unix_millis(millis),
            failed_at: None,
            delivered_at: None,
            outcome: None,
        };
        ExaminedMessage { place, record }
    }

    #[test]
    fn the_last_examined_message_ends_the_search_and_need_not_match() {
        let (sent, failed) = (MessageStatus::Sent, MessageStatus::Failed);
        let found = vec![examined(2, failed), examined(4, sent)];
        for (examine, ends) in [(4, true), (5, false)] {
            let query = MessageQuery {
                account_id: AccountId(Uuid::nil()),
                recipient: None,
                statuses: vec![failed],
                since: Timestamp::from_unix_millis(0),
                before: PagePosition::END,
                limit: 3,
                examine,
            };
            let expected = FoundMessages {
                records: vec![found[0].record.clone()],
                examined_to: ends.then(|| found[1].record.position()),
            };
            assert_eq!(FoundMessages::of_examined(found.clone(), &query), expected);
        }
    }
}
