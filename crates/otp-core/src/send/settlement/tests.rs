//! Tests of every outcome with messages in every status.

mod events;
mod revoked;
mod shared_charge;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::credits::ledger::EntryKind;
use crate::notice::Announced;
use crate::sealing::{ProviderMessageIndex, Sealed};

const MESSAGE: MessageId = MessageId(Uuid::nil());
const ACCOUNT: AccountId = AccountId(Uuid::nil());
const SUBSCRIPTION: SubscriptionId = SubscriptionId(Uuid::nil());
const END: Timestamp = Timestamp::from_unix_millis(600_000);

fn failure() -> Failure {
    Failure {
        code: Some(1),
        title: String::new(),
        reason: String::new(),
    }
}

fn accepted() -> Outcome {
    Outcome::Accepted(SealedProviderMessageId {
        index: ProviderMessageIndex([7; 32]),
        sealed: Some(Sealed(vec![7])),
    })
}

fn outcomes() -> Vec<Outcome> {
    let reported = [
        MessageStatus::Sent,
        MessageStatus::Delivered,
        MessageStatus::Read,
    ];
    let answers = [
        accepted(),
        Outcome::Failed(failure()),
        Outcome::Unknown,
        Outcome::Expired,
    ];
    let reports = reported.into_iter().map(Outcome::Reported);
    answers
        .into_iter()
        .chain(reports)
        .chain([Outcome::ReportedFailed(failure())])
        .collect()
}

fn settlement(outcome: Outcome, millis: i64) -> Settlement {
    Settlement {
        message_id: MESSAGE,
        account_id: ACCOUNT,
        outcome,
        provider_time: None,
        at: Timestamp::from_unix_millis(millis),
    }
}

fn balance(id: SubscriptionId, remaining: i64) -> SubscriptionBalance {
    SubscriptionBalance {
        id,
        remaining: Credits::new(remaining).expect("credits"),
        granted: Credits::new(10).expect("credits"),
        created_at: Timestamp::from_unix_millis(0),
        announced: Announced::Nothing,
        is_revoked: false,
    }
}

fn facts(status: MessageStatus, first_answer: Option<MessageStatus>, left: i64) -> SettlementFacts {
    let message = MessageState {
        account_id: ACCOUNT,
        status,
        first_answer,
        price: Credits::new(3).expect("credits"),
        subscription_id: Some(SUBSCRIPTION),
        expires_at: END,
        is_erased: false,
        verification_id: None,
        shares_charge: false,
        wanted_events: WantedEvents::NONE,
    };
    SettlementFacts {
        rules: HashMap::new(),
        messages: HashMap::from([(MESSAGE, message)]),
        balances: HashMap::from([(ACCOUNT, vec![balance(SUBSCRIPTION, left)])]),
    }
}

#[test]
fn a_message_that_cost_nothing_moves_no_credits() {
    for status in [MessageStatus::Pending, MessageStatus::Failed] {
        for outcome in outcomes() {
            let mut facts = facts(status, None, 10);
            let message = facts.messages.get_mut(&MESSAGE).expect("the message");
            (message.price, message.subscription_id) = (Credits::ZERO, None);
            let settled = judge(&[settlement(outcome.clone(), 1)], facts);
            assert!(settled.ledger.is_empty(), "{outcome:?}");
            assert!(settled.balances.is_empty() && settled.notices.is_empty());
            let updates = settled.updates.values();
            let payers = updates.map(|update| update.subscription_id);
            assert!(payers.flatten().next().is_none(), "{outcome:?}");
        }
    }
}

#[test]
fn only_failures_and_later_statuses_may_move_credits() {
    let moving: Vec<_> = outcomes().iter().map(Outcome::may_move_credits).collect();
    let none_of = [
        accepted(),
        Outcome::Unknown,
        Outcome::Reported(MessageStatus::Sent),
    ];
    let expected: Vec<_> = outcomes()
        .iter()
        .map(|outcome| !none_of.contains(outcome))
        .collect();
    assert_eq!(moving, expected);
}

#[test]
fn a_delivery_after_a_failure_is_paid_by_the_subscription_that_paid_before() {
    let newer = SubscriptionBalance {
        created_at: Timestamp::from_unix_millis(1),
        ..balance(SubscriptionId(Uuid::from_u128(1)), 10)
    };
    let mut facts = facts(MessageStatus::Failed, None, 10);
    facts.balances.entry(ACCOUNT).or_default().insert(0, newer);
    let delivered = settlement(Outcome::Reported(MessageStatus::Delivered), 1);
    let settled = judge(&[delivered], facts);
    let left: Vec<_> = settled
        .balances
        .values()
        .map(|balance| (balance.id, balance.remaining.get()))
        .collect();
    assert_eq!(left, [(SUBSCRIPTION, 7)]);
}

#[test]
fn of_the_providers_id_of_an_erased_message_only_the_index_is_kept() {
    for is_erased in [false, true] {
        let mut facts = facts(MessageStatus::Pending, None, 10);
        facts.messages.get_mut(&MESSAGE).expect("known").is_erased = is_erased;
        let settled = judge(&[settlement(accepted(), 1)], facts);
        let id = settled.updates[&MESSAGE].provider_message_id.clone();
        let id = id.expect("an id");
        assert_eq!(id.index, ProviderMessageIndex([7; 32]));
        assert_eq!(id.sealed.is_none(), is_erased);
    }
}

#[test]
fn a_status_only_moves_forward_and_credits_follow_it() {
    for status in MessageStatus::ALL {
        for outcome in outcomes() {
            let wanted = outcome.status();
            let expires_too_late = outcome == Outcome::Expired && status != MessageStatus::Pending;
            let moves = status.may_become(wanted) && !expires_too_late;
            let settled = judge(&[settlement(outcome.clone(), 1)], facts(status, None, 10));
            let decided = ExpiryPosition {
                expires_at: END,
                message_id: MESSAGE,
            };
            let leaves_pending = moves && status == MessageStatus::Pending;
            assert_eq!(
                settled.decided.contains(&decided),
                leaves_pending,
                "{status:?} + {outcome:?}"
            );
            let credits: i64 = settled.ledger.iter().map(LedgerEntry::signed_amount).sum();
            let expected = match (moves, status, wanted) {
                (true, _, MessageStatus::Failed) => 3,
                (true, MessageStatus::Failed, _) => -3,
                _ => 0,
            };
            assert_eq!(credits, expected, "{status:?} + {outcome:?}");
            let after = settled
                .updates
                .get(&MESSAGE)
                .map_or(status, |update| update.status);
            assert_eq!(
                after,
                if moves { wanted } else { status },
                "{status:?} + {outcome:?}"
            );
            let balance = settled
                .balances
                .get(&SUBSCRIPTION)
                .map(|balance| balance.remaining.get());
            assert_eq!(balance, (credits != 0).then_some(10 + credits));
        }
    }
}

#[test]
fn the_first_answer_is_set_once_and_by_answers_only() {
    let batch = [
        settlement(Outcome::Reported(MessageStatus::Delivered), 1),
        settlement(accepted(), 2),
        settlement(Outcome::Unknown, 3),
    ];
    let settled = judge(&batch, facts(MessageStatus::Pending, None, 0));
    assert_eq!(settled.updates.len(), 1);
    let update = &settled.updates[&MESSAGE];
    assert_eq!(
        update.first_answer,
        Some(MessageStatus::Sent),
        "although the message is already delivered"
    );
    assert_eq!(update.status, MessageStatus::Delivered);
    assert!(update.provider_message_id.is_some());

    let settled = judge(&batch[..1], facts(MessageStatus::Pending, None, 0));
    assert_eq!(settled.updates[&MESSAGE].first_answer, None);
}

#[test]
fn a_failure_is_recorded_with_its_time_and_cleared_by_a_delivery() {
    let failed = settlement(Outcome::ReportedFailed(failure()), 5);
    let delivered = settlement(Outcome::Reported(MessageStatus::Delivered), 6);
    let sent = || facts(MessageStatus::Sent, Some(MessageStatus::Sent), 3);
    let settled = judge(std::slice::from_ref(&failed), sent());
    let at = Timestamp::from_unix_millis(5);
    assert_eq!(
        settled.updates[&MESSAGE].failure,
        FailureChange::Record(Some(failure()), at)
    );

    let settled = judge(&[failed, delivered], sent());
    assert_eq!(settled.updates[&MESSAGE].failure, FailureChange::Clear);
    let amounts: Vec<_> = settled
        .ledger
        .iter()
        .map(LedgerEntry::signed_amount)
        .collect();
    assert_eq!(amounts, [3, -3]);
}

#[test]
fn paying_again_uses_another_subscription_if_necessary_and_never_goes_below_zero() {
    let delivered = [settlement(Outcome::Reported(MessageStatus::Delivered), 1)];
    let other = SubscriptionId(Uuid::from_u128(1));
    let mut poor = facts(MessageStatus::Failed, Some(MessageStatus::Sent), 2);
    poor.balances
        .entry(ACCOUNT)
        .or_default()
        .push(balance(other, 5));
    let settled = judge(&delivered, poor);
    assert_eq!(settled.updates[&MESSAGE].subscription_id, Some(other));
    assert_eq!(
        settled.balances.get(&other),
        Some(&balance(other, 2)),
        "above the threshold nothing is announced"
    );

    let broke = facts(MessageStatus::Failed, Some(MessageStatus::Sent), 2);
    let settled = judge(&delivered, broke);
    assert_eq!(settled.updates[&MESSAGE].status, MessageStatus::Delivered);
    assert!(settled.ledger.is_empty() && settled.balances.is_empty());
}

/// A message that fails and is delivered after all, again and again, takes the last credits each time.
#[test]
fn within_a_batch_a_balance_is_announced_once() {
    let messages = (1..=3).map(|number| MessageId(Uuid::from_u128(number)));
    let messages: Vec<_> = messages.collect();
    let mut last = facts(MessageStatus::Failed, Some(MessageStatus::Sent), 3);
    let state = last.messages.remove(&MESSAGE).expect("the message");
    let mut batch = Vec::new();
    for message_id in messages {
        last.messages.insert(message_id, state.clone());
        let late = Outcome::Reported(MessageStatus::Delivered);
        batch.push(Settlement {
            message_id,
            ..settlement(late, 1)
        });
    }
    let mut pending = state;
    pending.status = MessageStatus::Pending;
    last.messages.insert(MESSAGE, pending);
    batch.insert(1, settlement(Outcome::Failed(failure()), 1));

    let settled = judge(&batch, last);
    let amounts = settled.ledger.iter().map(LedgerEntry::signed_amount);
    assert_eq!(amounts.collect::<Vec<_>>(), [-3, 3, -3]);
    let notices = settled.notices.iter().map(|notice| notice.kind.as_str());
    assert_eq!(notices.collect::<Vec<_>>(), ["SubscriptionSpent"]);
    let announced = settled.balances[&SUBSCRIPTION].announced;
    assert_eq!(announced, Announced::Spent);
}

#[test]
fn an_outcome_that_changes_nothing_is_not_an_update() {
    for outcome in outcomes() {
        let facts = facts(MessageStatus::Read, Some(MessageStatus::Sent), 0);
        assert!(judge(&[settlement(outcome, 1)], facts).updates.is_empty());
    }
}

/// Returns the events of a batch: their status, their source, and whether the message moved.
fn events(batch: &[Settlement], facts: SettlementFacts) -> Vec<(MessageStatus, EventSource, bool)> {
    let settled = judge(batch, facts);
    let event = |(id, event): (MessageId, MessageEvent)| {
        assert_eq!(id, MESSAGE);
        (event.status, event.source, event.changed_status)
    };
    settled.events.into_iter().map(event).collect()
}

#[test]
fn moves_answers_and_all_receipts_are_events() {
    for status in MessageStatus::ALL {
        for answered in [None, Some(MessageStatus::Pending)] {
            for outcome in outcomes() {
                let moves = outcome.moves(status);
                let answers = outcome.is_answer() && answered.is_none();
                let receipt = outcome.source() == EventSource::ProviderReceipt;
                let event = (outcome.status(), outcome.source(), moves);
                let events = events(
                    &[settlement(outcome.clone(), 1)],
                    facts(status, answered, 10),
                );
                let expected: &[_] = if moves || answers || receipt {
                    &[event]
                } else {
                    &[]
                };
                assert_eq!(events, expected, "{status:?} + {outcome:?}");
            }
        }
    }
}

#[test]
fn an_event_has_its_source_both_times_and_its_failure() {
    let at = Timestamp::from_unix_millis;
    let expired = Outcome::Expired.failure();
    for (outcome, source, provider_time, failed) in [
        (accepted(), EventSource::ProviderCall, None, None),
        (
            Outcome::Failed(failure()),
            EventSource::ProviderCall,
            None,
            Some(failure()),
        ),
        (
            Outcome::ReportedFailed(failure()),
            EventSource::ProviderReceipt,
            Some(at(4_000)),
            Some(failure()),
        ),
        (Outcome::Expired, EventSource::LifetimeEnd, None, expired),
    ] {
        let settlement = Settlement {
            provider_time,
            ..settlement(outcome, 5_000)
        };
        let status = settlement.outcome.status();
        let settled = judge(&[settlement], facts(MessageStatus::Pending, None, 10));
        let event = MessageEvent {
            status,
            source,
            changed_status: true,
            provider_time,
            recorded_at: at(5_000),
            failure: failed,
        };
        assert_eq!(settled.events, [(MESSAGE, event)]);
    }
}

#[test]
fn an_unknown_message_and_one_of_another_account_are_skipped() {
    let unknown = judge(&[settlement(accepted(), 1)], SettlementFacts::default());
    assert!(unknown.updates.is_empty() && unknown.ledger.is_empty() && unknown.events.is_empty());
    let foreign = Settlement {
        account_id: AccountId(Uuid::from_u128(9)),
        ..settlement(Outcome::Failed(failure()), 1)
    };
    let settled = judge(&[foreign], facts(MessageStatus::Pending, None, 0));
    assert!(settled.updates.is_empty() && settled.ledger.is_empty() && settled.events.is_empty());
}

/// Settles the receipts of a message in this order, one batch each. Returns its status and the
/// balance.
fn settle_in_order(order: &[usize], receipts: &[Outcome]) -> (MessageStatus, i64) {
    let mut state = facts(MessageStatus::Sent, Some(MessageStatus::Sent), 7);
    for index in order {
        let settled = judge(
            &[settlement(receipts[*index].clone(), 1)],
            SettlementFacts {
                rules: HashMap::new(),
                messages: state.messages.clone(),
                balances: state.balances.clone(),
            },
        );
        for (id, update) in settled.updates {
            let message = state.messages.get_mut(&id).expect("the message");
            message.status = update.status;
            message.subscription_id = update.subscription_id;
        }
        for (id, after) in settled.balances {
            let balances = state.balances.get_mut(&ACCOUNT).expect("the account");
            balances
                .iter_mut()
                .filter(|balance| balance.id == id)
                .for_each(|balance| *balance = after);
        }
    }
    (
        state.messages[&MESSAGE].status,
        state.balances[&ACCOUNT][0].remaining.get(),
    )
}

proptest! {
    #[test]
    fn a_message_moves_to_each_status_at_most_once_in_any_order_of_outcomes(
        mut order in prop::collection::vec(0_usize..8, 0..24),
        batch in 1_usize..6,
    ) {
        let outcomes = outcomes();
        order.iter_mut().for_each(|index| *index %= outcomes.len());
        let settlements: Vec<_> = (0..)
            .zip(&order)
            .map(|(millis, index)| settlement(outcomes[*index].clone(), millis))
            .collect();
        let mut state = facts(MessageStatus::Pending, None, 7);
        let mut moved = vec![MessageStatus::Pending];
        let mut times = Vec::new();
        for batch in settlements.chunks(batch) {
            let settled = judge(batch, SettlementFacts {
                rules: HashMap::new(),
                messages: state.messages.clone(),
                balances: state.balances.clone(),
            });
            for (_, event) in &settled.events {
                times.push(event.recorded_at);
                if event.changed_status {
                    let last = *moved.last().expect("the first status");
                    prop_assert!(last.may_become(event.status), "{:?} → {:?}", last, event.status);
                    prop_assert!(!moved.contains(&event.status), "{:?} twice", event.status);
                    moved.push(event.status);
                }
            }
            let message = state.messages.get_mut(&MESSAGE).expect("the message");
            for update in settled.updates.values() {
                message.status = update.status;
                message.first_answer = update.first_answer;
            }
            // The timeline has every move.
            prop_assert_eq!(Some(&message.status), moved.last());
        }
        prop_assert!(times.is_sorted());
    }

    #[test]
    fn every_order_of_a_messages_receipts_with_duplicates_has_one_result(
        life in 0_usize..4,
        shuffled in Just((0..3_usize).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0_usize..3, 0..8),
    ) {
        let reported = |status| Outcome::Reported(status);
        let failed = || Outcome::ReportedFailed(failure());
        let (receipts, expected) = match life {
            0 => (vec![reported(MessageStatus::Sent), reported(MessageStatus::Delivered), reported(MessageStatus::Read)], (MessageStatus::Read, 7)),
            1 => (vec![reported(MessageStatus::Sent), failed(), failed()], (MessageStatus::Failed, 10)),
            2 => (vec![reported(MessageStatus::Sent), failed(), reported(MessageStatus::Delivered)], (MessageStatus::Delivered, 7)),
            _ => (vec![failed(), reported(MessageStatus::Delivered), reported(MessageStatus::Read)], (MessageStatus::Read, 7)),
        };
        // Every receipt comes at least once; duplicates come anywhere before and after.
        let order: Vec<_> = again.iter().copied().chain(shuffled).chain(again.iter().rev().copied()).collect();
        prop_assert_eq!(settle_in_order(&order, &receipts), expected);
    }
}
