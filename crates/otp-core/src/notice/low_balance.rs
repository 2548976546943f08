//! When a debit is worth a notice: it crosses the threshold, or takes the last credit.

use crate::credits::Credits;
use crate::ids::{AccountId, MessageId};
use crate::notice::{MailNotice, NoticeKind};
use crate::subscription::SubscriptionBalance;
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;

/// The threshold, as a share of what a subscription was granted, in percent. 10 unless an operator says
/// otherwise; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LowBalance {
    percent: u8,
}

/// The number is no percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a whole number of percent from 0 (off) to 99")]
pub struct InvalidLowBalance;

impl Default for LowBalance {
    fn default() -> Self {
        Self { percent: 10 }
    }
}

impl LowBalance {
    /// The percentage.
    pub const fn percent(self) -> u8 {
        self.percent
    }

    /// Reads a percentage.
    pub fn try_new(percent: u8) -> Result<Self, InvalidLowBalance> {
        if percent < 100 {
            Ok(Self { percent })
        } else {
            Err(InvalidLowBalance)
        }
    }

    /// The notice that a debit of `price` calls for, with `after` left. Who falls from above the
    /// threshold to it or below is told so, once: the next debit starts from below. A debit that takes
    /// the last credit is only told as that, whether or not it crosses the threshold as well. A refund
    /// that lifts the balance above the threshold makes room for another crossing.
    ///
    /// `debit` names the debit: a message is debited when it is admitted, and again when it was
    /// delivered after all.
    pub(crate) fn notice(
        self,
        account_id: AccountId,
        after: SubscriptionBalance,
        price: Credits,
        debit: Debit,
        language: Option<UiLanguage>,
        at: Timestamp,
    ) -> Option<MailNotice> {
        let before = after.remaining.saturating_add(price);
        let threshold = after.granted.get() * i64::from(self.percent) / 100;
        let crosses = before.get() > threshold && after.remaining.get() <= threshold;
        let kind = if after.remaining == Credits::ZERO {
            NoticeKind::SubscriptionSpent {
                subscription_id: after.id,
                granted: after.granted,
            }
        } else if crosses {
            NoticeKind::LowBalance {
                subscription_id: after.id,
                remaining: after.remaining,
                granted: after.granted,
            }
        } else {
            return None;
        };
        Some(MailNotice::new(
            account_id,
            kind,
            &debit.occasion(),
            language,
            at,
        ))
    }
}

/// Which debit of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Debit {
    /// The one that admitted it.
    Admitted(MessageId),
    /// The one after it had failed, been refunded, and was delivered after all.
    DeliveredLate(MessageId),
}

impl Debit {
    fn occasion(self) -> String {
        match self {
            Self::Admitted(message) => format!("{message} admitted"),
            Self::DeliveredLate(message) => format!("{message} delivered late"),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::SubscriptionId;

    #[track_caller]
    fn check(percent: u8, granted: i64, before: i64, price: i64, expected: Option<&str>) {
        let credits = |amount| Credits::new(amount).expect("credits");
        let after = SubscriptionBalance {
            id: SubscriptionId(Uuid::from_u128(1)),
            remaining: credits(before - price),
            granted: credits(granted),
            created_at: Timestamp::from_unix_millis(0),
        };
        let account = AccountId(Uuid::from_u128(2));
        let debit = Debit::Admitted(MessageId(Uuid::from_u128(3)));
        let low = LowBalance::try_new(percent).expect("a percentage");
        let at = Timestamp::from_unix_millis(0);
        let notice = low.notice(account, after, credits(price), debit, None, at);
        let kind = notice.as_ref().map(|notice| notice.kind.as_str());
        assert_eq!(kind, expected, "{before} - {price} of {granted}");
    }

    #[test]
    fn a_debit_is_told_where_it_crosses_the_threshold_or_takes_the_last_credit() {
        for (percent, granted, before, price, expected) in [
            (10, 100, 12, 1, None),
            (10, 100, 11, 1, Some("LowBalance")),
            (10, 100, 10, 1, None),
            (10, 100, 12, 5, Some("LowBalance")),
            (10, 100, 1, 1, Some("SubscriptionSpent")),
            (10, 100, 11, 11, Some("SubscriptionSpent")),
            // A tenth of five is less than one credit: only the end is told.
            (10, 5, 2, 1, None),
            (10, 5, 1, 1, Some("SubscriptionSpent")),
            (50, 5, 3, 1, Some("LowBalance")),
            (99, 100, 100, 1, Some("LowBalance")),
            (0, 100, 11, 1, None),
            (0, 100, 1, 1, Some("SubscriptionSpent")),
            (10, 2_000_000_000, 200_000_001, 1, Some("LowBalance")),
        ] {
            check(percent, granted, before, price, expected);
        }
        assert_eq!(LowBalance::try_new(100), Err(InvalidLowBalance));
    }
}
