//! Promises on routing and on the turns of webhook endpoints.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::lease::Lease;
use otp_core::ports::{Clock as _, Storage};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::webhook::endpoint::{
    DisabledReason, EndpointStanding, WebhookEndpoint, WebhookEndpointChange,
};
use otp_core::webhook::turn::{EndedTurn, LEASE, MAX_DELIVERIES, RecordedAttempt, WebhookTurn};
use otp_core::webhook::{
    DeliveryState, EndpointHealth, EventFilter, WantedEvents, WebhookEventKind,
};
use uuid::Uuid;

use super::fixture::{Fixture, START};
use crate::sender::accepted_outcome;

pub(super) fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// An endpoint of the fixture's account with this number.
pub(super) fn endpoint_of(
    account_id: AccountId,
    number: u128,
    events: EventFilter,
) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(number)),
        account_id,
        url: Some(Sealed(vec![1])),
        description: None,
        events,
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2]),
        previous_secret: None,
        created_at: START,
    }
}

pub(super) async fn add(fixture: &Fixture, number: u128, events: EventFilter) -> WebhookEndpoint {
    let endpoint = endpoint_of(fixture.account, number, events);
    let added = fixture
        .store
        .add_webhook_endpoint(&endpoint, &fixture.entry())
        .await;
    assert!(added.expect("an endpoint"));
    endpoint
}

pub(super) async fn change(
    fixture: &Fixture,
    id: WebhookEndpointId,
    change: WebhookEndpointChange,
) {
    let (of, entry) = (fixture.account, fixture.entry());
    let changed = fixture
        .store
        .change_webhook_endpoint(of, id, &change, &entry);
    changed.await.expect("changed").expect("an endpoint");
}

pub(super) async fn route(fixture: &Fixture, now: Timestamp) -> usize {
    let routed = fixture.store.route_webhook_events(now, 1_000).await;
    routed.expect("routed")
}

pub(super) async fn claim(fixture: &Fixture, now: Timestamp, most: usize) -> Vec<WebhookTurn> {
    let room = Room::for_all(most);
    let claimed = fixture
        .store
        .claim_webhook_turns(Lease::begin(now, LEASE), &room);
    claimed.await.expect("claimed")
}

pub(super) async fn end(fixture: &Fixture, turn: &EndedTurn) -> bool {
    let ended = fixture.store.end_webhook_turn(turn).await;
    ended.expect("recorded or not")
}

/// The turn without an attempt.
pub(super) fn ended(turn: &WebhookTurn, at: Timestamp) -> EndedTurn {
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
pub(super) fn attempt(
    turn: &WebhookTurn,
    index: usize,
    due_at: Option<Timestamp>,
) -> RecordedAttempt {
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
    let added = fixture
        .store
        .add_webhook_endpoint(&other, &fixture.entry())
        .await;
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

/// A delivery that was not accepted is due again at its time, and a turn leaves room for the turns of others.
pub async fn a_turn_ends_with_what_is_due_next(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 200).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    let quiet = add(
        &fixture,
        2,
        EventFilter::from_iter([WebhookEventKind::MessageSent]),
    )
    .await;
    // One turn, and four more.
    let events = MAX_DELIVERIES + 4;
    for number in 0..u32::try_from(events).expect("few") {
        let message = fixture.send(number).await;
        fixture
            .settle(&message, accepted_outcome(&format!("wamid.{number}")))
            .await;
        fixture.clock.advance(Duration::from_millis(1));
    }
    let now = fixture.clock.now();
    assert_eq!(route(&fixture, now).await, events);
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
    let of_first = of_first.expect("all but three wait");
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
    let meanwhile = claim(&fixture, after(49), 9).await;
    assert!(meanwhile.iter().all(|turn| turn.endpoint.id == quiet.id));
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
    assert_eq!(moved.endpoint.url, Some(Sealed(vec![9])));
    assert_eq!(moved.due, turn.due);

    let (of, entry) = (fixture.account, fixture.entry());
    let removed = fixture
        .store
        .remove_webhook_endpoint(of, endpoint.id, &entry);
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
        .claim_webhook_turns(Lease::begin(START, LEASE), &full);
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

/// The backlog has the first event that is not routed, and the first turn that is due and not claimed.
pub async fn the_backlog_of_webhooks_is_what_no_process_has_begun(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let backlog = async |now| {
        let backlog = fixture.store.webhook_backlog(now).await.expect("read");
        (backlog.unrouted_since, backlog.due_since)
    };
    assert_eq!(backlog(after(9)).await, (None, None));
    add(&fixture, 1, EventFilter::ALL).await;
    for number in 1..=2 {
        let message = fixture.send(number).await;
        let accepted = accepted_outcome(&format!("wamid.{number}"));
        fixture.settle(&message, accepted).await;
        fixture.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(backlog(after(9)).await, (Some(START), None));
    route(&fixture, after(3)).await;
    assert_eq!(backlog(after(2)).await, (None, None));
    assert_eq!(backlog(after(9)).await, (None, Some(after(3))));
    let turn = claim(&fixture, after(9), 9).await.remove(0);
    assert_eq!(backlog(after(9)).await, (None, None));
    let lease = turn.leased_until;
    assert_eq!(backlog(lease).await, (None, Some(after(3))));
}
