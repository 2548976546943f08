//! Promises on the log of webhook deliveries, and on their replay.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::page::PagePosition;
use otp_core::ports::{Clock as _, Storage};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_core::webhook::delivery_log::{
    AttemptResult, DeliveryFilter, DeliveryQuery, Replay, StoredAttempt, StoredDelivery,
};
use otp_core::webhook::endpoint::{
    DisabledReason, EndpointStanding, WebhookEndpoint, WebhookEndpointChange,
};
use otp_core::webhook::turn::RecordedAttempt;
use otp_core::webhook::{DeliveryState, EndpointHealth, EventFilter, WebhookEvent};
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{Fixture, START};
use crate::sender::accepted_outcome;

use super::webhook_deliveries::{add, after, attempt, change, claim, end, ended, route};

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

/// Sends messages, one second after the other; each is an event.
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
    list_of(fixture, of, DeliveryFilter::All, before, limit).await
}

async fn list_of(
    fixture: &Fixture,
    of: &WebhookEndpoint,
    filter: DeliveryFilter,
    before: PagePosition,
    limit: usize,
) -> Vec<StoredDelivery> {
    let query = DeliveryQuery {
        endpoint_id: of.id,
        before,
        filter,
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
        result: AttemptResult {
            latency_millis: 12,
            status,
            failure: failure.map(str::to_owned),
        },
        excerpt,
    };
    let expected = [
        logged(1, None, Some("timeout"), None),
        logged(2, Some(200), None, Some(Sealed(vec![3]))),
    ];
    assert_eq!(attempts, expected);
    let [_, last] = attempts.as_slice() else {
        panic!("two attempts: {attempts:?}");
    };
    assert_eq!(delivery.last_attempt.as_ref(), Some(&last.result));
    let listed = list(&fixture, &endpoint, PagePosition::END, 9).await;
    assert!(listed.contains(&delivery), "{listed:?}");
    let untried = listed.iter().filter(|other| other.attempts == 0);
    assert!(untried.map(|other| &other.last_attempt).eq([&None]));
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
        filter: DeliveryFilter::All,
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

/// Deliveries that the endpoint has not accepted are listed, and made again, without those that it has.
pub async fn undelivered_ones_are_listed_and_replayed_alone(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    with_events(&fixture, 0..4).await;
    let turn = claim(&fixture, after(4), 9).await.remove(0);
    let mut tried = ended(&turn, after(5));
    let mut given_up = attempt(&turn, 2, None);
    given_up.state = DeliveryState::GivenUp;
    tried.attempts = vec![
        attempt(&turn, 0, None),
        attempt(&turn, 1, Some(after(900))),
        given_up,
        attempt(&turn, 3, None),
    ];
    assert!(end(&fixture, &tried).await);

    let ids: Vec<_> = turn.due.iter().map(|due| due.event.id).collect();
    let undelivered = DeliveryFilter::Undelivered;
    let listed = list_of(&fixture, &endpoint, undelivered, PagePosition::END, 9).await;
    let found: Vec<_> = listed.iter().map(|delivery| delivery.event.id).collect();
    assert_eq!(found, [ids[2], ids[1]]);
    let before = PagePosition::of(&listed[0]);
    let rest = list_of(&fixture, &endpoint, undelivered, before, 9).await;
    assert_eq!(rest, listed[1..]);

    let range = |from| Replay::Range {
        from: PagePosition::at(after(from)),
        until: after(9),
        filter: undelivered,
    };
    assert!(
        replay(&fixture, &endpoint, range(3), after(6))
            .await
            .is_empty()
    );
    assert_eq!(
        replay(&fixture, &endpoint, range(0), after(6)).await,
        ids[1..3]
    );
    let turn = claim(&fixture, after(6), 9).await.remove(0);
    let again: Vec<_> = turn.due.iter().map(|due| due.event.id).collect();
    assert_eq!(again, ids[1..3]);
}

/// An endpoint fails from its first failure on until it works, or is enabled again.
pub async fn failing_endpoints_are_known_with_their_first_failure(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    add(&fixture, 2, EventFilter::ALL).await;
    with_events(&fixture, 0..1).await;
    let failing = async |account| {
        let failing = fixture.store.list_failing_webhook_endpoints(account).await;
        failing.expect("a list")
    };
    let account = fixture.account;
    assert!(failing(account).await.is_empty());

    let mut turns = claim(&fixture, after(1), 9).await;
    turns.retain(|turn| turn.endpoint.id == endpoint.id);
    let mut failed = ended(&turns[0], after(2));
    failed.attempts = vec![attempt(&turns[0], 0, Some(after(9)))];
    failed.health = EndpointHealth {
        failures: 1,
        failing_since: Some(after(2)),
        rests_until: None,
    };
    assert!(end(&fixture, &failed).await);
    assert_eq!(failing(account).await, [(endpoint.id, after(2))]);
    assert!(failing(fixture.another_account().await).await.is_empty());

    let enable = WebhookEndpointChange {
        standing: Some(EndpointStanding::Enabled),
        ..WebhookEndpointChange::default()
    };
    change(&fixture, endpoint.id, enable).await;
    assert!(failing(account).await.is_empty());
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

/// A replay that meets an endpoint which was disabled just before leaves it without a turn, until it is enabled.
pub async fn a_disabled_endpoint_is_not_called_for_a_replay(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let endpoint = add(&fixture, 1, EventFilter::ALL).await;
    with_events(&fixture, 0..1).await;
    let disable = WebhookEndpointChange::disable(DisabledReason::ByOwner);
    change(&fixture, endpoint.id, disable).await;
    let all = Replay::Range {
        from: PagePosition::at(START),
        until: after(9),
        filter: DeliveryFilter::All,
    };
    let replayed = replay(&fixture, &endpoint, all, after(5)).await;
    assert_eq!(replayed.len(), 1);
    let test = WebhookEvent::test(fixture.account, endpoint.id, after(5));
    let added = fixture
        .store
        .add_webhook_delivery(endpoint.id, &test, after(5));
    added.await.expect("added");
    assert!(claim(&fixture, after(600), 9).await.is_empty());

    let enable = WebhookEndpointChange {
        standing: Some(EndpointStanding::Enabled),
        ..WebhookEndpointChange::default()
    };
    change(&fixture, endpoint.id, enable).await;
    let turn = claim(&fixture, after(600), 9).await.remove(0);
    assert_eq!(turn.due.len(), 2);
}
