//! Notices: mail to an account holder, without personal data.
//!
//! The id of a notice is made from the event it is about, and notices with the same id are the same
//! notice: an event that is noticed twice causes one mail.

mod announced;
mod expiring_key;
mod kind;
mod low_balance;
mod topic;

use sha2::{Digest, Sha256};

use crate::ids::{AccountId, NoticeId, uuid_of};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
pub use announced::Announced;
pub use expiring_key::{FIRST_WARNING, expiring_key, expiring_key_event};
pub use kind::{NoticeKind, Reason};
pub use low_balance::{InvalidLowBalance, LowBalance};
pub use topic::{MutedTopics, NoticeTopic};

/// A notice to an account holder. It has no address: the address is looked up when the mail is
/// sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailNotice {
    /// Its id, which is also that of its mail.
    pub id: NoticeId,
    /// The account whose holder receives it.
    pub account_id: AccountId,
    /// The subject and its details.
    pub kind: NoticeKind,
    /// The language; the account's default if `None`.
    pub language: Option<UiLanguage>,
    /// The time of the event.
    pub created_at: Timestamp,
}

impl MailNotice {
    /// Makes a notice. `occasion` identifies the event, for example by the id of the object it is
    /// about. Two notices with the same account, kind and occasion are the same notice: the outbox
    /// ignores the second, however late it comes.
    pub fn new(
        account_id: AccountId,
        kind: NoticeKind,
        occasion: &str,
        language: Option<UiLanguage>,
        created_at: Timestamp,
    ) -> Self {
        let hash = Sha256::new()
            .chain_update(account_id.0.as_bytes())
            .chain_update(kind.code().to_be_bytes())
            .chain_update(occasion.as_bytes());
        Self {
            id: NoticeId(uuid_of(hash)),
            account_id,
            kind,
            language,
            created_at,
        }
    }
}

/// A notice as the outbox keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedNotice {
    /// The notice.
    pub notice: MailNotice,
    /// Its state.
    pub state: NoticeState,
    /// The number of claims. A worker that records the outcome of a claim gives this number, so
    /// that a worker whose lease has ended cannot overwrite the next one's outcome.
    pub attempts: u32,
    /// The time from which it may be claimed, while it waits.
    pub due_at: Timestamp,
    /// The reason the last attempt failed, without personal data.
    pub failure: Option<String>,
}

/// The state of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// It waits to be sent.
    Waiting,
    /// A mail server accepted it.
    Sent,
    /// It will not be sent.
    GivenUp,
    /// The account holder turned off its topic, so it was not sent.
    Muted,
}

impl NoticeState {
    /// All states, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::GivenUp, Self::Muted];

    /// Returns the name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Sent => "Sent",
            Self::GivenUp => "GivenUp",
            Self::Muted => "Muted",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Sent => 1,
            Self::GivenUp => 2,
            Self::Muted => 3,
        }
    }

    /// Returns the state of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// The outcome of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOutcome {
    /// The notice.
    pub id: NoticeId,
    /// The number of the claim, from [`QueuedNotice::attempts`].
    pub attempt: u32,
    /// Its new state.
    pub state: NoticeState,
    /// The time from which it may be claimed again, if it waits; otherwise the time it ended.
    pub at: Timestamp,
    /// The reason it failed, if it failed.
    pub failure: Option<String>,
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::credits::Credits;
    use crate::ids::SubscriptionId;

    #[test]
    fn the_same_occasion_is_the_same_notice() {
        let spent = NoticeKind::SubscriptionSpent {
            subscription_id: SubscriptionId(Uuid::from_u128(7)),
            granted: Credits::ONE,
        };
        let notice = |account, occasion, second: i64| {
            let account = AccountId(Uuid::from_u128(account));
            let at = Timestamp::from_unix_millis(second * 1_000);
            MailNotice::new(account, spent.clone(), occasion, None, at).id
        };
        assert_eq!(notice(1, "a", 0), notice(1, "a", 9));
        assert_ne!(notice(1, "a", 0), notice(1, "b", 0));
        assert_ne!(notice(1, "a", 0), notice(2, "a", 0));
    }
}
