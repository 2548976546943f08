//! Promises on events for webhook endpoints: each change writes its own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateStatus};
use otp_core::ids::VerificationId;
use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{Clock as _, Storage};
use otp_core::send::{Outcome, SendAttempt};
use otp_core::webhook::{EventFilter, WebhookEvent, WebhookEventKind};

use super::fixture::{Fixture, START, recipient};
use super::verifications::{CODE, check, created, guess, new_of};
use crate::sender::accepted_outcome;

use super::webhook_deliveries::{add, attempt, claim, end, ended, route};

/// The events since the last call, for one endpoint that wants everything.
async fn told(fixture: &Fixture) -> Vec<WebhookEvent> {
    let now = fixture.clock.now();
    route(fixture, now).await;
    let turns = claim(fixture, now, 10).await;
    let mut told = Vec::new();
    for turn in turns {
        let mut ended = ended(&turn, now);
        let accepted = (0..turn.due.len()).map(|index| attempt(&turn, index, None));
        ended.attempts = accepted.collect();
        assert!(end(fixture, &ended).await);
        told.extend(turn.due.iter().map(|due| due.event));
    }
    told.sort_by_key(|event| (event.at, event.sequence));
    told
}

async fn kinds(fixture: &Fixture) -> Vec<&'static str> {
    let told = told(fixture).await;
    told.iter().map(|event| event.kind.as_str()).collect()
}

/// Each move of a message is an event, once, with the number of its status. An account without endpoints has none.
pub async fn each_move_of_a_message_is_an_event_of_an_account_that_wants_it(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::with_credits(store, 30).await;
    let before = fixture.send(1).await;
    fixture.settle(&before, accepted_outcome("wamid.1")).await;
    assert_eq!(route(&fixture, START).await, 0);

    add(&fixture, 1, EventFilter::ALL).await;
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    fixture.settle(&before, delivered.clone()).await;
    let message = fixture.send(2).await;
    for outcome in [
        accepted_outcome("wamid.2"),
        Outcome::Reported(MessageStatus::Read),
        delivered,
        Outcome::Reported(MessageStatus::Read),
    ] {
        fixture.settle(&message, outcome).await;
    }
    let failed = fixture.send(3).await;
    fixture.settle(&failed, Outcome::Expired).await;
    let told = told(&fixture).await;
    let events = |of: &SendAttempt| {
        let id = of.message_id.0;
        let of_message = told.iter().filter(move |event| event.subject == id);
        let events = of_message.map(|event| (event.kind.as_str(), event.sequence));
        events.collect::<Vec<_>>()
    };
    assert_eq!(events(&before), [("message.delivered", 3)]);
    let moves = [("message.sent", 1), ("message.read", 4)];
    assert_eq!(events(&message), moves);
    assert_eq!(events(&failed), [("message.failed", 2)]);
    assert!(told.iter().all(|event| event.account_id == fixture.account));
    assert_eq!(route(&fixture, START).await, 0);
}

/// Each end of a verification is an event.
pub async fn each_end_of_a_verification_is_an_event(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    add(&fixture, 1, EventFilter::ALL).await;
    let mut ids = Vec::new();
    for number in 1..=5 {
        ids.push(new_of(&created(&fixture, number).await).id);
    }
    check(&fixture, guess(&fixture, ids[0], CODE)).await;
    for _ in 0..5 {
        check(&fixture, guess(&fixture, ids[1], "000000")).await;
    }
    let cancel = fixture
        .store
        .cancel_verification(fixture.account, ids[2], fixture.clock.now());
    cancel.await.expect("judged").expect("canceled");
    fixture.clock.advance(Duration::from_secs(100));
    // It replaces the fourth, which ends so.
    let newer = new_of(&created(&fixture, 4).await).id;
    let over = START + Duration::from_secs(300);
    let expired = fixture.store.expire_verifications(over, 9).await;
    assert_eq!(expired.expect("recorded"), 1);

    let told = told(&fixture).await;
    let event = |id: VerificationId| {
        let of = told.iter().filter(move |event| event.subject == id.0);
        of.map(|event| event.kind.as_str()).collect::<Vec<_>>()
    };
    for (id, kind) in ids.iter().zip([
        "verification.approved",
        "verification.exhausted",
        "verification.canceled",
        "verification.canceled",
        "verification.expired",
    ]) {
        assert_eq!(event(*id), [kind]);
    }
    assert!(event(newer).is_empty());
}

/// Each change of a subscription, a recipient's choice, a sender or a template is an event.
pub async fn each_change_of_another_resource_is_an_event(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    add(&fixture, 1, EventFilter::ALL).await;
    let other = fixture.another_account().await;
    fixture.grant_to(other, 1).await;
    let granted = fixture.grant(2).await;
    let told_of_grant = told(&fixture).await;
    let [event] = told_of_grant.as_slice() else {
        panic!("one event: {told_of_grant:?}");
    };
    assert_eq!((event.subject, event.at), (granted.0, fixture.clock.now()));
    assert_eq!(event.kind, WebhookEventKind::SubscriptionActivated);

    // At one of two credits, a balance is low; at none, it is spent.
    fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(1));
    fixture.send(2).await;
    fixture.clock.advance(Duration::from_secs(1));
    let expected = ["subscription.spent"];
    assert_eq!(kinds(&fixture).await, expected);

    for request in [
        ConsentRequest::Start,
        ConsentRequest::Stop,
        ConsentRequest::Stop,
        ConsentRequest::Start,
    ] {
        fixture.request(1, request).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    let consents = told(&fixture).await;
    let of: BTreeSet<_> = consents.iter().map(|event| event.subject).collect();
    assert_eq!(of.len(), 1);
    let index = fixture.sealer.index(&recipient(1));
    let all = consents.iter();
    let all = all.map(|event| (event.kind.as_str(), event.recipient_index));
    let expected = ["recipient.opted_out", "recipient.opted_in"];
    assert!(all.eq(expected.map(|kind| (kind, Some(index)))));

    let (_, sender, _) = fixture.routed_attempt(3).await;
    for change in [
        HealthChange::CheckWanted,
        HealthChange::StoppedByOperator,
        HealthChange::StoppedByOperator,
        HealthChange::ResumedByOperator,
    ] {
        let now = fixture.clock.now();
        let changed = fixture
            .store
            .change_health(sender.id, &change, now, None)
            .await;
        changed.expect("changed");
        fixture.clock.advance(Duration::from_secs(1));
    }
    let templates = fixture.store.list_templates(Some(sender.id)).await;
    let template = templates.expect("listed").remove(0);
    let paused = AuthenticationTemplate {
        status: TemplateStatus::PAUSED,
        ..template.clone()
    };
    for (before, after, replaced) in [
        (&template, &template, true),
        (&template, &paused, true),
        (&template, &paused, false),
    ] {
        let now = fixture.clock.now();
        let result = fixture.store.replace_template(before, after, now).await;
        assert_eq!(result.expect("judged"), replaced);
    }
    let expected = [
        "sender.stopped",
        "sender.recovered",
        "template.status_changed",
    ];
    assert_eq!(kinds(&fixture).await, expected);
}
