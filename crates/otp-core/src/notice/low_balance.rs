//! The notices that debits cause: the balance is low, or the last credit is taken.
//!
//! A send that fails is refunded, so a balance may swing around its threshold as often as sends are
//! refused. Each notice is therefore given once for each subscription: a refund takes nothing back that
//! was announced. New credits are a new subscription, which has announced nothing yet.

use crate::credits::Credits;
use crate::ids::AccountId;
use crate::notice::{Announced, MailNotice, NoticeKind};
use crate::subscription::SubscriptionBalance;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;

/// The threshold, as a percentage of the credits granted to a subscription: 10 by default, 0 for no
/// threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowBalance {
    percent: u8,
}

/// The number is not such a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a whole number of percent from 0 (off) to 99")]
pub struct InvalidLowBalance;

impl Default for LowBalance {
    fn default() -> Self {
        Self { percent: 10 }
    }
}

impl LowBalance {
    /// Returns the percentage.
    pub const fn percent(self) -> u8 {
        self.percent
    }

    /// Reads the text of a percentage.
    pub fn parse(text: &str) -> Result<Self, InvalidLowBalance> {
        Self::try_new(text.parse().map_err(|_| InvalidLowBalance)?)
    }

    /// Reads a percentage.
    pub fn try_new(percent: u8) -> Result<Self, InvalidLowBalance> {
        if percent < 100 {
            Ok(Self { percent })
        } else {
            Err(InvalidLowBalance)
        }
    }

    /// Returns the notice that a debit causes, which leaves `balance`, and marks it there as announced. The
    /// balance is low at the threshold or below. A debit that takes the last credit only causes the
    /// notice about that; after it, nothing is left to announce.
    pub(crate) fn announce(
        self,
        account_id: AccountId,
        balance: &mut SubscriptionBalance,
        language: Option<UiLanguage>,
        at: Timestamp,
    ) -> Option<MailNotice> {
        let threshold = balance.granted.get() * i64::from(self.percent) / 100;
        let (reached, kind) = if balance.remaining == Credits::ZERO {
            let spent = NoticeKind::SubscriptionSpent {
                subscription_id: balance.id,
                granted: balance.granted,
            };
            (Announced::Spent, spent)
        } else if balance.remaining.get() <= threshold {
            let low = NoticeKind::LowBalance {
                subscription_id: balance.id,
                remaining: balance.remaining,
                granted: balance.granted,
            };
            (Announced::Low, low)
        } else {
            return None;
        };
        if reached <= balance.announced {
            return None;
        }
        balance.announced = reached;
        let occasion = balance.id.to_string();
        Some(MailNotice::new(account_id, kind, &occasion, language, at))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::SubscriptionId;

    /// Announces each of the balances in turn, as of one subscription, and compares the notices.
    #[track_caller]
    fn check(percent: u8, granted: i64, balances: &[i64], expected: &[(i64, &str)]) {
        let credits = |amount| Credits::new(amount).expect("credits");
        let mut balance = SubscriptionBalance {
            id: SubscriptionId(Uuid::from_u128(1)),
            remaining: credits(granted),
            granted: credits(granted),
            created_at: Timestamp::from_unix_millis(0),
            announced: Announced::Nothing,
            is_revoked: false,
        };
        let account = AccountId(Uuid::from_u128(2));
        let low = LowBalance::try_new(percent).expect("a percentage");
        let at = Timestamp::from_unix_millis(0);
        let mut notices = Vec::new();
        for remaining in balances {
            balance.remaining = credits(*remaining);
            let notice = low.announce(account, &mut balance, None, at);
            notices.extend(notice.map(|notice| (*remaining, notice.kind.as_str())));
        }
        assert_eq!(notices, expected, "{balances:?} of {granted}");
    }

    #[test]
    fn a_low_balance_and_the_last_credit_are_announced() {
        check(10, 100, &[12, 11], &[]);
        check(10, 100, &[11, 10, 9, 1], &[(10, "LowBalance")]);
        check(10, 100, &[12, 7], &[(7, "LowBalance")]);
        let both = [(1, "LowBalance"), (0, "SubscriptionSpent")];
        check(10, 100, &[1, 0], &both);
        check(10, 100, &[11, 0], &[(0, "SubscriptionSpent")]);
        // A tenth of five is less than one credit: only the last debit causes a notice.
        check(10, 5, &[1, 0], &[(0, "SubscriptionSpent")]);
        check(50, 5, &[3, 2], &[(2, "LowBalance")]);
        check(99, 100, &[99], &[(99, "LowBalance")]);
        check(0, 100, &[10, 1, 0], &[(0, "SubscriptionSpent")]);
        let many = 200_000_000;
        check(
            10,
            2_000_000_000,
            &[many + 1, many],
            &[(many, "LowBalance")],
        );
        assert_eq!(LowBalance::try_new(100), Err(InvalidLowBalance));
    }

    #[test]
    fn refunds_make_no_room_for_a_second_announcement() {
        let swinging = [10, 11, 10, 90, 10];
        check(10, 100, &swinging, &[(10, "LowBalance")]);
        check(10, 100, &[0, 1, 0, 50, 10, 0], &[(0, "SubscriptionSpent")]);
    }
}
