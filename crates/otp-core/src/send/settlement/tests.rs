//! Outcomes meet messages in every status.

use uuid::Uuid;

use super::*;

const MESSAGE: MessageId = MessageId(Uuid::nil());
const SUBSCRIPTION: SubscriptionId = SubscriptionId(Uuid::nil());

fn outcomes() -> [Outcome; 3] {
    let failure = Failure {
        code: Some(1),
        title: String::new(),
        reason: String::new(),
    };
    [
        Outcome::Accepted(ProviderMessageId("wamid.1".to_owned())),
        Outcome::Failed(failure),
        Outcome::Unknown,
    ]
}

fn settlement(outcome: Outcome) -> Settlement {
    Settlement {
        message_id: MESSAGE,
        account_id: AccountId(Uuid::nil()),
        outcome,
        at: Timestamp::from_unix_millis(1),
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
            let settled = judge(&[settlement(outcome)], facts(status, None));
            let moves = status.may_become(answer);
            let expected = if moves { answer } else { status };
            assert_eq!(
                settled.updates[0].status, expected,
                "{status:?} + {answer:?}"
            );
            let refunds = moves && answer == MessageStatus::Failed;
            assert_eq!(
                settled.ledger.len(),
                usize::from(refunds),
                "{status:?} + {answer:?}"
            );
            assert_eq!(settled.updates[0].failure.is_some(), refunds);
            let balance = settled
                .balances
                .get(&SUBSCRIPTION)
                .map(|credits| credits.get());
            assert_eq!(balance, refunds.then_some(4));
        }
    }
}

#[test]
fn the_first_answer_is_set_once() {
    let [accepted, failed, unknown] = outcomes();
    let batch = [
        settlement(unknown),
        settlement(accepted),
        settlement(failed),
    ];
    let settled = judge(&batch, facts(MessageStatus::Pending, None));
    assert!(
        settled
            .updates
            .iter()
            .all(|update| update.first_answer == MessageStatus::Pending)
    );
    assert_eq!(settled.updates[2].status, MessageStatus::Failed);
    assert_eq!(settled.ledger.len(), 1);
}

#[test]
fn a_message_nobody_knows_changes_nothing() {
    let [accepted, ..] = outcomes();
    let settled = judge(&[settlement(accepted)], SettlementFacts::default());
    assert!(settled.updates.is_empty() && settled.ledger.is_empty() && settled.balances.is_empty());
}
