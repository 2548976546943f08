//! Tests of when a step is taken, and of what a review changes.

use std::collections::HashMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::credits::Credits;
use crate::credits::ledger::{EntryKind, LedgerEntry};
use crate::ids::{MessageId, SubscriptionId};
use crate::message::MessageStatus;
use crate::notice::Announced;
use crate::subscription::SubscriptionBalance;

const ACCOUNT: AccountId = AccountId(Uuid::nil());
const ID: VerificationId = VerificationId(Uuid::nil());
const PAYER: SubscriptionId = SubscriptionId(Uuid::nil());
const CREDITS: i64 = 100;

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_800_000_000_000 + seconds * 1_000)
}

fn credits(amount: i64) -> Credits {
    Credits::new(amount).expect("credits")
}

fn state(status: VerificationStatus) -> VerificationState {
    VerificationState {
        status,
        ..VerificationState::sample(at(0))
    }
}

fn step(wait: u64) -> FallbackStep {
    FallbackStep {
        channel: Channel::Email,
        recipient: Sealed(Vec::new()),
        recipient_index: RecipientIndex([0; 32]),
        wait: Duration::from_secs(wait),
    }
}

fn message(number: u128, status: MessageStatus, price: i64, charge: Option<i64>) -> CodeMessage {
    CodeMessage {
        id: MessageId(Uuid::from_u128(number)),
        channel: Channel::WhatsApp,
        status,
        price: credits(price),
        shared_charge: charge.map(credits),
        subscription_id: Some(PAYER),
    }
}

/// A fallback with two steps, of which none is taken: the first waits 30 seconds, the second 60.
fn fallback(messages: &[MessageStatus]) -> Fallback {
    let messages = messages.iter().zip(1..);
    Fallback {
        next_step: 0,
        next_at: at(30),
        steps: BTreeMap::from([(0, step(30)), (1, step(60))]),
        messages: messages
            .map(|(status, number)| message(number, *status, 2, None))
            .collect(),
    }
}

#[test]
fn a_step_is_taken_on_failure_or_in_time_and_never_after_an_arrival_or_the_end() {
    use FallbackTurn::{Settle, Take, Wait};
    use MessageStatus::{Deleted, Delivered, Failed, Pending, Read, Sent};
    for (messages, seconds, expected) in [
        (&[Pending][..], 29, Wait(at(30))),
        (&[Pending], 30, Take(0)),
        (&[Sent], 30, Take(0)),
        (&[Failed], 0, Take(0)),
        // The code was sent again, and that message may still arrive.
        (&[Failed, Sent], 29, Wait(at(30))),
        (&[Failed, Sent], 30, Take(0)),
        (&[Failed, Failed], 1, Take(0)),
        (&[Delivered], 30, Wait(at(300))),
        (&[Read], 30, Wait(at(300))),
        (&[Deleted], 30, Wait(at(300))),
        (&[Sent, Delivered], 30, Wait(at(300))),
        (&[Failed], 299, Take(0)),
        (&[Failed], 300, Settle),
        (&[Delivered], 300, Settle),
    ] {
        let turn = fallback(messages).turn(&state(VerificationStatus::Pending), at(seconds));
        assert_eq!(turn, expected, "{messages:?} {seconds}");
    }
    for status in VerificationStatus::ALL {
        if status != VerificationStatus::Pending {
            let turn = fallback(&[Failed]).turn(&state(status), at(1));
            assert_eq!(turn, Settle, "{status:?}");
        }
    }
}

#[test]
fn a_mail_has_arrived_when_it_was_taken() {
    let mut mailed = fallback(&[MessageStatus::Sent]);
    mailed.messages[0].channel = Channel::Email;
    let turn = mailed.turn(&state(VerificationStatus::Pending), at(30));
    assert_eq!(turn, FallbackTurn::Wait(at(300)));
}

#[test]
fn each_step_waits_from_the_one_before_and_an_erased_one_is_left_out() {
    let pending = state(VerificationStatus::Pending);
    let mut fallback = fallback(&[MessageStatus::Failed]);
    let second = FallbackUpdate {
        next_step: 1,
        next_at: at(65),
        look_at: at(65),
    };
    assert_eq!(fallback.after(0, &pending, at(5)), second);
    let late = fallback.after(0, &pending, at(290));
    assert_eq!((late.next_at, late.look_at), (at(350), at(300)));
    let end = fallback.after(1, &pending, at(70));
    assert_eq!((end.next_step, end.look_at), (2, at(300)));
    fallback.steps.remove(&0);
    assert_eq!(fallback.turn(&pending, at(30)), FallbackTurn::Take(1));
    fallback.steps.remove(&1);
    let nothing_left = fallback.turn(&pending, at(30));
    assert_eq!(nothing_left, FallbackTurn::Wait(at(300)));
}

/// Reviews one fallback at this time, in an account with one subscription.
fn reviewed(
    fallback: Fallback,
    status: VerificationStatus,
    passed_over: Option<usize>,
    seconds: i64,
) -> ReviewedFallbacks {
    reviewed_with(fallback, status, passed_over, seconds, balance(50))
}

fn balance(remaining: i64) -> SubscriptionBalance {
    SubscriptionBalance {
        id: PAYER,
        remaining: credits(remaining),
        granted: credits(CREDITS),
        created_at: at(-1),
        announced: Announced::Nothing,
        is_revoked: false,
    }
}

fn reviewed_with(
    fallback: Fallback,
    status: VerificationStatus,
    passed_over: Option<usize>,
    seconds: i64,
    balance: SubscriptionBalance,
) -> ReviewedFallbacks {
    let facts = FallbackReviewFacts {
        rules: HashMap::new(),
        verifications: HashMap::from([(ID, state(status))]),
        fallbacks: HashMap::from([(ID, fallback)]),
        balances: HashMap::from([(ACCOUNT, vec![balance])]),
    };
    let one = FallbackReview {
        account_id: ACCOUNT,
        verification_id: ID,
        passed_over,
        at: at(seconds),
    };
    review(&[one], facts)
}

#[test]
fn a_step_that_cannot_be_taken_makes_the_next_one_due() {
    let unreachable = fallback(&[MessageStatus::Sent]);
    let reviewed = reviewed(unreachable, VerificationStatus::Pending, Some(0), 30);
    let next = FallbackUpdate {
        next_step: 1,
        next_at: at(30),
        look_at: at(30),
    };
    assert_eq!(reviewed.updates, BTreeMap::from([(ID, next)]));
}

#[test]
fn a_step_that_another_process_took_is_not_passed_over() {
    let mut taken = fallback(&[MessageStatus::Failed]);
    taken.next_step = 1;
    taken.next_at = at(90);
    let reviewed = reviewed(taken, VerificationStatus::Pending, Some(0), 30);
    assert_eq!(reviewed.updates[&ID].next_step, 1);
}

#[test]
fn a_fallback_that_was_not_used_ends_without_a_charge() {
    let unused = fallback(&[MessageStatus::Sent]);
    let reviewed = reviewed(unused, VerificationStatus::Approved, None, 30);
    assert!(reviewed.over.contains(&ID));
    assert_eq!((reviewed.ledger.len(), reviewed.charges.len()), (0, 0));
}

#[test]
fn the_message_that_did_not_arrive_is_given_back() {
    let mut used = fallback(&[]);
    used.messages = vec![
        message(1, MessageStatus::Sent, 3, Some(3)),
        message(2, MessageStatus::Delivered, 2, Some(0)),
    ];
    let reviewed = reviewed(used, VerificationStatus::Expired, None, 300);
    let refund = LedgerEntry {
        account_id: ACCOUNT,
        subscription_id: PAYER,
        message_id: Some(MessageId(Uuid::from_u128(1))),
        kind: EntryKind::Refund,
        credits: credits(1),
        at: at(300),
    };
    assert_eq!(reviewed.ledger, [refund]);
    assert_eq!(reviewed.balances[&PAYER].remaining, credits(51));
    assert!(reviewed.over.contains(&ID));
}

#[test]
fn a_message_that_sent_the_code_again_is_charged_by_itself() {
    let mut used = fallback(&[]);
    let again = message(2, MessageStatus::Delivered, 3, None);
    used.messages = vec![
        message(1, MessageStatus::Sent, 3, Some(3)),
        again,
        message(3, MessageStatus::Sent, 2, Some(0)),
    ];
    assert!(!used.sharing().contains(&again));
    let reviewed = reviewed(used, VerificationStatus::Expired, None, 300);
    let changed: Vec<_> = reviewed.charges.keys().map(|id| id.0.as_u128()).collect();
    assert_eq!(changed, [1]);
    assert_eq!(reviewed.balances[&PAYER].remaining, credits(53));
}

#[test]
fn a_late_receipt_is_paid_for_if_the_account_can() {
    let mut late = fallback(&[]);
    late.messages = vec![
        message(1, MessageStatus::Delivered, 3, Some(0)),
        message(2, MessageStatus::Sent, 2, Some(0)),
    ];
    let expired = VerificationStatus::Expired;
    let paid = reviewed(late.clone(), expired, None, 900);
    let kinds: Vec<_> = paid.ledger.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Debit]);
    assert_eq!(paid.balances[&PAYER].remaining, credits(47));
    let unpaid = reviewed_with(late, expired, None, 900, balance(2));
    assert_eq!(unpaid.ledger, []);
    assert!(unpaid.over.contains(&ID));
}

#[test]
fn a_code_that_was_entered_costs_the_message_that_is_left_once_the_others_failed() {
    let mut approved = fallback(&[]);
    approved.messages = vec![
        message(1, MessageStatus::Sent, 3, Some(1)),
        message(2, MessageStatus::Failed, 2, Some(1)),
    ];
    let reviewed = reviewed(approved, VerificationStatus::Approved, None, 30);
    let debited = reviewed.ledger.iter().map(LedgerEntry::signed_amount);
    assert_eq!(debited.collect::<Vec<_>>(), [-1]);
    assert_eq!(
        reviewed.charges[&MessageId(Uuid::from_u128(1))].charge,
        credits(2)
    );
}

#[test]
fn a_revoked_subscription_keeps_nothing_that_is_given_back() {
    let mut used = fallback(&[]);
    used.messages = vec![message(1, MessageStatus::Sent, 3, Some(3))];
    let revoked = SubscriptionBalance {
        is_revoked: true,
        ..balance(0)
    };
    let expired = VerificationStatus::Expired;
    let reviewed = reviewed_with(used, expired, None, 300, revoked);
    let kinds: Vec<_> = reviewed.ledger.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Refund, EntryKind::Revocation]);
    assert_eq!(reviewed.balances[&PAYER].remaining, Credits::ZERO);
}

proptest! {
    /// Whatever happened to the messages and however the charge is spread over them, a review leaves exactly what
    /// is owed, and the ledger accounts for the difference.
    #[test]
    fn a_review_leaves_what_is_owed(
        messages in prop::collection::vec((0_i16..6, 1_i64..9, 0_i64..9), 1..4),
        status in 0_i16..5,
    ) {
        let mut used = fallback(&[]);
        used.messages = messages
            .iter()
            .zip(1..)
            .map(|((status, price, charge), number)| {
                let status = MessageStatus::from_code(*status).expect("a status");
                message(number, status, *price, Some(*charge.min(price)))
            })
            .collect();
        let status = VerificationStatus::from_code(status).expect("a status");
        let charged: i64 = used.messages.iter().map(|message| message.charge().get()).sum();
        let owed = owed(&used.messages, status).get();
        let before = used.messages.clone();
        let reviewed = reviewed(used, status, None, 1);
        let after = before.iter().map(|message| {
            let changed = reviewed.charges.get(&message.id);
            changed.map_or(message.charge(), |shared| shared.charge).get()
        });
        let moved: i64 = reviewed.ledger.iter().map(LedgerEntry::signed_amount).sum();
        let left = reviewed.balances.get(&PAYER).map_or(50, |balance| balance.remaining.get());
        prop_assert_eq!(after.sum::<i64>(), owed);
        prop_assert_eq!(moved, charged - owed);
        prop_assert_eq!(left - 50, moved);
    }
}
