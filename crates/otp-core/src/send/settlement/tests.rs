//! Outcomes meet messages in every status.

use uuid::Uuid;

use super::*;
use crate::sealing::{ProviderMessageIndex, Sealed};

const MESSAGE: MessageId = MessageId(Uuid::nil());
const SUBSCRIPTION: SubscriptionId = SubscriptionId(Uuid::nil());

fn outcomes() -> [Outcome; 3] {
    let failure = Failure {
        code: Some(1),
        title: String::new(),
        reason: String::new(),
    };
    let id = SealedProviderMessageId {
        index: ProviderMessageIndex([7; 32]),
        sealed: Sealed(vec![7]),
    };
    [
        Outcome::Accepted(id),
        Outcome::Failed(failure),
        Outcome::Unknown,
    ]
}

fn settlement(outcome: Outcome, millis: i64) -> Settlement {
    Settlement {
        message_id: MESSAGE,
        account_id: AccountId(Uuid::nil()),
        outcome,
        at: Timestamp::from_unix_millis(millis),
    }
}

fn facts(status: MessageStatus, first_answer: Option<MessageStatus>) -> SettlementFacts {
    let message = MessageState {
        account_id: AccountId(Uuid::nil()),
        status,
        first_answer,
        price: Credits::new(3).expect("credits"),
        subscription_id: SUBSCRIPTION,
    };
    SettlementFacts {
        messages: HashMap::from([(MESSAGE, message)]),
        balances: HashMap::from([(SUBSCRIPTION, Credits::ONE)]),
    }
}

#[test]
fn a_status_only_moves_forward_and_only_a_new_failure_refunds() {
    for status in MessageStatus::ALL {
        for outcome in outcomes() {
            let answer = outcome.answer();
            let settled = judge(&[settlement(outcome, 1)], facts(status, None));
            let moves = status.may_become(answer);
            let expected = if moves { answer } else { status };
            let update = &settled.updates[&MESSAGE];
            assert_eq!(update.status, expected, "{status:?} + {answer:?}");
            let refunds = moves && answer == MessageStatus::Failed;
            assert_eq!(
                settled.ledger.len(),
                usize::from(refunds),
                "{status:?} + {answer:?}"
            );
            assert_eq!(update.failure.is_some(), refunds);
            let balance = settled
                .balances
                .get(&SUBSCRIPTION)
                .map(|credits| credits.get());
            assert_eq!(balance, refunds.then_some(4));
        }
    }
}

#[test]
fn the_first_answer_is_set_once_and_the_outcomes_of_a_message_become_one_update() {
    let [accepted, failed, unknown] = outcomes();
    let batch = [
        settlement(unknown, 1),
        settlement(accepted, 2),
        settlement(failed, 3),
    ];
    let settled = judge(&batch, facts(MessageStatus::Pending, None));
    assert_eq!(settled.updates.len(), 1);
    let update = &settled.updates[&MESSAGE];
    assert_eq!(
        (update.first_answer, update.status),
        (MessageStatus::Pending, MessageStatus::Failed)
    );
    assert!(update.provider_message_id.is_some());
    let at = Timestamp::from_unix_millis(3);
    assert_eq!(update.failure.as_ref().map(|(_, at)| *at), Some(at));
    assert_eq!((update.at, settled.ledger.len()), (at, 1));
}

#[test]
fn what_brings_nothing_new_is_no_update() {
    let [accepted, failed, unknown] = outcomes();
    for outcome in [accepted, failed, unknown] {
        let facts = facts(MessageStatus::Read, Some(MessageStatus::Sent));
        assert!(judge(&[settlement(outcome, 1)], facts).updates.is_empty());
    }
}

#[test]
fn a_message_nobody_knows_changes_nothing() {
    let [accepted, ..] = outcomes();
    let settled = judge(&[settlement(accepted, 1)], SettlementFacts::default());
    assert!(settled.updates.is_empty() && settled.ledger.is_empty() && settled.balances.is_empty());
}
