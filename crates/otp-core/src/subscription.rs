//! Subscriptions: credits granted to an account, and the choice of the one that pays for a message.

use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{AccountId, PlanId, SubscriptionId};
use crate::notice::Announced;
use crate::time::Timestamp;
use crate::webhook::{WebhookEvent, WebhookEventKind};

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
    /// The time it was revoked, if it was. It then has no credits left, and gets none back.
    pub revoked_at: Option<Timestamp>,
}

/// The status of a subscription: whether it can still pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// It has credits left.
    Active,
    /// It is fully consumed. A refund makes it active again.
    Expired,
    /// An operator revoked it; its remaining credits are gone.
    Revoked,
}

impl Subscription {
    /// Returns the status, which is derived from the balance and therefore cannot contradict it.
    pub fn status(&self) -> SubscriptionStatus {
        if self.revoked_at.is_some() {
            SubscriptionStatus::Revoked
        } else if self.remaining == Credits::ZERO {
            SubscriptionStatus::Expired
        } else {
            SubscriptionStatus::Active
        }
    }
}

impl Subscription {
    /// Returns the event that reports its grant.
    pub fn activated(&self) -> WebhookEvent {
        let kind = WebhookEventKind::SubscriptionActivated;
        WebhookEvent::new(self.account_id, kind, self.id.0, self.created_at)
    }

    /// Takes back the credits that are left. Returns the entry of the ledger, unless none were left.
    ///
    /// A revoked subscription stays as it is.
    pub fn revoke(&mut self, at: Timestamp) -> Option<LedgerEntry> {
        if self.revoked_at.is_some() {
            return None;
        }
        self.revoked_at = Some(at);
        let left = std::mem::replace(&mut self.remaining, Credits::ZERO);
        (left != Credits::ZERO).then_some(LedgerEntry {
            account_id: self.account_id,
            subscription_id: self.id,
            message_id: None,
            kind: EntryKind::Revocation,
            credits: left,
            at,
        })
    }
}

impl SubscriptionStatus {
    /// Returns the name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
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
    /// Whether it is revoked: credits that come back to it go at once.
    pub is_revoked: bool,
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

/// Adds the price to the subscription that paid, unless it is revoked.
pub(crate) fn give_back(
    balances: &mut [SubscriptionBalance],
    payer: SubscriptionId,
    price: Credits,
) -> Option<SubscriptionBalance> {
    let balance = balances.iter_mut().find(|balance| balance.id == payer)?;
    if !balance.is_revoked {
        balance.remaining = balance.remaining.saturating_add(price);
    }
    Some(*balance)
}

/// Takes the price from the subscription that paid before, or from the one that would pay for a new
/// message. `None` if no subscription covers the price: a balance is never negative.
pub(crate) fn pay_again(
    balances: &mut [SubscriptionBalance],
    payer: SubscriptionId,
    price: Credits,
) -> Option<&mut SubscriptionBalance> {
    let covers = |balance: &&SubscriptionBalance| balance.id == payer && balance.remaining >= price;
    let before = balances.iter().find(covers).copied();
    let payer = before.or_else(|| self::payer(balances, price))?.id;
    let balance = balances.iter_mut().find(|balance| balance.id == payer)?;
    balance.remaining = balance.remaining.checked_sub(price)?;
    Some(balance)
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
            is_revoked: false,
        }
    }

    #[track_caller]
    fn check(balances: &[SubscriptionBalance], price: i64, expected: Option<u128>) {
        let payer = payer(balances, Credits::new(price).expect("credits"));
        assert_eq!(payer.map(|balance| balance.id.0.as_u128()), expected);
    }

    #[test]
    fn a_revocation_takes_what_is_left_once() {
        let revoked = |remaining| {
            let at = Timestamp::from_unix_millis(5);
            let mut subscription = Subscription {
                id: SubscriptionId(Uuid::from_u128(1)),
                account_id: AccountId(Uuid::from_u128(2)),
                plan_id: None,
                credits: Credits::new(10).expect("credits"),
                remaining: Credits::new(remaining).expect("credits"),
                created_at: Timestamp::from_unix_millis(0),
                revoked_at: None,
            };
            let entry = subscription.revoke(at);
            assert_eq!(subscription.remaining, Credits::ZERO);
            assert_eq!(subscription.status(), SubscriptionStatus::Revoked);
            let once = subscription.clone();
            assert_eq!(subscription.revoke(Timestamp::from_unix_millis(6)), None);
            assert_eq!(subscription, once);
            entry
        };
        let entry = revoked(7).expect("an entry");
        assert_eq!((entry.signed_amount(), entry.message_id), (-7, None));
        assert_eq!(entry.at, Timestamp::from_unix_millis(5));
        assert_eq!(revoked(0), None);
    }

    #[test]
    fn a_subscription_is_active_while_a_credit_is_left() {
        let then = Some(Timestamp::from_unix_millis(1));
        for (remaining, revoked_at, status, name) in [
            (1, None, SubscriptionStatus::Active, "Active"),
            (0, None, SubscriptionStatus::Expired, "Expired"),
            (0, then, SubscriptionStatus::Revoked, "Revoked"),
        ] {
            let subscription = Subscription {
                id: SubscriptionId(Uuid::nil()),
                account_id: AccountId(Uuid::nil()),
                plan_id: None,
                credits: Credits::ONE,
                remaining: Credits::new(remaining).expect("credits"),
                created_at: Timestamp::from_unix_millis(0),
                revoked_at,
            };
            assert_eq!(subscription.status(), status);
            assert_eq!(status.as_str(), name);
        }
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
