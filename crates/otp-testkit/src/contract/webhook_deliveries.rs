//! Promises on events for endpoints, their deliveries, and the endpoints' turns.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateStatus};
use otp_core::ids::{AccountId, VerificationId, WebhookEndpointId, WebhookEventId};
use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::page::PagePosition;
use otp_core::ports::{Clock as _, Storage};
use otp_core::sealing::Sealed;
use otp_core::send::{Outcome, SendAttempt};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::delivery_log::{DeliveryQuery, Replay, StoredAttempt, StoredDelivery};
use otp_core::webhook::endpoint::{
    DisabledReason, EndpointStanding, WebhookEndpoint, WebhookEndpointChange,
};
use otp_core::webhook::turn::{EndedTurn, LEASE, MAX_DELIVERIES, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{
    DeliveryState, EndpointHealth, EventFilter, WantedEvents, WebhookEvent, WebhookEventKind,
};
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{Fixture, START, recipient};
use super::verifications::{CODE, check, created, guess, new_of};
use crate::sender::accepted_outcome;

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// An endpoint of the fixture's account with this number.
fn endpoint_of(account_id: AccountId, number: u128, events: EventFilter) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(number)),
        account_id,
        url: Sealed(vec![1]),
        description: None,
        events,
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2]),
        previous_secret: None,
        created_at: START,
    }
}

async fn add(fixture: &Fixture, number: u128, events: EventFilter) -> WebhookEndpoint {
    let endpoint = endpoint_of(fixture.account, number, events);
    let added = fixture.store.add_webhook_endpoint(&endpoint).await;
    assert!(added.expect("an endpoint"));
    endpoint
}

async fn change(fixture: &Fixture, id: WebhookEndpointId, change: WebhookEndpointChange) {
    let changed = fixture
        .store
        .change_webhook_endpoint(fixture.account, id, &change);
    changed.await.expect("changed").expect("an endpoint");
}

async fn route(fixture: &Fixture, now: Timestamp) -> usize {
    let routed = fixture.store.route_webhook_events(now, 1_000).await;
    routed.expect("routed")
}

async fn claim(fixture: &Fixture, now: Timestamp, most: usize) -> Vec<WebhookTurn> {
    let room = Room::for_all(most);
    let claimed = fixture.store.claim_webhook_turns(now, now + LEASE, &room);
    claimed.await.expect("claimed")
}

async fn end(fixture: &Fixture, turn: &EndedTurn) -> bool {
    let ended = fixture.store.end_webhook_turn(turn).await;
    ended.expect("recorded or not")
}

/// The turn without an attempt.
fn ended(turn: &WebhookTurn, at: Timestamp) -> EndedTurn {
    EndedTurn {
        endpoint_id: turn.endpoint.id,
        account_id: turn.endpoint.account_id,
        leased_until: turn.leased_until,
        attempts: Vec::new(),
        health: turn.health,
        disabled: None,
        at,
    }
}

/// An attempt for a delivery of the turn, after which it is due at that time, or was accepted.
fn attempt(turn: &WebhookTurn, index: usize, due_at: Option<Timestamp>) -> RecordedAttempt {
    let delivery = turn.due[index];
    RecordedAttempt {
        event_id: delivery.event.id,
        number: delivery.attempts + 1,
        at: START,
        latency: Duration::from_millis(12),
        status: Some(200),
        failure: due_at.map(|_| "status"),
        excerpt: Some(Sealed(vec![3])),
        state: match due_at {
            Some(_) => DeliveryState::Waiting,
            None => DeliveryState::Delivered,
        },
        due_at,
        failed_attempts: delivery.failed_attempts + 1,
    }
}

/// What happened, as one endpoint that wants everything is told.
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

/// What happens to subscriptions, recipients, senders and templates is an event.
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
        let changed = fixture.store.change_health(sender.id, &change, now).await;
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

/// An event goes to the enabled endpoints of its account that want it, once each.
pub async fn an_event_goes_once_to_each_endpoint_that_wants_it(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let all = add(&fixture, 1, EventFilter::ALL).await;
    let kind = WebhookEventKind::MessageDelivered;
    add(&fixture, 2, EventFilter::from_iter([kind])).await;
    let disabled = add(&fixture, 3, EventFilter::ALL).await;
    change(
        &fixture,
        disabled.id,
        WebhookEndpointChange::disable(DisabledReason::ByOwner),
    )
    .await;
    let other = endpoint_of(fixture.another_account().await, 4, EventFilter::ALL);
    let added = fixture.store.add_webhook_endpoint(&other).await;
    assert!(added.expect("an endpoint"));

    let message = fixture.send(1).await;
    fixture.settle(&message, accepted_outcome("wamid.1")).await;
    assert_eq!(route(&fixture, START).await, 1);
    assert_eq!(route(&fixture, START).await, 0);
    let turns = claim(&fixture, START, 10).await;
    let [turn] = turns.as_slice() else {
        panic!("one turn: {turns:?}");
    };
    assert_eq!(turn.endpoint, all);
    assert_eq!(turn.health, EndpointHealth::default());
    let [due] = turn.due.as_slice() else {
        panic!("one delivery: {turns:?}");
    };
    assert_eq!((due.attempts, due.failed_attempts), (0, 0));
    assert_eq!(due.event.subject, message.message_id.0);
    assert_eq!(due.event.kind, WebhookEventKind::MessageSent);
}

/// A turn belongs to one process until it is ended or its lease is over; then to whoever claims it first.
pub async fn a_turn_belongs_to_one_process_at_a_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    add(&fixture, 1, EventFilter::ALL).await;
    let message = fixture.send(1).await;
    fixture.settle(&message, accepted_outcome("wamid.1")).await;
    route(&fixture, START).await;
    assert!(
        claim(&fixture, START - Duration::from_millis(1), 9)
            .await
            .is_empty()
    );
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let fixture = fixture.clone();
        claims.spawn(async move { claim(&fixture, START, 9).await });
    }
    let claimed = claims.join_all().await.concat();
    assert_eq!(claimed.len(), 1);
    let first = &claimed[0];

    let just_before = START + LEASE - Duration::from_millis(1);
    assert!(claim(&fixture, just_before, 9).await.is_empty());
    let again = claim(&fixture, START + LEASE, 9).await;
    assert_eq!(again[0].due, first.due);
    let mut late = ended(first, START + LEASE);
    late.attempts = vec![attempt(first, 0, None)];
    assert!(!end(&fixture, &late).await);
    let mut in_time = ended(&again[0], START + LEASE);
    in_time.attempts = vec![attempt(&again[0], 0, None)];
    assert!(end(&fixture, &in_time).await);
    assert!(!end(&fixture, &in_time).await);
    assert!(claim(&fixture, after(86_400), 9).await.is_empty());
}

/// What was not accepted is due again at its time, and a turn leaves room for the turns of others.
pub async fn a_turn_ends_with_what_is_due_next(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    let quiet = add(
        &fixture,
        2,
        EventFilter::from_iter([WebhookEventKind::MessageSent]),
    )
    .await;
    for number in 0..20 {
        let message = fixture.send(number).await;
        fixture
            .settle(&message, accepted_outcome(&format!("wamid.{number}")))
            .await;
        fixture.clock.advance(Duration::from_millis(1));
    }
    let now = fixture.clock.now();
    assert_eq!(route(&fixture, now).await, 20);
    let turns = claim(&fixture, now, 1).await;
    let [turn] = turns.as_slice() else {
        panic!("one turn: {turns:?}");
    };
    assert_eq!(turn.endpoint, endpoint);
    assert_eq!(turn.due.len(), MAX_DELIVERIES);
    let mut of_turn = ended(turn, now + Duration::from_secs(1));
    of_turn.attempts = vec![
        attempt(turn, 0, None),
        attempt(turn, 1, Some(after(100))),
        attempt(turn, 2, Some(after(50))),
    ];
    of_turn.health = EndpointHealth {
        failures: 2,
        failing_since: Some(START),
        rests_until: None,
    };
    assert!(end(&fixture, &of_turn).await);

    // The endpoint comes after the one that waited.
    let mut next = claim(&fixture, after(2), 1).await;
    next.extend(claim(&fixture, after(2), 9).await);
    let order: Vec<_> = next.iter().map(|turn| turn.endpoint.id).collect();
    assert_eq!(order, [quiet.id, endpoint.id]);
    let of_quiet = next.iter().find(|turn| turn.endpoint.id == quiet.id);
    assert_eq!(of_quiet.map(|turn| turn.due.len()), Some(MAX_DELIVERIES));
    let of_first = next.iter().find(|turn| turn.endpoint.id == endpoint.id);
    let of_first = of_first.expect("seventeen wait");
    assert_eq!(of_first.health, of_turn.health);
    let seen: BTreeSet<_> = turn.due.iter().map(|due| due.event.id).collect();
    assert!(of_first.due.iter().all(|due| due.failed_attempts == 0));
    let new = of_first
        .due
        .iter()
        .filter(|due| !seen.contains(&due.event.id));
    assert_eq!(new.count(), 3);
    assert_eq!(of_first.due.len(), MAX_DELIVERIES);

    let mut rest = ended(of_first, after(3));
    rest.attempts = (0..of_first.due.len())
        .map(|index| attempt(of_first, index, None))
        .collect();
    assert!(end(&fixture, &rest).await);
    let last: Vec<_> = claim(&fixture, after(4), 9).await;
    assert_eq!(last.len(), 1, "one delivery of the first is left: {last:?}");
    let [last_due] = last[0].due.as_slice() else {
        panic!("one delivery: {last:?}");
    };
    assert_eq!(last_due.attempts, 0);
    let mut over = ended(&last[0], after(4));
    over.attempts = vec![attempt(&last[0], 0, None)];
    assert!(end(&fixture, &over).await);
    assert!(claim(&fixture, after(49), 1).await.is_empty());
    let retried = claim(&fixture, after(100), 9).await;
    let of_first = retried.iter().find(|turn| turn.endpoint.id == endpoint.id);
    let attempts = of_first.map(|turn| turn.due.iter().map(|due| due.attempts).collect());
    assert_eq!(attempts, Some(vec![1, 1]));
}

/// A turn that disables its endpoint ends its calls; whoever enables it again gets what waits.
pub async fn a_disabled_endpoint_is_called_when_it_is_enabled_again(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    let message = fixture.send(1).await;
    fixture.settle(&message, accepted_outcome("wamid.1")).await;
    route(&fixture, START).await;
    let turn = claim(&fixture, START, 9).await.remove(0);
    let mut gone = ended(&turn, after(1));
    gone.attempts = vec![attempt(&turn, 0, Some(after(5)))];
    gone.health.failures = 1;
    gone.disabled = Some(DisabledReason::Gone);
    assert!(end(&fixture, &gone).await);

    let stored = fixture
        .store
        .find_webhook_endpoint(fixture.account, endpoint.id);
    let stored = stored.await.expect("a look-up").expect("an endpoint");
    let is_gone = EndpointStanding::Disabled(DisabledReason::Gone);
    assert_eq!(stored.standing, is_gone);
    let unsent = fixture.store.list_unsent(9).await.expect("listed");
    let notices: Vec<_> = unsent.into_iter().map(|queued| queued.notice).collect();
    assert_eq!(notices, gone.notice().as_slice());
    let facts = fixture.store.facts_of(&fixture.attempt(2)).await;
    let rules = facts.expect("facts").rules(&fixture.attempt(2));
    assert_eq!(rules.wanted_events, WantedEvents::NONE);
    assert!(claim(&fixture, after(86_400), 9).await.is_empty());

    let enable = WebhookEndpointChange {
        standing: Some(EndpointStanding::Enabled),
        ..WebhookEndpointChange::default()
    };
    change(&fixture, endpoint.id, enable).await;
    assert!(claim(&fixture, after(4), 9).await.is_empty());
    let turn = claim(&fixture, after(5), 9).await.remove(0);
    assert_eq!(turn.health, EndpointHealth::default());
    assert_eq!(turn.due[0].attempts, 1);

    // Another URL takes the turn from the process that calls the old one.
    let elsewhere = WebhookEndpointChange {
        url: Some(Sealed(vec![9])),
        ..WebhookEndpointChange::default()
    };
    change(&fixture, endpoint.id, elsewhere).await;
    assert!(!end(&fixture, &ended(&turn, after(6))).await);
    let moved = claim(&fixture, after(6), 9).await.remove(0);
    assert_eq!(moved.endpoint.url, Sealed(vec![9]));
    assert_eq!(moved.due, turn.due);

    let removed = fixture
        .store
        .remove_webhook_endpoint(fixture.account, endpoint.id);
    assert!(removed.await.expect("removed"));
    assert!(!end(&fixture, &ended(&moved, after(7))).await);
    assert!(claim(&fixture, after(86_400), 9).await.is_empty());
}

/// A process claims turns as far as it has room, and none of the accounts that have enough.
pub async fn turns_are_claimed_as_far_as_there_is_room(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    for number in 1..=3 {
        add(&fixture, number, EventFilter::ALL).await;
    }
    let message = fixture.send(1).await;
    fixture.settle(&message, accepted_outcome("wamid.1")).await;
    route(&fixture, START).await;
    let full = Room {
        most: 9,
        left_out: BTreeSet::from([fixture.account]),
    };
    let none = fixture
        .store
        .claim_webhook_turns(START, START + LEASE, &full);
    assert!(none.await.expect("claimed").is_empty());
    let mut claimed = Vec::new();
    for most in [2, 9, 9] {
        claimed.push(claim(&fixture, START, most).await.len());
    }
    assert_eq!(claimed, [2, 1, 0]);
}

/// An endpoint that rests has no turn before its rest is over, whatever happens meanwhile.
pub async fn a_resting_endpoint_has_no_turn(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    add(&fixture, 1, EventFilter::ALL).await;
    let first = fixture.send(1).await;
    fixture.settle(&first, accepted_outcome("wamid.1")).await;
    route(&fixture, START).await;
    let turn = claim(&fixture, START, 9).await.remove(0);
    let mut failing = ended(&turn, after(1));
    failing.attempts = vec![attempt(&turn, 0, Some(after(6)))];
    failing.health = EndpointHealth {
        failures: 7,
        failing_since: Some(START),
        rests_until: Some(after(20)),
    };
    assert!(end(&fixture, &failing).await);
    let second = fixture.send(2).await;
    fixture.settle(&second, accepted_outcome("wamid.2")).await;
    assert_eq!(route(&fixture, after(2)).await, 1);
    assert!(claim(&fixture, after(19), 9).await.is_empty());
    let turn = claim(&fixture, after(20), 9).await.remove(0);
    assert_eq!((turn.due.len(), turn.health), (2, failing.health));
}

/// Old deliveries are removed with their attempts, a few at a time.
pub async fn old_deliveries_are_forgotten(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    add(&fixture, 1, EventFilter::ALL).await;
    for number in 0..3 {
        let message = fixture.send(number).await;
        fixture
            .settle(&message, accepted_outcome(&format!("wamid.{number}")))
            .await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    route(&fixture, after(3)).await;
    let turn = claim(&fixture, after(3), 9).await.remove(0);
    let mut tried = ended(&turn, after(4));
    tried.attempts = (0..3)
        .map(|index| attempt(&turn, index, Some(after(9))))
        .collect();
    assert!(end(&fixture, &tried).await);
    let forget = |most| fixture.store.forget_webhook_deliveries(after(2), most);
    assert_eq!(forget(1).await.expect("forgotten"), 1);
    assert_eq!(forget(9).await.expect("forgotten"), 1);
    assert_eq!(forget(9).await.expect("forgotten"), 0);
    let turn = claim(&fixture, after(9), 9).await.remove(0);
    assert_eq!(turn.due.len(), 1);
}

/// Messages that were sent one second after the other, each of which is an event.
async fn with_events(fixture: &Fixture, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let message = fixture.send(number).await;
        let accepted = accepted_outcome(&format!("wamid.{number}"));
        fixture.settle(&message, accepted).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    route(fixture, fixture.clock.now()).await;
}

async fn list(
    fixture: &Fixture,
    of: &WebhookEndpoint,
    before: PagePosition,
    limit: usize,
) -> Vec<StoredDelivery> {
    let query = DeliveryQuery {
        endpoint_id: of.id,
        before,
        limit,
    };
    let listed = fixture.store.list_webhook_deliveries(&query).await;
    listed.expect("a list")
}

async fn replay(
    fixture: &Fixture,
    of: &WebhookEndpoint,
    replay: Replay,
    now: Timestamp,
) -> Vec<WebhookEventId> {
    let replayed = fixture
        .store
        .replay_webhook_deliveries(of.id, replay, now)
        .await;
    replayed.expect("replayed")
}

/// The log has the newest event first, and each delivery with its attempts.
pub async fn deliveries_read_back_with_their_attempts(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    with_events(&fixture, 0..3).await;
    let all = list(&fixture, &endpoint, PagePosition::END, 9).await;
    let times: Vec<_> = all.iter().map(|delivery| delivery.event.at).collect();
    assert_eq!(times, [after(2), after(1), after(0)]);
    let first_two = list(&fixture, &endpoint, PagePosition::END, 2).await;
    assert_eq!(first_two, all[..2]);
    let rest = list(&fixture, &endpoint, PagePosition::of(&all[1]), 9).await;
    assert_eq!(rest, all[2..]);
    let before = PagePosition::at(after(1));
    assert_eq!(list(&fixture, &endpoint, before, 9).await, all[2..]);
    let waits = |delivery: &StoredDelivery| delivery.state == DeliveryState::Waiting;
    assert!(
        all.iter()
            .all(|delivery| waits(delivery) && delivery.attempts == 0)
    );

    let turn = claim(&fixture, after(3), 9).await.remove(0);
    let mut tried = ended(&turn, after(4));
    let failed = RecordedAttempt {
        status: None,
        failure: Some("timeout"),
        excerpt: None,
        ..attempt(&turn, 0, Some(after(9)))
    };
    tried.attempts = vec![failed.clone(), attempt(&turn, 1, None)];
    assert!(end(&fixture, &tried).await);
    let again = claim(&fixture, after(9), 9).await.remove(0);
    let mut accepted = ended(&again, after(10));
    let index = again.due.iter().position(|due| due.attempts == 1);
    accepted.attempts = vec![attempt(&again, index.expect("it waited"), None)];
    assert!(end(&fixture, &accepted).await);

    let id = failed.event_id;
    let found = fixture.store.find_webhook_delivery(endpoint.id, id).await;
    let (delivery, attempts) = found.expect("a look-up").expect("a delivery");
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Delivered, 2)
    );
    let logged = |number, status, failure: Option<&str>, excerpt| StoredAttempt {
        number,
        at: START,
        latency_millis: 12,
        status,
        failure: failure.map(str::to_owned),
        excerpt,
    };
    let expected = [
        logged(1, None, Some("timeout"), None),
        logged(2, Some(200), None, Some(Sealed(vec![3]))),
    ];
    assert_eq!(attempts, expected);
    let other = add(&fixture, 2, EventFilter::ALL).await;
    let unknown = fixture.store.find_webhook_delivery(other.id, id).await;
    assert_eq!(unknown.expect("a look-up"), None);
    assert!(
        list(&fixture, &other, PagePosition::END, 9)
            .await
            .is_empty()
    );
}

/// A replay makes deliveries due at once, whatever became of them, with the next number and all waits before them.
pub async fn deliveries_are_replayed_by_id_and_by_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    with_events(&fixture, 0..4).await;
    let turn = claim(&fixture, after(4), 9).await.remove(0);
    let mut tried = ended(&turn, after(5));
    tried.attempts = (0..4).map(|index| attempt(&turn, index, None)).collect();
    tried.attempts[3].state = DeliveryState::GivenUp;
    assert!(end(&fixture, &tried).await);
    assert!(claim(&fixture, after(6), 9).await.is_empty());

    let ids: Vec<_> = turn.due.iter().map(|due| due.event.id).collect();
    let one = Replay::One(ids[3]);
    let other = add(&fixture, 2, EventFilter::ALL).await;
    assert!(replay(&fixture, &other, one, after(6)).await.is_empty());
    assert_eq!(replay(&fixture, &endpoint, one, after(6)).await, [ids[3]]);
    let turn = claim(&fixture, after(6), 9).await.remove(0);
    let [due] = turn.due.as_slice() else {
        panic!("one delivery: {turn:?}");
    };
    assert_eq!(
        (due.event.id, due.attempts, due.failed_attempts),
        (ids[3], 1, 0)
    );
    let mut accepted = ended(&turn, after(7));
    accepted.attempts = vec![attempt(&turn, 0, None)];
    assert!(end(&fixture, &accepted).await);

    let range = |from, until| Replay::Range {
        from: PagePosition::at(after(from)),
        until: after(until),
    };
    assert!(
        replay(&fixture, &endpoint, range(4, 9), after(8))
            .await
            .is_empty()
    );
    let replayed = replay(&fixture, &endpoint, range(1, 3), after(8)).await;
    assert_eq!(replayed, ids[1..3]);
    let turn = claim(&fixture, after(8), 9).await.remove(0);
    let again: Vec<_> = turn.due.iter().map(|due| due.event.id).collect();
    assert_eq!(again, ids[1..3]);
}

/// A delivery of its own goes to its endpoint, once.
pub async fn a_delivery_can_be_added_to_one_endpoint(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    add(&fixture, 2, EventFilter::ALL).await;
    let event = WebhookEvent::test(fixture.account, endpoint.id, START);
    for _ in 0..2 {
        let added = fixture
            .store
            .add_webhook_delivery(endpoint.id, &event, START)
            .await;
        added.expect("added");
    }
    let turns = claim(&fixture, START, 9).await;
    let [turn] = turns.as_slice() else {
        panic!("one turn: {turns:?}");
    };
    let due: Vec<_> = turn.due.iter().map(|due| due.event).collect();
    assert_eq!((turn.endpoint.id, due), (endpoint.id, vec![event]));
    let unknown = WebhookEndpointId(Uuid::from_u128(99));
    let refused = fixture
        .store
        .add_webhook_delivery(unknown, &event, START)
        .await;
    assert_conflict(refused);
}
