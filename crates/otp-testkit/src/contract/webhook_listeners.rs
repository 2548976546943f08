//! Promises on listeners: endpoints without a URL, which fetch their events.

use std::sync::Arc;

use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::ports::Storage;
use otp_core::time::Timestamp;
use otp_core::webhook::endpoint::WebhookEndpoint;
use otp_core::webhook::turn::LISTENER_SILENCE;
use otp_core::webhook::{DeliveryState, EventFilter};
use uuid::Uuid;

use super::fixture::{Fixture, START};
use super::webhook_deliveries::{add, after, claim, endpoint_of, route};
use crate::sender::accepted_outcome;

async fn add_listener(fixture: &Fixture, number: u128) -> WebhookEndpoint {
    let listener = WebhookEndpoint {
        url: None,
        ..endpoint_of(fixture.account, number, EventFilter::ALL)
    };
    let added = fixture
        .store
        .add_webhook_endpoint(&listener, &fixture.entry())
        .await;
    assert!(added.expect("a listener"));
    listener
}

/// Sends a message, which is an event.
async fn with_event(fixture: &Fixture) {
    let message = fixture.send(1).await;
    fixture.settle(&message, accepted_outcome("wamid.1")).await;
    route(fixture, START).await;
}

async fn hold(
    fixture: &Fixture,
    listener: WebhookEndpointId,
    received: &[WebhookEventId],
    until: Timestamp,
) -> bool {
    let held = fixture.store.hold_listener_turn(listener, received, until);
    held.await.expect("held or not")
}

async fn due(fixture: &Fixture, of: WebhookEndpointId, now: Timestamp) -> Vec<WebhookEventId> {
    let due = fixture.store.list_due_webhook_deliveries(of, now).await;
    let due = due.expect("a list").into_iter();
    due.map(|delivery| delivery.event.id).collect()
}

/// Nobody claims the turn of a listener, whatever is due, until it has fetched nothing for a while.
pub async fn a_listener_has_its_own_turn_until_it_is_silent(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let listener = add_listener(&fixture, 1).await;
    let stored = fixture
        .store
        .find_webhook_endpoint(fixture.account, listener.id);
    assert_eq!(stored.await.expect("found"), Some(listener.clone()));
    with_event(&fixture).await;
    let silence = LISTENER_SILENCE.as_secs();
    assert!(claim(&fixture, after(silence - 1), 9).await.is_empty());

    let until = after(silence + 60);
    assert!(hold(&fixture, listener.id, &[], until).await);
    assert!(claim(&fixture, after(silence + 59), 9).await.is_empty());
    let turn = claim(&fixture, until, 9).await.remove(0);
    assert_eq!((turn.endpoint, turn.due.len()), (listener, 1));

    // A silent one that was sent nothing is found, too.
    let other = add_listener(&fixture, 2).await;
    assert!(claim(&fixture, after(silence - 1), 9).await.is_empty());
    let turn = claim(&fixture, after(silence), 9).await.remove(0);
    assert_eq!((turn.endpoint, turn.due.len()), (other, 0));
    let unknown = WebhookEndpointId(Uuid::from_u128(99));
    assert!(!hold(&fixture, unknown, &[], until).await);
}

/// A listener receives its own delivery of an event, and no other endpoint's.
pub async fn a_listener_fetches_an_event_until_it_has_received_it(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 30).await;
    let listener = add_listener(&fixture, 1).await;
    let endpoint = add(&fixture, 2, EventFilter::ALL).await;
    with_event(&fixture).await;
    assert!(
        due(&fixture, listener.id, after(0) - LISTENER_SILENCE)
            .await
            .is_empty()
    );
    let events = due(&fixture, listener.id, START).await;
    assert_eq!(events.len(), 1);
    assert!(hold(&fixture, listener.id, &[], after(60)).await);
    assert_eq!(due(&fixture, listener.id, START).await, events);
    assert!(hold(&fixture, listener.id, &events, after(60)).await);
    assert!(due(&fixture, listener.id, START).await.is_empty());
    let found = fixture
        .store
        .find_webhook_delivery(listener.id, events[0])
        .await;
    let (delivery, attempts) = found.expect("found").expect("a delivery");
    assert_eq!(delivery.state, DeliveryState::Delivered);
    assert_eq!((delivery.attempts, attempts), (0, Vec::new()));

    assert_eq!(due(&fixture, endpoint.id, START).await, events);
    let turn = claim(&fixture, START, 9).await.remove(0);
    assert_eq!(turn.due[0].event.id, events[0]);
}
