//! Notices: what an account holder is told by mail, without anything personal in it.
//!
//! A notice is the same notice whenever it has the same id, and its id is made from what it is about:
//! telling twice what happened once is one mail.

mod expiring_key;
mod kind;
mod low_balance;

use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::ids::{AccountId, NoticeId};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
pub use expiring_key::{FIRST_WARNING, expiring_key};
pub use kind::{NoticeKind, Reason};
pub(crate) use low_balance::Debit;
pub use low_balance::{InvalidLowBalance, LowBalance};

/// Something an account holder has to know. The address is not part of it: it is looked up when the
/// mail goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailNotice {
    /// Its id, which is also that of its mail.
    pub id: NoticeId,
    /// Who is told.
    pub account_id: AccountId,
    /// What.
    pub kind: NoticeKind,
    /// In which language; the account's default where none is named.
    pub language: Option<UiLanguage>,
    /// When it came up.
    pub created_at: Timestamp,
}

impl MailNotice {
    /// A notice. `occasion` tells this occurrence from others of the same kind and account, such as the
    /// id of what happened to: the same account, kind and occasion are the same notice for ever, and
    /// later ones are passed over.
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
            .chain_update(occasion.as_bytes())
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self {
            id: NoticeId(Builder::from_custom_bytes(bytes).into_uuid()),
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
    /// Where it stands.
    pub state: NoticeState,
    /// How often it was claimed. Who records what came of a claim names this number, so that one whose
    /// lease had ended cannot overrule the next.
    pub attempts: u32,
    /// From when on it may be claimed, while it waits.
    pub due_at: Timestamp,
    /// Why the last attempt failed, in words without anybody's data.
    pub failure: Option<String>,
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeState {
    /// It is to be sent.
    Waiting,
    /// A mail server took it.
    Sent,
    /// It will not be sent.
    GivenUp,
}

impl NoticeState {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Sent, Self::GivenUp];

    /// The name in listings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Sent => "Sent",
            Self::GivenUp => "GivenUp",
        }
    }

    /// What a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Waiting => 0,
            Self::Sent => 1,
            Self::GivenUp => 2,
        }
    }

    /// The one with this code.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What came of a claimed notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOutcome {
    /// Which notice.
    pub id: NoticeId,
    /// Of which claim: [`QueuedNotice::attempts`].
    pub attempt: u32,
    /// Where it stands now.
    pub state: NoticeState,
    /// When it may be claimed again, if it waits; otherwise when it ended.
    pub at: Timestamp,
    /// Why it failed, if it did.
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
