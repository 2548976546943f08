//! The notices that debits cause: a debit crosses the threshold, or takes the last credit.

use crate::credits::Credits;
use crate::ids::{AccountId, MessageId};
use crate::notice::{MailNotice, NoticeKind};
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

    /// Reads a percentage.
    pub fn try_new(percent: u8) -> Result<Self, InvalidLowBalance> {
        if percent < 100 {
            Ok(Self { percent })
        } else {
            Err(InvalidLowBalance)
        }
    }

    /// Returns the notice that a debit of `price` causes, which leaves `after`. A balance that
    /// falls from above the threshold to it or below causes one notice: the next debit starts from
    /// below. A debit that takes the last credit only causes the notice about that, whether or not
    /// it crosses the threshold as well. After a refund that lifts the balance above the threshold,
    /// a debit can cross it again.
    ///
    /// `debit` identifies the debit: a message is debited when it is admitted, and again if it is
    /// delivered after it had failed.
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

/// One of the debits of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Debit {
    /// The debit at its admission.
    Admitted(MessageId),
    /// The debit for a delivery after the message had failed and been refunded.
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
    fn a_debit_that_crosses_the_threshold_or_takes_the_last_credit_causes_a_notice() {
        for (percent, granted, before, price, expected) in [
            (10, 100, 12, 1, None),
            (10, 100, 11, 1, Some("LowBalance")),
            (10, 100, 10, 1, None),
            (10, 100, 12, 5, Some("LowBalance")),
            (10, 100, 1, 1, Some("SubscriptionSpent")),
            (10, 100, 11, 11, Some("SubscriptionSpent")),
            // A tenth of five is less than one credit: only the last debit causes a notice.
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
