//! Subscriptions: credits granted to an account, and the choice of the one that pays for a message.

use crate::credits::Credits;
use crate::ids::{AccountId, PlanId, SubscriptionId};
use crate::notice::Announced;
use crate::time::Timestamp;

/// Credits granted to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The plan it was ordered by, if there was one.
    pub plan_id: Option<PlanId>,
    /// The credits granted.
    pub credits: Credits,
    /// The credits left: always the sum of its ledger entries.
    pub remaining: Credits,
    /// The time it was granted.
    pub created_at: Timestamp,
}

/// The status of a subscription: whether it can still pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// It has credits left.
    Active,
    /// It is fully consumed. A refund makes it active again.
    Expired,
}

impl Subscription {
    /// Returns the status, which is derived from the balance and therefore cannot contradict it.
    pub fn status(&self) -> SubscriptionStatus {
        if self.remaining == Credits::ZERO {
            SubscriptionStatus::Expired
        } else {
            SubscriptionStatus::Active
        }
    }
}

impl SubscriptionStatus {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
        }
    }
}

/// The balance of a subscription, with everything that admission and settlement need of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionBalance {
    /// The subscription.
    pub id: SubscriptionId,
    /// The credits left.
    pub remaining: Credits,
    /// The credits granted.
    pub granted: Credits,
    /// The time it was granted.
    pub created_at: Timestamp,
    /// The notices that were given about it.
    pub announced: Announced,
}

/// Returns the subscription that pays: the newest whose remaining credits cover the whole price. A
/// price is never split between two. Ids order those granted in the same millisecond.
pub fn payer(balances: &[SubscriptionBalance], price: Credits) -> Option<SubscriptionBalance> {
    balances
        .iter()
        .filter(|balance| balance.remaining > Credits::ZERO && balance.remaining >= price)
        .max_by_key(|balance| (balance.created_at, balance.id))
        .copied()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn balance(number: u128, remaining: i64, created_at: i64) -> SubscriptionBalance {
        SubscriptionBalance {
            id: SubscriptionId(Uuid::from_u128(number)),
            remaining: Credits::new(remaining).expect("credits"),
            granted: Credits::new(100).expect("credits"),
            created_at: Timestamp::from_unix_millis(created_at),
            announced: Announced::Nothing,
        }
    }

    #[track_caller]
    fn check(balances: &[SubscriptionBalance], price: i64, expected: Option<u128>) {
        let payer = payer(balances, Credits::new(price).expect("credits"));
        assert_eq!(payer.map(|balance| balance.id.0.as_u128()), expected);
    }

    #[test]
    fn the_newest_that_covers_the_price_pays() {
        check(
            &[
                balance(1, 50, 100),
                balance(2, 50, 300),
                balance(3, 50, 200),
            ],
            1,
            Some(2),
        );
        check(&[balance(1, 50, 100), balance(2, 50, 100)], 1, Some(2));
    }

    #[test]
    fn a_newer_one_that_does_not_cover_the_price_is_skipped() {
        check(&[balance(1, 50, 100), balance(2, 2, 300)], 3, Some(1));
    }

    #[test]
    fn a_price_is_never_split() {
        check(&[balance(1, 2, 100), balance(2, 2, 300)], 3, None);
    }

    #[test]
    fn an_expired_subscription_pays_for_nothing() {
        check(&[balance(1, 0, 100)], 1, None);
        check(&[balance(1, 0, 100)], 0, None);
        check(&[], 1, None);
    }
}
