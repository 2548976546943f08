//! Pages of an account's messages, newest first. A page begins after a message, not after a count,
//! so that messages created between two requests neither shift a page nor appear twice.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::ids::{AccountId, MessageId};
use crate::message::{MessageRecord, MessageStatus};
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

/// A position among the messages of an account, which are in the order of their creation; ids order
/// those of the same millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PagePosition {
    /// The creation time of the message at this position.
    pub created_at: Timestamp,
    /// The message at this position.
    pub id: MessageId,
}

impl PagePosition {
    /// The position after every message.
    pub const END: Self = Self {
        created_at: Timestamp::MAX,
        id: MessageId(Uuid::max()),
    };

    /// Returns the position of a message.
    pub fn of(message: &MessageRecord) -> Self {
        Self {
            created_at: message.created_at,
            id: message.id,
        }
    }

    /// Returns the position after all messages created before `instant` and before all others.
    pub fn at(instant: Timestamp) -> Self {
        Self {
            created_at: instant,
            id: MessageId(Uuid::nil()),
        }
    }
}

/// The end of a page, as callers receive it. A cursor is opaque to callers and has a version, so
/// that a later change of the order cannot misread existing cursors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub PagePosition);

/// The text is not a cursor of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct InvalidCursor;

const VERSION: u8 = 1;
const VERSION_LENGTH: usize = 1;
const TIME_LENGTH: usize = 8;

impl Cursor {
    /// Reads a cursor that a caller sent back.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        let (version, rest) = bytes
            .split_at_checked(VERSION_LENGTH)
            .ok_or(InvalidCursor)?;
        let (time, id) = rest.split_at_checked(TIME_LENGTH).ok_or(InvalidCursor)?;
        let millis = i64::from_be_bytes(time.try_into().map_err(|_| InvalidCursor)?);
        let known = version == [VERSION] && (0..=Timestamp::MAX.unix_millis()).contains(&millis);
        let id = Uuid::from_slice(id).map_err(|_| InvalidCursor)?;
        known
            .then_some(Self(PagePosition {
                created_at: Timestamp::from_unix_millis(millis),
                id: MessageId(id),
            }))
            .ok_or(InvalidCursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(PagePosition { created_at, id }) = self;
        let mut bytes = vec![VERSION];
        bytes.extend(created_at.unix_millis().to_be_bytes());
        bytes.extend(id.0.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The number of messages on a page: 1 to 100, 20 by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(usize);

/// The text is not a page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page has 1 to 100 messages")]
pub struct InvalidPageSize;

impl PageSize {
    /// Reads a number of messages.
    pub fn parse(text: &str) -> Result<Self, InvalidPageSize> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let size = text.parse().map_err(|_| InvalidPageSize)?;
        let fits = digits && (1..=100).contains(&size);
        fits.then_some(Self(size)).ok_or(InvalidPageSize)
    }

    /// Returns the number.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(millis: i64) -> Cursor {
        let id = MessageId(Uuid::from_u128(0xf5b2));
        Cursor(PagePosition {
            created_at: Timestamp::from_unix_millis(millis),
            id,
        })
    }

    #[test]
    fn a_cursor_reads_back() {
        for millis in [0, 1_780_000_000_123, Timestamp::MAX.unix_millis()] {
            let cursor = cursor(millis);
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }
    }

    #[test]
    fn a_text_this_service_did_not_issue_is_not_a_cursor() {
        let good = cursor(1_780_000_000_123).to_string();
        let other_version = format!("Ag{}", &good[2..]);
        let before_1970 = cursor(-1).to_string();
        for text in [
            "",
            "A",
            "AQ",
            "0",
            "رمز",
            &good[1..],
            &format!("{good}A"),
            &format!("{good}="),
            &good.replace('A', "+"),
            &other_version,
            &before_1970,
        ] {
            assert_eq!(Cursor::parse(text), Err(InvalidCursor), "{text}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_messages() {
        for (text, size) in [("1", 1), ("20", 20), ("100", 100), ("007", 7)] {
            assert_eq!(PageSize::parse(text).map(PageSize::get), Ok(size));
        }
        for text in [
            "",
            "0",
            "101",
            "-1",
            "+1",
            "1.5",
            "ten",
            "٢٠",
            "99999999999999999999",
        ] {
            assert_eq!(PageSize::parse(text), Err(InvalidPageSize), "{text}");
        }
        assert_eq!(PageSize::default().get(), 20);
    }

    #[test]
    fn an_instant_is_after_earlier_messages_and_before_those_of_the_same_instant() {
        let at = Timestamp::from_unix_millis;
        let message = |millis| PagePosition {
            created_at: at(millis),
            id: MessageId(Uuid::from_u128(1)),
        };
        assert!(message(9) < PagePosition::at(at(10)));
        assert!(PagePosition::at(at(10)) < message(10));
        assert!(message(10) < PagePosition::END);
    }
}
