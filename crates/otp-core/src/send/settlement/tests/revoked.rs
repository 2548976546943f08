//! Settlements of messages whose subscription is revoked.

use super::*;

#[test]
fn a_refund_to_a_revoked_subscription_goes_at_once() {
    let mut facts = facts(MessageStatus::Pending, None, 0);
    for balance in facts.balances.values_mut().flatten() {
        balance.is_revoked = true;
    }
    let settled = judge(&[settlement(Outcome::Expired, 9)], facts);
    let entries = settled.ledger.iter();
    let entries: Vec<_> = entries
        .map(|entry| (entry.kind, entry.signed_amount(), entry.message_id))
        .collect();
    let expected = [
        (EntryKind::Refund, 3, Some(MESSAGE)),
        (EntryKind::Revocation, -3, None),
    ];
    assert_eq!(entries, expected);
    let left: Vec<_> = settled.balances.values().map(|row| row.remaining).collect();
    assert!(left.iter().all(|left| *left == Credits::ZERO), "{left:?}");
}
