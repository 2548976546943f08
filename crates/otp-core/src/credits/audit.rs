//! The audit: checks from the stored rows that the credits add up.
//!
//! It answers two questions, each about one moment. Is every balance the sum of its ledger entries,
//! and do these contain exactly one grant of the whole amount? Is every message paid for as often
//! as its status requires?

use crate::ids::SubscriptionId;
use crate::message::MessageStatus;

/// A subscription and the sums of its ledger entries by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubscriptionSums {
    /// The subscription.
    pub subscription_id: SubscriptionId,
    /// The credits granted, according to its row.
    pub credits: i64,
    /// The credits left, according to its row.
    pub remaining: i64,
    /// The sum of its grants.
    pub granted: i64,
    /// The sum of its debits, as a positive number.
    pub debited: i64,
    /// The sum of its refunds.
    pub refunded: i64,
    /// The sum of its revocations, as a positive number.
    pub revoked: i64,
}

/// The number of messages with the same status, price and payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentCount {
    /// The status.
    pub status: MessageStatus,
    /// Debits minus refunds of each message, in credits; equal to the price if it is paid for once.
    pub net: i64,
    /// The price of each message.
    pub price: i64,
    /// The credits that each message costs, if it shares a charge with other messages of a fallback.
    pub shared_charge: Option<i64>,
    /// The number of messages.
    pub messages: i64,
}

impl SubscriptionSums {
    /// Returns whether the balance equals the grant minus debits and revocations plus the refunds.
    pub fn adds_up(&self) -> bool {
        let balance = self.granted - self.debited + self.refunded - self.revoked;
        self.granted == self.credits
            && self.remaining == balance
            && (0..=self.credits).contains(&self.remaining)
    }
}

impl PaymentCount {
    /// Returns whether these messages are paid for as often as their status requires.
    ///
    /// A failed message costs nothing. A message delivered after it had failed is free as well if
    /// no subscription could pay for it again. A removed message keeps the cost it had before. Of messages that
    /// share a charge, each costs its part, whatever its status.
    pub fn adds_up(&self) -> bool {
        if let Some(charge) = self.shared_charge {
            return self.net == charge && (0..=self.price).contains(&charge);
        }
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

/// The result of an audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreditReport {
    /// Credits granted to all subscriptions together.
    pub granted: i64,
    /// Credits debited from them.
    pub debited: i64,
    /// Credits refunded to them.
    pub refunded: i64,
    /// Credits taken back from them.
    pub revoked: i64,
    /// Credits left on them.
    pub remaining: i64,
    /// The number of messages examined.
    pub messages: i64,
    /// Subscriptions whose balance is not the sum of their ledger.
    pub wrong_subscriptions: Vec<SubscriptionSums>,
    /// Messages that are paid for too often or not often enough.
    pub wrong_payments: Vec<PaymentCount>,
}

impl CreditReport {
    /// Judges the stored sums.
    pub fn of(subscriptions: &[SubscriptionSums], payments: &[PaymentCount]) -> Self {
        let mut report = Self::default();
        for sums in subscriptions {
            report.granted += sums.granted;
            report.debited += sums.debited;
            report.refunded += sums.refunded;
            report.revoked += sums.revoked;
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

    /// Returns whether the audit found nothing wrong.
    pub fn adds_up(&self) -> bool {
        self.wrong_subscriptions.is_empty() && self.wrong_payments.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// Returns the sums of granted, debited, refunded and remaining credits.
    fn sums((granted, debited, refunded, remaining): (i64, i64, i64, i64)) -> SubscriptionSums {
        SubscriptionSums {
            subscription_id: SubscriptionId(Uuid::nil()),
            credits: 10,
            remaining,
            granted,
            debited,
            refunded,
            revoked: 0,
        }
    }

    /// Returns this number of messages that cost one credit and were paid for twice.
    fn paid_twice(messages: i64) -> PaymentCount {
        PaymentCount {
            status: MessageStatus::Sent,
            net: 2,
            price: 1,
            shared_charge: None,
            messages,
        }
    }

    #[test]
    fn a_balance_is_its_grant_minus_what_was_spent() {
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
    fn a_revocation_takes_credits_from_the_balance() {
        for (revoked, remaining, right) in
            [(6, 0, true), (4, 2, true), (6, 6, false), (7, -1, false)]
        {
            let sums = SubscriptionSums {
                revoked,
                ..sums((10, 7, 3, remaining))
            };
            assert_eq!(sums.adds_up(), right, "{revoked} revoked, {remaining} left");
            assert_eq!(CreditReport::of(&[sums, sums], &[]).revoked, 2 * revoked);
        }
    }

    #[test]
    fn a_message_is_paid_for_as_often_as_its_status_requires() {
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
                    shared_charge: None,
                    messages: 1,
                };
                assert_eq!(count.adds_up(), right, "{status:?} with {net} of 2");
            }
        }
    }

    #[test]
    fn a_message_with_a_shared_charge_costs_its_part_whatever_its_status() {
        for status in MessageStatus::ALL {
            for (net, charge, right) in [
                (0, 0, true),
                (1, 1, true),
                (2, 2, true),
                (2, 1, false),
                (3, 3, false),
                (-1, -1, false),
            ] {
                let count = PaymentCount {
                    status,
                    net,
                    price: 2,
                    shared_charge: Some(charge),
                    messages: 1,
                };
                assert_eq!(count.adds_up(), right, "{status:?}: {net} of {charge}");
            }
        }
    }

    #[test]
    fn a_report_adds_everything_up() {
        let subscriptions = [sums((10, 7, 3, 6)), sums((10, 5, 1, 6))];
        let counts = [paid_twice(3), paid_twice(4)];
        let report = CreditReport::of(&subscriptions, &counts);
        assert_eq!((report.granted, report.remaining), (20, 12));
        assert_eq!((report.debited, report.refunded), (12, 4));
        assert_eq!(report.messages, 7);
    }

    #[test]
    fn a_report_names_what_is_wrong() {
        let (right, wrong) = (sums((10, 7, 3, 6)), sums((10, 7, 3, 5)));
        let paid_once = PaymentCount {
            net: 1,
            ..paid_twice(2)
        };
        for (subscriptions, counts, adds_up) in [
            (&[right][..], &[paid_once][..], true),
            (&[right, wrong], &[paid_once], false),
            (&[right], &[paid_once, paid_twice(3)], false),
            (&[right, wrong], &[paid_once, paid_twice(3)], false),
            (&[], &[], true),
        ] {
            let report = CreditReport::of(subscriptions, counts);
            assert_eq!(report.adds_up(), adds_up, "{report:?}");
            assert_eq!(
                report.wrong_subscriptions,
                subscriptions[subscriptions.len().min(1)..]
            );
            assert_eq!(report.wrong_payments, counts[counts.len().min(1)..]);
        }
    }
}
