//! Tests of messages that share their charge with others of a fallback.

use super::*;

const VERIFICATION: VerificationId = VerificationId(Uuid::from_u128(7));

/// A message of the verification that shares its charge.
fn sharing(status: MessageStatus) -> SettlementFacts {
    let mut facts = facts(status, None, 10);
    let message = facts.messages.get_mut(&MESSAGE).expect("the message");
    (message.verification_id, message.shares_charge) = (Some(VERIFICATION), true);
    facts
}

#[test]
fn no_outcome_of_a_shared_charge_moves_credits() {
    for status in MessageStatus::ALL {
        for outcome in outcomes() {
            let settled = judge(&[settlement(outcome.clone(), 1)], sharing(status));
            let is_still = settled.ledger.is_empty() && settled.balances.is_empty();
            assert!(is_still, "{status:?} + {outcome:?}");
        }
    }
}

#[test]
fn a_delivery_clears_the_failure_of_a_shared_charge_too() {
    let delivered = settlement(Outcome::Reported(MessageStatus::Delivered), 1);
    let settled = judge(&[delivered], sharing(MessageStatus::Failed));
    assert_eq!(settled.updates[&MESSAGE].failure, FailureChange::Clear);
}

/// A code that was sent again by hand has a charge of its own.
#[test]
fn a_fallback_begins_again_if_any_message_of_a_batch_shares_its_charge() {
    let other = MessageId(Uuid::from_u128(1));
    for order in [[MESSAGE, other], [other, MESSAGE]] {
        let mut facts = sharing(MessageStatus::Pending);
        let alone = MessageState {
            shares_charge: false,
            ..facts.messages[&MESSAGE].clone()
        };
        facts.messages.insert(other, alone);
        let failed = order.map(|message_id| Settlement {
            message_id,
            ..settlement(Outcome::Failed(failure()), 1)
        });
        let wakes = judge(&failed, facts).fallback_wakes;
        assert!(wakes[&VERIFICATION].reopens, "{order:?}");
    }
}
