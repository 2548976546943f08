//! The events for endpoints that settlements cause.

use super::*;
use crate::webhook::{EventFilter, WebhookEventKind};

#[test]
fn each_move_is_an_event_if_the_account_wants_it() {
    let all: WantedEvents = EventFilter::ALL.into();
    let only_read: WantedEvents = EventFilter::from_iter([WebhookEventKind::MessageRead]).into();
    let read = Outcome::Reported(MessageStatus::Read);
    // The second report moves nothing.
    let settlements = [read.clone(), read].map(|outcome| settlement(outcome, 1));
    for (wanted, expected) in [(WantedEvents::NONE, 0), (only_read, 1), (all, 1)] {
        let mut facts = facts(MessageStatus::Sent, Some(MessageStatus::Sent), 10);
        facts
            .messages
            .get_mut(&MESSAGE)
            .expect("the message")
            .wanted_events = wanted;
        let events = judge(&settlements, facts).webhook_events;
        assert_eq!(events.len(), expected, "{wanted:?}");
        for event in events {
            let at = settlements[0].at;
            let read = WebhookEvent::of_message(ACCOUNT, MESSAGE, MessageStatus::Read, at);
            assert_eq!(Some(event), read);
        }
    }
}

#[test]
fn a_debit_that_makes_a_balance_low_is_an_event_too() {
    let failed = MessageStatus::Failed;
    let mut facts = facts(failed, Some(MessageStatus::Sent), 3);
    let message = facts.messages.get_mut(&MESSAGE).expect("the message");
    message.wanted_events = EventFilter::ALL.into();
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    let settled = judge(&[settlement(delivered, 1)], facts);
    let kinds = settled.webhook_events.iter().map(|event| event.kind);
    let kinds: Vec<_> = kinds.collect();
    let expected = [
        WebhookEventKind::MessageDelivered,
        WebhookEventKind::SubscriptionSpent,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(settled.webhook_events[1].subject, SUBSCRIPTION.0);
    assert_eq!(settled.notices.len(), 1);
}
