//! `DeliverWebhooks` and what goes with it: routing, calls, the log, and what events show.

mod listeners;
mod log;
mod look_ups;
mod resources;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ids::{MessageId, WebhookEndpointId, WebhookEventId};
use otp_core::message::MessageRecord;
use otp_core::ports::{
    Clock as _, MockMessages, MockRandomness, MockSubscriptions, PortError, WebhookBodies,
    WebhookCaller,
};
use otp_core::sealing::Sealed;
use otp_core::turns::Room;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::deliver_webhooks::{DeliverWebhooks, TurnTaken};
use otp_core::usecases::find_event_resource::{EventResource, FindEventResource};
use otp_core::usecases::forget_webhook_deliveries::ForgetWebhookDeliveries;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::manage_webhook_endpoints::{ManageWebhookEndpoints, NewWebhookEndpoint};
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::webhook::endpoint::WebhookEndpointChange;
use otp_core::webhook::turn::{LEASE, WebhookTurn};
use otp_core::webhook::{
    EventFilter, PrivateTargets, WebhookAnswer, WebhookCall, WebhookEvent, WebhookEventKind,
    WebhookFailure, WebhookId, WebhookOutcome, WebhookSecret, WebhookSecrets,
};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, START, operator};
use otp_testkit::sender::accepted_outcome;
use uuid::Uuid;

const URL: &str = "https://shop.example.com/webhooks";

/// A customer's server: keeps the calls, and answers what it was given, or else 204.
#[derive(Default)]
struct Receiver {
    calls: Mutex<Vec<WebhookCall>>,
    answers: Mutex<VecDeque<Result<WebhookAnswer, WebhookFailure>>>,
}

impl Receiver {
    fn calls(&self) -> Vec<WebhookCall> {
        self.calls.lock().expect("no panic").clone()
    }

    fn answers(&self, answer: Result<WebhookAnswer, WebhookFailure>) {
        self.answers.lock().expect("no panic").push_back(answer);
    }
}

#[async_trait]
impl WebhookCaller for Receiver {
    async fn call(&self, call: &WebhookCall) -> WebhookOutcome {
        self.calls.lock().expect("no panic").push(call.clone());
        let answer = self.answers.lock().expect("no panic").pop_front();
        WebhookOutcome {
            latency: Duration::from_millis(5),
            answer: answer.unwrap_or_else(|| Ok(WebhookAnswer::new(204, b"", None))),
        }
    }
}

/// Bodies with the name of the event.
struct Names;

impl WebhookBodies for Names {
    fn write(&self, event: &WebhookEvent, _: EventResource) -> Vec<u8> {
        event.kind.as_str().into()
    }
}

/// An account with credits, and the use cases.
struct World {
    fixture: Fixture,
    receiver: Arc<Receiver>,
    manage: ManageWebhookEndpoints,
    deliver: DeliverWebhooks,
    inspect: InspectWebhookDeliveries,
}

impl World {
    async fn new() -> Self {
        let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 100).await;
        let (store, receiver) = (fixture.store.clone(), Arc::new(Receiver::default()));
        let manage = ManageWebhookEndpoints {
            endpoints: store.clone(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
            private_targets: PrivateTargets::Forbidden,
        };
        let find_resource = FindEventResource {
            messages: store.clone(),
            show_verification: ShowVerification {
                verifications: store.clone(),
                sealers: fixture.sealers(),
                clock: fixture.clock.clone(),
            },
            endpoints: manage.clone(),
            subscriptions: store.clone(),
            keys: store.clone(),
            senders: store.clone(),
            healths: store.clone(),
            templates: store.clone(),
            opt_outs: store.clone(),
            sealers: fixture.sealers(),
        };
        let deliver = DeliverWebhooks {
            endpoints: store.clone(),
            deliveries: store.clone(),
            find_resource,
            bodies: Arc::new(Names),
            caller: receiver.clone(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        };
        let inspect = InspectWebhookDeliveries {
            endpoints: store.clone(),
            deliveries: store,
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
        };
        Self {
            fixture,
            receiver,
            manage,
            deliver,
            inspect,
        }
    }

    /// An endpoint for these events.
    async fn endpoint(&self, events: EventFilter) -> (WebhookEndpointId, WebhookSecret) {
        let new = NewWebhookEndpoint {
            account_id: self.fixture.account,
            url: Some(URL.to_owned()),
            description: None,
            events,
        };
        let (shown, secret) = self
            .manage
            .create(new, AccountActor::Operator(operator()))
            .await
            .expect("created");
        (shown.id, secret)
    }

    /// A message that its provider accepted, which is an event.
    async fn message(&self, number: u32) {
        let message = self.fixture.send(number).await;
        let accepted = accepted_outcome(&format!("wamid.{number}"));
        self.fixture.settle(&message, accepted).await;
    }

    async fn claim(&self) -> Vec<WebhookTurn> {
        let claimed = self.deliver.claim(&Room::for_all(9)).await;
        claimed.expect("claimed")
    }

    async fn take(&self, turn: WebhookTurn) -> TurnTaken {
        let taken = self.deliver.take(turn, &|| true).await;
        taken.expect("taken")
    }

    /// Routes what waits, and takes the turn of the only endpoint.
    async fn round(&self) -> TurnTaken {
        self.deliver.route().await.expect("routed");
        let turn = self.claim().await.remove(0);
        self.take(turn).await
    }
}

fn only_sent() -> EventFilter {
    EventFilter::from_iter([WebhookEventKind::MessageSent])
}

/// How many were accepted and how many failed, and whether the endpoint was disabled.
fn counts(taken: &TurnTaken) -> (usize, usize, bool) {
    (taken.delivered, taken.failed, taken.disabled)
}

fn answer(status: u16) -> Result<WebhookAnswer, WebhookFailure> {
    Ok(WebhookAnswer::new(status, b"", None))
}

#[tokio::test]
async fn an_event_is_delivered_once_signed_with_the_secret_of_its_endpoint() {
    let world = World::new().await;
    let (_, secret) = world.endpoint(only_sent()).await;
    world.message(1).await;
    assert_eq!(world.deliver.route().await.expect("routed"), 1);
    let turn = world.claim().await.remove(0);
    assert_eq!(turn.leased_until, START + LEASE);
    let event = turn.due[0].event;
    let taken = world.take(turn).await;
    assert_eq!(counts(&taken), (1, 0, false));
    let calls = world.receiver.calls();
    let [call] = calls.as_slice() else {
        panic!("one call: {calls:?}");
    };
    assert_eq!(call.id, WebhookId::from(event.id.0));
    assert_eq!(call.target.as_str(), URL);
    assert_eq!(
        (call.attempted_at, call.body.as_slice()),
        (START, &b"message.sent"[..])
    );
    let signed = |secrets| WebhookCall {
        secrets,
        ..call.clone()
    };
    assert_eq!(call.signature(), signed(secret.into()).signature());
    world.fixture.clock.advance(LEASE);
    assert!(world.claim().await.is_empty());
}

#[tokio::test]
async fn two_secrets_sign_for_a_day_after_a_rotation() {
    let world = World::new().await;
    let (id, old) = world.endpoint(only_sent()).await;
    let of = (world.fixture.account, id);
    let rotated = world
        .manage
        .rotate_secret(of, AccountActor::Operator(operator()))
        .await;
    let (_, new) = rotated.expect("rotated");
    for (hours, previous) in [(0, Some(old)), (24, None)] {
        world
            .fixture
            .clock
            .advance(Duration::from_secs(hours * 3_600));
        world.message(u32::try_from(hours).expect("few")).await;
        world.round().await;
        let call = world.receiver.calls().pop().expect("a call");
        let secrets = WebhookSecrets {
            current: new.clone(),
            previous,
        };
        let expected = WebhookCall {
            secrets,
            ..call.clone()
        };
        assert_eq!(call.signature(), expected.signature(), "{hours} h");
    }
}

#[tokio::test]
async fn every_event_that_waits_is_routed_however_many_there_are() {
    let world = World::new().await;
    world.endpoint(only_sent()).await;
    let event = |number| {
        let (kind, message) = (WebhookEventKind::MessageSent, Uuid::from_u128(number));
        WebhookEvent::new(world.fixture.account, kind, message, START)
    };
    let events: Vec<_> = (0..1_001).map(event).collect();
    let added = world.fixture.store.add_webhook_events(&events).await;
    added.expect("added");
    assert_eq!(world.deliver.route().await.expect("routed"), 1_001);
    assert_eq!(world.deliver.route().await.expect("routed"), 0);
}

#[tokio::test]
async fn a_turn_counts_what_was_accepted_and_what_failed() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    for number in 0..4 {
        world.message(number).await;
    }
    world.receiver.answers(answer(500));
    world.receiver.answers(Err(WebhookFailure::Timeout));
    world.receiver.answers(answer(200));
    world.receiver.answers(answer(410));
    let taken = world.round().await;
    assert_eq!(counts(&taken), (1, 3, true));
    let shown = world.manage.show(world.fixture.account, id).await;
    let standing = shown.expect("shown").standing;
    assert_eq!(
        standing.disabled_reason().map(|reason| reason.as_str()),
        Some("Gone")
    );
}

#[tokio::test]
async fn an_event_whose_resource_is_gone_is_given_up_without_a_call() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let account = world.fixture.account;
    let kind = WebhookEventKind::MessageSent;
    let event = WebhookEvent::new(account, kind, Uuid::from_u128(99), START);
    let added = world.fixture.store.add_webhook_events(&[event]).await;
    added.expect("added");
    assert_eq!(world.round().await.failed, 1);
    assert!(world.receiver.calls().is_empty());
    let shown = world.inspect.show((account, id), event.id).await;
    let shown = shown.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        shown.attempts[0].attempt.result.failure.as_deref(),
        Some("resource_gone")
    );
}

#[tokio::test]
async fn a_server_that_stops_begins_no_call_and_leaves_what_is_due() {
    let world = World::new().await;
    world.endpoint(only_sent()).await;
    world.message(1).await;
    world.deliver.route().await.expect("routed");
    let turn = world.claim().await.remove(0);
    let taken = world.deliver.take(turn, &|| false).await;
    assert_eq!(counts(&taken.expect("taken")), (0, 0, false));
    assert!(world.receiver.calls().is_empty());
    let turn = world.claim().await.remove(0);
    assert_eq!(world.take(turn).await.delivered, 1);
}

#[tokio::test]
async fn a_turn_that_another_process_took_over_counts_nothing() {
    let world = World::new().await;
    world.endpoint(only_sent()).await;
    world.message(1).await;
    world.deliver.route().await.expect("routed");
    let late = world.claim().await.remove(0);
    world.fixture.clock.advance(LEASE);
    let in_time = world.claim().await.remove(0);
    assert_eq!(counts(&world.take(late).await), (0, 0, false));
    assert_eq!(world.take(in_time).await.delivered, 1);
    // At least once: both called.
    let calls = world.receiver.calls();
    assert!(calls.len() == 2 && calls[0].id == calls[1].id);
}

#[tokio::test]
async fn deliveries_are_forgotten_a_month_after_their_event_a_thousand_at_a_time() {
    const DAY: Duration = Duration::from_secs(86_400);
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let fixture = &world.fixture;
    let forget = ForgetWebhookDeliveries {
        deliveries: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    for number in 0..1_000 {
        let (kind, message) = (WebhookEventKind::MessageSent, Uuid::from_u128(number));
        let event = WebhookEvent::new(fixture.account, kind, message, START);
        let added = fixture.store.add_webhook_delivery(id, &event, START).await;
        added.expect("added");
    }
    fixture.clock.advance(DAY);
    let young = WebhookEvent::test(fixture.account, id, fixture.clock.now());
    let added = fixture.store.add_webhook_delivery(id, &young, START).await;
    added.expect("added");
    fixture.clock.advance(29 * DAY);
    assert!(!forget.execute().await.expect("a round"));
    let of = (fixture.account, id);
    let oldest = WebhookEvent::new(
        fixture.account,
        WebhookEventKind::MessageSent,
        Uuid::from_u128(0),
        START,
    );
    assert!(world.inspect.show(of, oldest.id).await.is_ok());
    fixture.clock.advance(Duration::from_millis(1));
    assert!(forget.execute().await.expect("a round"));
    assert!(!forget.execute().await.expect("a round"));
    assert!(world.inspect.show(of, oldest.id).await.is_err());
    let kept: WebhookEventId = young.id;
    assert!(world.inspect.show(of, kept).await.is_ok());
}
