//! Webhooks to customers: a turn reads as much however many deliveries wait.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::WebhookEndpointId;
use otp_core::lease::Lease;
use otp_core::ports::{WebhookDeliveries as _, WebhookEndpoints as _};
use otp_core::sealing::Sealed;
use otp_core::turns::Room;
use otp_core::webhook::endpoint::{EndpointStanding, WebhookEndpoint};
use otp_core::webhook::turn::{EndedCall, LEASE, MAX_DELIVERIES, TurnUnderWay};
use otp_core::webhook::{
    EventFilter, WebhookAnswer, WebhookEvent, WebhookEventKind, WebhookOutcome,
};
use otp_testkit::MemoryStore;
use otp_testkit::contract::audit_trail::entry;
use otp_testkit::contract::fixture::{Fixture, START};
use uuid::Uuid;

use crate::fresh;
use crate::pages::rows_read;

/// The table fills without an analysis: what the planner believes of it is as of the beginning.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_reads_its_own_deliveries_however_many_wait() {
    const EVENTS: u128 = 2_000;
    const TURNS: usize = 12;
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let mut fixture = Fixture::with_credits(store.clone(), 10).await;
    let endpoint = WebhookEndpoint {
        id: WebhookEndpointId(Uuid::from_u128(1)),
        account_id: fixture.account,
        url: Some(Sealed(vec![1])),
        description: None,
        events: EventFilter::ALL,
        standing: EndpointStanding::Enabled,
        secret: Sealed(vec![2]),
        previous_secret: None,
        created_at: START,
    };
    let added = store.add_webhook_endpoint(&endpoint, &entry(706, 0)).await;
    assert!(added.expect("an endpoint"));
    let event = |number| {
        let (kind, message) = (WebhookEventKind::MessageSent, Uuid::from_u128(number));
        WebhookEvent::new(fixture.account, kind, message, START)
    };
    let events: Vec<_> = (0..EVENTS).map(event).collect();
    store.add_webhook_events(&events).await.expect("added");
    let routed = store.route_webhook_events(START, events.len()).await;
    assert_eq!(routed.expect("routed"), events.len());
    let session = fresh::session(&url).await;
    let mut now = START;
    for _ in 0..TURNS {
        // The endpoint rests between two turns.
        now = now + Duration::from_secs(1);
        let lease = Lease::begin(now, LEASE);
        let claimed = store.claim_webhook_turns(lease, &Room::for_all(9)).await;
        let turn = claimed.expect("claimed").remove(0);
        let mut under_way = TurnUnderWay::begin(&turn, now);
        while let Some(delivery) = under_way.next(now) {
            let outcome = WebhookOutcome {
                latency: Duration::from_millis(5),
                answer: Ok(WebhookAnswer::new(204, b"", None)),
            };
            let call = EndedCall {
                outcome,
                excerpt: None,
                at: now,
                spread: 0,
            };
            under_way.record(delivery, call);
        }
        let ended = store.end_webhook_turn(&under_way.end(now)).await;
        assert!(ended.expect("recorded"));
    }
    fixture.store = Arc::new(MemoryStore::default());
    drop((store, fixture));
    let read = rows_read(&session, "webhook_deliveries").await;
    // Each is read to claim it, to find it, and to write it; the first that is left is read in each turn. The rest
    // is what an index still shows of rows that have changed.
    let made = i64::try_from(TURNS * MAX_DELIVERIES).expect("few");
    assert!(read <= 8 * made, "{read} rows were read for {made}");
}
