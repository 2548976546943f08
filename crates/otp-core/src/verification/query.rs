//! The query of a page of an account's verifications.

use crate::ids::{AccountId, VerificationId};
use crate::page::{Listed, PagePosition};
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;
use crate::verification::{VerificationRecord, VerificationState, VerificationStatus};

/// The query of a page: the newest verifications of an account that match all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationQuery {
    /// The account.
    pub account_id: AccountId,
    /// The recipient; `None` matches every recipient.
    pub recipient: Option<RecipientIndex>,
    /// The status at [`Self::now`]; `None` matches every status.
    pub status: Option<VerificationStatus>,
    /// The earliest creation that matches.
    pub since: Timestamp,
    /// The position that matching verifications are older than.
    pub before: PagePosition,
    /// The maximum number of verifications.
    pub limit: usize,
    /// The maximum number of verifications that are looked at, the newest first.
    pub examine: usize,
    /// The instant of the question.
    pub now: Timestamp,
}

/// The answer to a [`VerificationQuery`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundVerifications {
    /// The verifications that match, newest first.
    pub records: Vec<VerificationRecord>,
    /// The last verification that was looked at, if the search ended because it had looked at
    /// [`VerificationQuery::examine`] of them. Older ones may match.
    pub examined_to: Option<PagePosition>,
}

/// The verifications that a query chooses of those that were looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The verifications that match, newest first.
    pub ids: Vec<VerificationId>,
    /// See [`FoundVerifications::examined_to`].
    pub examined_to: Option<PagePosition>,
}

impl VerificationQuery {
    /// Chooses those that match from the newest ones of this account, recipient and time, which are in
    /// the order of the list. The status is judged here, because a pending verification expires without
    /// being written.
    pub fn choose<'a>(&self, examined: impl IntoIterator<Item = &'a VerificationState>) -> Chosen {
        let (mut ids, mut count, mut last) = (Vec::new(), 0, None);
        for state in examined {
            count += 1;
            last = Some(state.position());
            let matches = self
                .status
                .is_none_or(|status| status == state.status_at(self.now));
            if matches && ids.len() < self.limit {
                ids.push(state.id);
            }
        }
        Chosen {
            ids,
            examined_to: last.filter(|_| count >= self.examine),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn state(number: u64, status: VerificationStatus, lives: u64) -> VerificationState {
        let created_at = NOW - Duration::from_secs(60 + number);
        VerificationState {
            id: VerificationId(Uuid::from_u128(number.into())),
            status,
            expires_at: NOW - Duration::from_secs(60) + Duration::from_secs(lives),
            ..VerificationState::sample(created_at)
        }
    }

    #[test]
    fn the_status_of_the_moment_is_matched_and_the_search_ends_where_it_has_to() {
        let examined = [
            state(1, VerificationStatus::Pending, 300),
            state(2, VerificationStatus::Pending, 60),
            state(3, VerificationStatus::Expired, 60),
            state(4, VerificationStatus::Approved, 300),
        ];
        let ids = |numbers: &[u128]| -> Vec<_> {
            let numbers = numbers.iter().copied();
            numbers
                .map(|number| VerificationId(Uuid::from_u128(number)))
                .collect()
        };
        for (status, limit, expected) in [
            (None, 9, ids(&[1, 2, 3, 4])),
            (None, 3, ids(&[1, 2, 3])),
            (Some(VerificationStatus::Pending), 9, ids(&[1])),
            (Some(VerificationStatus::Expired), 9, ids(&[2, 3])),
            (Some(VerificationStatus::Expired), 1, ids(&[2])),
            (Some(VerificationStatus::Canceled), 9, ids(&[])),
        ] {
            for (examine, is_end) in [(4, true), (5, false)] {
                let query = VerificationQuery {
                    account_id: AccountId(Uuid::nil()),
                    recipient: None,
                    status,
                    since: NOW,
                    before: PagePosition::END,
                    limit,
                    examine,
                    now: NOW,
                };
                let chosen = query.choose(&examined);
                assert_eq!(chosen.ids, expected, "{status:?} {limit}");
                let end = PagePosition {
                    created_at: examined[3].created_at,
                    id: examined[3].id.0,
                };
                assert_eq!(chosen.examined_to, is_end.then_some(end));
            }
        }
    }
}
