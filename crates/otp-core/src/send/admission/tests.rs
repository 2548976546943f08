//! Tests of the order of refusals, and of batches whose attempts affect each other.

use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::account::AccountRules;
use crate::channel::whatsapp;
use crate::idempotency::IdempotencyKey;
use crate::ids::{AccountId, ApiKeyId, MessageId, SenderId, TemplateId};
use crate::language::LanguageTag;
use crate::message::MessageStatus;
use crate::notice::{Announced, LowBalance};
use crate::region::Region;
use crate::sealing::{RecipientIndex, Sealed};
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);
const ACCOUNT: AccountId = AccountId(Uuid::nil());
const KEY: ApiKeyId = ApiKeyId(Uuid::nil());

fn attempt(id: u128, recipient: u8) -> SendAttempt {
    SendAttempt {
        message_id: MessageId(Uuid::from_u128(id)),
        account_id: ACCOUNT,
        api_key_id: KEY,
        idempotency_key: None,
        recipient_index: RecipientIndex([recipient; 32]),
        recipient: Sealed(vec![recipient]),
        region: Some(Region::parse("SA").expect("region")),
        price: Credits::ONE,
        route: Ok(RoutedTo::WhatsApp(whatsapp::RoutedTo {
            sender_id: SenderId(Uuid::nil()),
            template_id: TemplateId(Uuid::nil()),
            language: LanguageTag::parse("ar").expect("language"),
        })),
        notice_language: None,
        at: NOW,
        expires_at: NOW + Duration::from_secs(600),
        verification: None,
    }
}

fn balance(number: u128, remaining: i64) -> SubscriptionBalance {
    SubscriptionBalance {
        id: SubscriptionId(Uuid::from_u128(number)),
        remaining: Credits::new(remaining).expect("credits"),
        granted: Credits::new(10).expect("credits"),
        created_at: NOW,
        announced: Announced::Nothing,
        is_revoked: false,
    }
}

fn answer(attempt: &SendAttempt, facts: &SendFacts) -> Admission {
    decide(attempt, facts).map_or_else(|answer| answer, |_| Admission::Admitted)
}

/// Returns an attempt to recipient 1 and facts under which every rule refuses it.
fn refused_by_every_rule() -> (SendAttempt, SendFacts) {
    let mut attempt = attempt(1, 1);
    attempt.route = Err(Refusal::SenderNumberNotFound);
    attempt.idempotency_key = Some(IdempotencyKey(Uuid::nil()));
    let mut facts = SendFacts::default();
    let key = (KEY, IdempotencyKey(Uuid::nil()));
    facts.add_message_with_key(key, MessageId(Uuid::nil()), None);
    facts.add_opt_out(ACCOUNT, attempt.recipient_index);
    facts.add_send(ACCOUNT, attempt.recipient_index, NOW);
    (attempt, facts)
}

#[test]
fn a_message_that_costs_nothing_needs_no_subscription_and_obeys_the_other_rules() {
    let free = |id, recipient| SendAttempt {
        price: Credits::ZERO,
        ..attempt(id, recipient)
    };
    let mut facts = SendFacts::default();
    facts.add_balance(ACCOUNT, balance(1, 1));
    let batch = [free(1, 1), free(2, 1), attempt(3, 2)];
    let judged = judge(&batch, facts);
    let retry_at = NOW + Duration::from_secs(30);
    let cooling = Admission::Refused(Refusal::CoolingDown { retry_at });
    let expected = [Admission::Admitted, cooling, Admission::Admitted];
    assert_eq!(judged.admissions, expected);
    let payers: Vec<_> = judged
        .messages
        .iter()
        .map(|message| message.subscription_id)
        .collect();
    assert_eq!(payers, [None, Some(balance(1, 1).id)]);
    assert_eq!(judged.ledger.len(), 1);
    assert_eq!(judged.ledger[0].message_id, Some(batch[2].message_id));
}

#[test]
fn refusals_are_in_the_order_of_the_contract() {
    let (mut attempt, mut facts) = refused_by_every_rule();
    assert!(
        matches!(answer(&attempt, &facts), Admission::Replayed(_)),
        "replay before all rules"
    );

    attempt.idempotency_key = None;
    let next = |attempt: &SendAttempt, facts: &SendFacts| match answer(attempt, facts) {
        Admission::Refused(refusal) => refusal,
        Admission::Admitted | Admission::AdmittedCode { .. } | Admission::Replayed(_) => {
            panic!("refused for a reason")
        }
    };
    for (standing, refusal) in [
        (AccountStanding::Restricted, Refusal::AccountRestricted),
        (AccountStanding::Closed, Refusal::AccountClosed),
        (AccountStanding::Open, Refusal::SenderNumberNotFound),
    ] {
        let rules = AccountRules {
            standing,
            ..AccountRules::default()
        };
        facts.add_rules(ACCOUNT, rules);
        assert_eq!(next(&attempt, &facts), refusal);
    }
    attempt.route = Err(Refusal::TemplateNotFound);
    assert_eq!(next(&attempt, &facts), Refusal::TemplateNotFound);
    attempt.route = self::attempt(1, 1).route;
    assert_eq!(next(&attempt, &facts), Refusal::RecipientOptedOut);

    let mut facts = SendFacts::default();
    facts.add_send(ACCOUNT, attempt.recipient_index, NOW);
    let retry_at = NOW + Duration::from_secs(30);
    assert_eq!(next(&attempt, &facts), Refusal::CoolingDown { retry_at });
    assert_eq!(
        next(&attempt, &SendFacts::default()),
        Refusal::InsufficientBalance
    );

    let mut facts = SendFacts::default();
    facts.add_balance(ACCOUNT, balance(1, 1));
    assert_eq!(answer(&attempt, &facts), Admission::Admitted);
}

#[test]
fn the_next_send_is_admitted_exactly_when_the_wait_is_over() {
    for (millis_since, passes) in [(0, false), (29_999, false), (30_000, true), (30_001, true)] {
        let mut facts = SendFacts::default();
        facts.add_balance(ACCOUNT, balance(1, 1));
        facts.add_send(
            ACCOUNT,
            RecipientIndex([1; 32]),
            NOW - Duration::from_millis(millis_since),
        );
        let admitted = answer(&attempt(1, 1), &facts) == Admission::Admitted;
        assert_eq!(admitted, passes, "{millis_since} ms after the last send");
    }
}

#[test]
fn a_replay_repeats_the_first_answer_and_is_pending_until_it_is_known() {
    let (attempt, _) = refused_by_every_rule();
    let key = (KEY, IdempotencyKey(Uuid::nil()));
    for (first_answer, expected) in [
        (None, MessageStatus::Pending),
        (Some(MessageStatus::Pending), MessageStatus::Pending),
        (Some(MessageStatus::Sent), MessageStatus::Sent),
        (Some(MessageStatus::Failed), MessageStatus::Failed),
    ] {
        let mut facts = SendFacts::default();
        facts.add_message_with_key(key, MessageId(Uuid::nil()), first_answer);
        let Admission::Replayed(first) = answer(&attempt, &facts) else {
            panic!("a replay")
        };
        assert_eq!(first.status, expected);
    }
}

#[test]
fn a_judged_batch_has_every_row_to_be_written() {
    let mut facts = SendFacts::default();
    facts.add_balance(ACCOUNT, balance(1, 2));
    let batch = [attempt(1, 1), attempt(2, 1), attempt(3, 2), attempt(4, 3)];
    let judged = judge(&batch, facts);
    let retry_at = NOW + Duration::from_secs(30);
    assert_eq!(
        judged.admissions,
        [
            Admission::Admitted,
            Admission::Refused(Refusal::CoolingDown { retry_at }),
            Admission::Admitted,
            Admission::Refused(Refusal::InsufficientBalance),
        ]
    );
    assert_eq!(
        judged
            .messages
            .iter()
            .map(|new| new.attempt)
            .collect::<Vec<_>>(),
        [0, 2]
    );
    assert_eq!(judged.ledger.len(), 2);
    assert!(
        judged
            .ledger
            .iter()
            .all(|entry| entry.signed_amount() == -1)
    );
    let spent = SubscriptionId(Uuid::from_u128(1));
    assert_eq!(
        judged.balances.into_iter().collect::<Vec<_>>(),
        [(
            spent,
            SubscriptionBalance {
                announced: Announced::Spent,
                ..balance(1, 0)
            }
        )]
    );
}

/// The send leaves 9 of 10 credits.
#[test]
fn an_account_is_warned_at_its_own_threshold() {
    for (percent, announces) in [(90, true), (50, false)] {
        let mut facts = SendFacts::default();
        let low_balance = LowBalance::try_new(percent).expect("a percentage");
        let rules = AccountRules {
            low_balance,
            ..AccountRules::default()
        };
        facts.add_rules(ACCOUNT, rules);
        facts.add_balance(ACCOUNT, balance(1, 10));
        let judged = judge(&[attempt(1, 1)], facts);
        assert_eq!(!judged.notices.is_empty(), announces, "{percent} %");
    }
}

proptest! {
    #[test]
    fn no_batch_overspends_and_every_debit_has_its_message(
        balances in prop::collection::vec(0_i64..6, 0..4),
        sends in prop::collection::vec((0_u8..6, 1_i64..4, prop::option::of(0_u128..4)), 0..40),
    ) {
        let mut facts = SendFacts::default();
        for (number, remaining) in (1..).zip(&balances) {
            facts.add_balance(ACCOUNT, balance(number, *remaining));
        }
        let batch: Vec<_> = sends.iter().zip(1..).map(|((to, price, key), id)| {
            let mut attempt = attempt(id, *to);
            attempt.price = Credits::new(*price).expect("credits");
            attempt.idempotency_key = key.map(|key| IdempotencyKey(Uuid::from_u128(key)));
            attempt
        }).collect();
        let judged = judge(&batch, facts);

        let debited: i64 = judged.ledger.iter().map(|entry| -entry.signed_amount()).sum();
        let touched = |number: &u128| judged.balances.get(&SubscriptionId(Uuid::from_u128(*number)));
        let left: i64 = (1_u128..).zip(&balances)
            .map(|(number, before)| touched(&number).map_or(*before, |after| after.remaining.get()))
            .sum();
        prop_assert_eq!(balances.iter().sum::<i64>(), left + debited);
        prop_assert_eq!(judged.admissions.len(), batch.len());
        prop_assert_eq!(judged.messages.len(), judged.ledger.len());
        let mut reached = std::collections::HashSet::new();
        for new in &judged.messages {
            prop_assert_eq!(judged.admissions[new.attempt], Admission::Admitted);
            prop_assert!(reached.insert(batch[new.attempt].recipient_index), "two sends to a recipient");
        }
    }
}

mod verifications;
