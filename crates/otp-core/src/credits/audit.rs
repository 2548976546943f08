//! The audit: whether the credits add up, read back from what is stored.
//!
//! Two questions, each asked of one moment. Is every balance the sum of its ledger entries, with exactly
//! one grant of the whole in them? Is every message paid for as often as its status says?

use crate::ids::SubscriptionId;
use crate::message::MessageStatus;

/// A subscription, and its ledger entries summed by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSums {
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// What it was granted.
    pub credits: i64,
    /// What is left, as its row says.
    pub remaining: i64,
    /// The sum of its grants.
    pub granted: i64,
    /// The sum of its debits, as a positive number.
    pub debited: i64,
    /// The sum of its refunds.
    pub refunded: i64,
}

/// How many messages of a status are paid for so many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentCount {
    /// The status.
    pub status: MessageStatus,
    /// Debits less refunds of each of them, in credits: its price, if it is paid for once.
    pub net: i64,
    /// The price of each of them.
    pub price: i64,
    /// How many messages.
    pub messages: i64,
}

impl SubscriptionSums {
    /// Opening and grants are what is left and what was spent.
    pub fn adds_up(&self) -> bool {
        let balance = self.granted - self.debited + self.refunded;
        self.granted == self.credits
            && self.remaining == balance
            && (0..=self.credits).contains(&self.remaining)
    }
}

impl PaymentCount {
    /// A failed message costs nothing. One that was delivered after it had failed costs nothing either
    /// where nobody could pay again; a removed one cost what it cost before.
    pub fn adds_up(&self) -> bool {
        let (unpaid, paid) = (self.net == 0, self.net == self.price);
        match self.status {
            MessageStatus::Pending | MessageStatus::Sent => paid,
            MessageStatus::Delivered | MessageStatus::Read | MessageStatus::Deleted => {
                paid || unpaid
            }
            MessageStatus::Failed => unpaid,
        }
    }
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreditReport {
    /// Granted to all subscriptions together.
    pub granted: i64,
    /// Debited from them.
    pub debited: i64,
    /// Given back to them.
    pub refunded: i64,
    /// What is left on them.
    pub remaining: i64,
    /// Messages looked at.
    pub messages: i64,
    /// Subscriptions whose balance is not the sum of their ledger.
    pub wrong_subscriptions: Vec<SubscriptionSums>,
    /// Messages that are paid for too often or not often enough.
    pub wrong_payments: Vec<PaymentCount>,
}

impl CreditReport {
    /// Judges what is stored.
    pub fn of(subscriptions: &[SubscriptionSums], payments: &[PaymentCount]) -> Self {
        let mut report = Self::default();
        for sums in subscriptions {
            report.granted += sums.granted;
            report.debited += sums.debited;
            report.refunded += sums.refunded;
            report.remaining += sums.remaining;
            if !sums.adds_up() {
                report.wrong_subscriptions.push(*sums);
            }
        }
        for count in payments {
            report.messages += count.messages;
            if !count.adds_up() {
                report.wrong_payments.push(*count);
            }
        }
        report
    }

    /// Whether nothing is wrong.
    pub fn adds_up(&self) -> bool {
        self.wrong_subscriptions.is_empty() && self.wrong_payments.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Granted, debited, refunded, remaining.
    fn sums((granted, debited, refunded, remaining): (i64, i64, i64, i64)) -> SubscriptionSums {
        SubscriptionSums {
            subscription_id: SubscriptionId(Uuid::nil()),
            credits: 10,
            remaining,
            granted,
            debited,
            refunded,
        }
    }

    #[test]
    fn a_balance_is_its_grant_less_what_was_spent() {
        for (row, right) in [
            ((10, 0, 0, 10), true),
            ((10, 10, 0, 0), true),
            ((10, 7, 3, 6), true),
            ((10, 7, 3, 7), false),
            ((20, 7, 3, 16), false),
            ((0, 0, 0, 0), false),
            ((10, 0, 1, 11), false),
            ((10, 11, 0, -1), false),
        ] {
            assert_eq!(sums(row).adds_up(), right, "{row:?}");
        }
    }

    #[test]
    fn a_message_is_paid_for_as_often_as_its_status_says() {
        use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
        for (status, never, once) in [
            (Pending, false, true),
            (Sent, false, true),
            (Delivered, true, true),
            (Read, true, true),
            (Failed, true, false),
            (Deleted, true, true),
        ] {
            for (net, right) in [(0, never), (2, once), (4, false), (1, false), (-2, false)] {
                let count = PaymentCount {
                    status,
                    net,
                    price: 2,
                    messages: 1,
                };
                assert_eq!(count.adds_up(), right, "{status:?} with {net} of 2");
            }
        }
    }

    #[test]
    fn a_report_names_what_is_wrong() {
        let (right, wrong) = (sums((10, 7, 3, 6)), sums((10, 7, 3, 5)));
        let count = PaymentCount {
            status: MessageStatus::Failed,
            net: 1,
            price: 1,
            messages: 3,
        };
        let report = CreditReport::of(&[right, wrong], &[count]);
        assert_eq!(report.granted, 20);
        assert_eq!(report.remaining, 11);
        assert_eq!(report.messages, 3);
        assert_eq!(report.wrong_subscriptions, [wrong]);
        assert_eq!(report.wrong_payments, [count]);
        assert!(!report.adds_up());
        assert!(CreditReport::of(&[right], &[]).adds_up());
    }
}
