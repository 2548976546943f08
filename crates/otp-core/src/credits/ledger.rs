//! The append-only ledger: a subscription's balance is the sum of its rows, at every moment.

use crate::credits::{Credits, InvalidCredits};
use crate::ids::{AccountId, MessageId, SubscriptionId};
use crate::time::Timestamp;

/// The reason a balance changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Credits were granted to a subscription.
    Grant,
    /// A message was paid for.
    Debit,
    /// A message failed and its credits were returned.
    Refund,
    /// Credits were taken back from a revoked subscription.
    Revocation,
}

/// One change of one subscription's balance. Rows are added, never changed and never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The account.
    pub account_id: AccountId,
    /// The subscription whose balance changed.
    pub subscription_id: SubscriptionId,
    /// The message that was paid for or refunded; `None` for a grant or a revocation.
    pub message_id: Option<MessageId>,
    /// The reason for the change.
    pub kind: EntryKind,
    /// The amount, without a sign; [`LedgerEntry::signed_amount`] adds the sign.
    pub credits: Credits,
    /// The time of the change.
    pub at: Timestamp,
}

impl LedgerEntry {
    /// Returns the change of the balance: negative for a debit or a revocation.
    pub fn signed_amount(&self) -> i64 {
        match self.kind {
            EntryKind::Grant | EntryKind::Refund => self.credits.get(),
            EntryKind::Debit | EntryKind::Revocation => -self.credits.get(),
        }
    }
}

/// The place of an entry in the ledger. Later entries have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerPosition(pub i64);

impl LedgerPosition {
    /// The position after every entry.
    pub const END: Self = Self(i64::MAX);
}

/// An entry of an account's ledger, with what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its place.
    pub position: LedgerPosition,
    /// The entry.
    pub entry: LedgerEntry,
    /// The credits of all subscriptions of the account after it.
    pub balance: i64,
}

/// Returns lines of entries that follow one another, newest first, if the newest one came to `balance`.
pub fn lines(entries: Vec<(LedgerPosition, LedgerEntry)>, mut balance: i64) -> Vec<LedgerLine> {
    let line = |(position, entry): (LedgerPosition, LedgerEntry)| {
        let after = balance;
        balance -= entry.signed_amount();
        LedgerLine {
            position,
            entry,
            balance: after,
        }
    };
    entries.into_iter().map(line).collect()
}

/// Credits that a message costs, or no longer costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageCharge {
    /// The account.
    pub(crate) account_id: AccountId,
    /// The subscription that pays.
    pub(crate) subscription_id: SubscriptionId,
    /// The message.
    pub(crate) message_id: MessageId,
    /// The amount.
    pub(crate) credits: Credits,
    /// The time.
    pub(crate) at: Timestamp,
}

impl MessageCharge {
    /// Returns the entry for credits that are taken.
    pub(crate) fn debit(self) -> LedgerEntry {
        self.entry(EntryKind::Debit, Some(self.message_id))
    }

    /// Returns the entries for credits that are given back. A revoked subscription keeps nothing of them.
    pub(crate) fn refund(self, is_revoked: bool) -> impl Iterator<Item = LedgerEntry> {
        let refund = self.entry(EntryKind::Refund, Some(self.message_id));
        let revocation = is_revoked.then(|| self.entry(EntryKind::Revocation, None));
        std::iter::once(refund).chain(revocation)
    }

    fn entry(self, kind: EntryKind, message_id: Option<MessageId>) -> LedgerEntry {
        LedgerEntry {
            account_id: self.account_id,
            subscription_id: self.subscription_id,
            message_id,
            kind,
            credits: self.credits,
            at: self.at,
        }
    }
}

impl EntryKind {
    /// Returns the credits of an entry of this kind that changed the balance by `signed_amount`:
    /// the inverse of [`LedgerEntry::signed_amount`]. An amount with the opposite sign is an error.
    pub fn credits(self, signed_amount: i64) -> Result<Credits, InvalidCredits> {
        Credits::new(match self {
            Self::Grant | Self::Refund => signed_amount,
            Self::Debit | Self::Revocation => signed_amount.saturating_neg(),
        })
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Grant => 0,
            Self::Debit => 1,
            Self::Refund => 2,
            Self::Revocation => 3,
        }
    }

    /// Returns the kind of a stored number.
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Grant),
            1 => Some(Self::Debit),
            2 => Some(Self::Refund),
            3 => Some(Self::Revocation),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_line_has_the_balance_after_its_entry() {
        let entry = |kind, amount| LedgerEntry {
            account_id: AccountId(Uuid::nil()),
            subscription_id: SubscriptionId(Uuid::nil()),
            message_id: None,
            kind,
            credits: Credits::new(amount).expect("credits"),
            at: Timestamp::from_unix_millis(0),
        };
        let entries = vec![
            (LedgerPosition(4), entry(EntryKind::Revocation, 97)),
            (LedgerPosition(3), entry(EntryKind::Refund, 1)),
            (LedgerPosition(2), entry(EntryKind::Debit, 4)),
            (LedgerPosition(1), entry(EntryKind::Grant, 100)),
        ];
        let lines = lines(entries, 0);
        let found: Vec<_> = lines
            .iter()
            .map(|line| (line.position.0, line.balance))
            .collect();
        assert_eq!(found, [(4, 0), (3, 97), (2, 96), (1, 100)]);
    }

    #[test]
    fn a_stored_amount_reads_back_and_one_with_the_wrong_sign_does_not() {
        for kind in [
            EntryKind::Grant,
            EntryKind::Debit,
            EntryKind::Refund,
            EntryKind::Revocation,
        ] {
            let entry = LedgerEntry {
                account_id: AccountId(Uuid::nil()),
                subscription_id: SubscriptionId(Uuid::nil()),
                message_id: None,
                kind,
                credits: Credits::ONE,
                at: Timestamp::from_unix_millis(0),
            };
            let amount = entry.signed_amount();
            assert_eq!(kind.credits(amount), Ok(Credits::ONE), "{kind:?}");
            assert_eq!(kind.credits(-amount), Err(InvalidCredits), "{kind:?}");
            assert_eq!(EntryKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(EntryKind::Debit.credits(i64::MIN), Err(InvalidCredits));
    }
}
