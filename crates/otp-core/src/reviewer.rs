//! Reviewer numbers: phone numbers with a fixed code, for those who review an app before it is published.
//!
//! A reviewer has no phone that gets the code, and signs in with the one that the app's owner names. Nothing
//! is handed to a provider, so whoever knows the number and its code passes: there are few of them, and
//! each ends.

use std::time::Duration;

use crate::ids::{AccountId, ReviewerNumberId};
use crate::sealing::{RecipientIndex, Sealed};
use crate::time::Timestamp;

/// An account has at most this many at a time.
pub const MAX_NUMBERS: usize = 10;

/// The shortest time from the entry of a number to its end.
pub const MIN_LIFETIME: Duration = Duration::from_secs(1);

/// The longest time from the entry of a number to its end.
pub const MAX_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A reviewer number, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerNumber {
    /// Its id.
    pub id: ReviewerNumberId,
    /// The account.
    pub account_id: AccountId,
    /// The blind index of the number.
    pub recipient_index: RecipientIndex,
    /// The number, sealed.
    pub recipient: Sealed,
    /// The code, sealed.
    pub code: Sealed,
    /// The time it was entered.
    pub created_at: Timestamp,
    /// The time from which it is a number like any other.
    pub expires_at: Timestamp,
}

impl ReviewerNumber {
    /// Returns whether the number still has its fixed code.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// Judges a new number. Returns the numbers that make room for it: ended ones, and an earlier entry of the
/// same number; `None` if the account has too many.
pub fn judge(existing: &[ReviewerNumber], new: &ReviewerNumber) -> Option<Vec<ReviewerNumberId>> {
    let stays = |number: &&ReviewerNumber| {
        number.is_active(new.created_at) && number.recipient_index != new.recipient_index
    };
    if existing.iter().filter(stays).count() >= MAX_NUMBERS {
        return None;
    }
    let goes = existing.iter().filter(|number| !stays(number));
    Some(goes.map(|number| number.id).collect())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn number(id: u8, recipient: u8, created_at: i64, expires_at: i64) -> ReviewerNumber {
        ReviewerNumber {
            id: ReviewerNumberId(Uuid::from_u128(id.into())),
            account_id: AccountId(Uuid::nil()),
            recipient_index: RecipientIndex([recipient; 32]),
            recipient: Sealed(Vec::new()),
            code: Sealed(Vec::new()),
            created_at: Timestamp::from_unix_millis(created_at),
            expires_at: Timestamp::from_unix_millis(expires_at),
        }
    }

    #[test]
    fn ten_numbers_have_room_and_ended_or_replaced_ones_need_none() {
        let now = 1_000;
        let active = |count: u8| {
            (0..count)
                .map(|n| number(n, n, 0, now + 1))
                .collect::<Vec<_>>()
        };
        let id = |id: u8| ReviewerNumberId(Uuid::from_u128(id.into()));
        let new = number(99, 99, now, now + 5);
        assert_eq!(judge(&active(9), &new), Some(Vec::new()));
        assert_eq!(judge(&active(10), &new), None);
        let again = number(99, 3, now, now + 5);
        assert_eq!(judge(&active(10), &again), Some(vec![id(3)]));
        let mut one_ended = active(10);
        one_ended[4].expires_at = Timestamp::from_unix_millis(now);
        assert_eq!(judge(&one_ended, &new), Some(vec![id(4)]));
    }
}
