//! `ListenForEvents`: what a listener fetches, how long it waits, and its end.

use otp_core::ids::AccountId;
use otp_core::ports::{InboxBell, InboxListener};
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::listen_for_events::{
    HeardEvent, ListenForEvents, ListenForEventsError, ListenForEventsRequest,
};
use otp_core::usecases::manage_webhook_endpoints::{
    ManageWebhookEndpointsError, WebhookEndpointEdit,
};
use otp_core::usecases::waiting::MAX_WAIT;
use otp_core::webhook::turn::LISTENER_SILENCE;
use otp_testkit::ManualClock;
use otp_testkit::contract::fixture::operator;

use super::*;

/// While somebody waits, the clock moves on and the next of these events are added.
#[derive(Clone)]
struct Waiting {
    clock: Arc<ManualClock>,
    store: Arc<dyn otp_core::ports::Storage>,
    to_happen: Arc<Mutex<VecDeque<Vec<WebhookEvent>>>>,
    has_room: bool,
    goes_on: bool,
}

impl InboxBell for Waiting {
    fn ring(&self, _: AccountId) {}

    fn listen(&self, _: AccountId) -> Option<Box<dyn InboxListener>> {
        self.has_room.then(|| Box::new(self.clone()) as _)
    }
}

#[async_trait]
impl InboxListener for Waiting {
    async fn heard(&mut self, at_most: Duration) -> bool {
        self.clock.advance(at_most);
        let next = self.to_happen.lock().expect("no panic").pop_front();
        if let Some(events) = next {
            self.store.add_webhook_events(&events).await.expect("added");
            let routed = self.store.route_webhook_events(START, 99).await;
            routed.expect("routed");
        }
        self.goes_on
    }
}

/// The world with a listener.
struct Listening {
    world: World,
    listen: ListenForEvents,
    waiting: Waiting,
    request: ListenForEventsRequest,
}

impl Listening {
    async fn to(events: EventFilter) -> Self {
        let world = World::new().await;
        let (fixture, deliver) = (&world.fixture, &world.deliver);
        let waiting = Waiting {
            clock: fixture.clock.clone(),
            store: fixture.store.clone(),
            to_happen: Arc::default(),
            has_room: true,
            goes_on: true,
        };
        let new = new_listener(fixture.account, events);
        let (listener, _) = world
            .manage
            .create(new, AccountActor::Operator(operator()))
            .await
            .expect("created");
        assert_eq!(listener.url, None);
        let listen = ListenForEvents {
            endpoints: fixture.store.clone(),
            deliveries: fixture.store.clone(),
            find_resource: deliver.find_resource.clone(),
            bodies: Arc::new(Names),
            bell: Arc::new(waiting.clone()),
            clock: fixture.clock.clone(),
        };
        let request = ListenForEventsRequest {
            account_id: fixture.account,
            listener_id: listener.id,
            received: Vec::new(),
            wait: Duration::ZERO,
        };
        Self {
            world,
            listen,
            waiting,
            request,
        }
    }

    /// An event that tells nothing.
    fn test_event(&self) -> WebhookEvent {
        let account = self.world.fixture.account;
        WebhookEvent::test(account, self.request.listener_id, START)
    }

    async fn fetch(&self) -> Vec<HeardEvent> {
        let events = self.listen.execute(self.request.clone()).await;
        events.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Waits as long as may be, and returns the events and how long it took.
    async fn wait(&self) -> (Vec<HeardEvent>, Duration) {
        let started = self.waiting.clock.monotonic();
        let request = ListenForEventsRequest {
            wait: MAX_WAIT * 2,
            ..self.request.clone()
        };
        let events = self.listen.execute(request).await;
        let events = events.unwrap_or_else(|error| panic!("{error}"));
        (events, self.waiting.clock.monotonic() - started)
    }
}

fn new_listener(account_id: AccountId, events: EventFilter) -> NewWebhookEndpoint {
    NewWebhookEndpoint {
        account_id,
        url: None,
        description: None,
        events,
    }
}

#[tokio::test]
async fn a_listener_gets_the_bodies_of_calls_until_it_received_them() {
    let mut listening = Listening::to(only_sent()).await;
    for number in 1..=2 {
        listening.world.message(number).await;
        listening
            .world
            .fixture
            .clock
            .advance(Duration::from_secs(1));
    }
    listening.world.deliver.route().await.expect("routed");
    let events = listening.fetch().await;
    assert_eq!(events.len(), 2);
    assert!(events[0].id < events[1].id, "the oldest is the first");
    assert!(events.iter().all(|event| {
        event.kind == WebhookEventKind::MessageSent && event.body == b"message.sent"
    }));
    assert!(listening.fetch().await == events, "none was received");
    listening.request.received = vec![events[0].id];
    assert!(listening.fetch().await == events[1..]);
    listening.request.received = vec![events[1].id];
    assert!(listening.fetch().await.is_empty());
    assert!(listening.world.receiver.calls().is_empty());
}

#[tokio::test]
async fn a_wait_ends_with_the_first_event_or_after_half_a_minute() {
    let listening = Listening::to(EventFilter::ALL).await;
    let (events, waited) = listening.wait().await;
    assert!(events.is_empty());
    assert_eq!(waited, MAX_WAIT);

    let message = WebhookEvent::new(
        listening.world.fixture.account,
        WebhookEventKind::MessageSent,
        listening.world.fixture.send(1).await.message_id.0,
        START,
    );
    let to_happen = || listening.waiting.to_happen.lock().expect("no panic");
    to_happen().extend([vec![], vec![message]]);
    let (events, waited) = listening.wait().await;
    assert!(events.len() == 1 && events[0].id == message.id);
    assert_eq!(waited, Duration::from_secs(1), "two looks");
    let (events, waited) = listening.wait().await;
    assert_eq!((events.len(), waited), (1, Duration::ZERO));
}

#[tokio::test]
async fn a_wait_ends_with_the_process_and_needs_room() {
    let mut listening = Listening::to(EventFilter::ALL).await;
    listening.waiting.goes_on = false;
    listening.listen.bell = Arc::new(listening.waiting.clone());
    let (events, waited) = listening.wait().await;
    assert!(events.is_empty());
    assert_eq!(waited, Duration::from_millis(500));

    listening.waiting.has_room = false;
    listening.listen.bell = Arc::new(listening.waiting.clone());
    assert!(listening.fetch().await.is_empty(), "it does not wait");
    listening.request.wait = Duration::from_secs(1);
    let refused = listening.listen.execute(listening.request.clone()).await;
    assert!(matches!(refused, Err(ListenForEventsError::TooManyWaiting)));
}

#[tokio::test]
async fn an_event_about_nothing_is_left_out_for_good() {
    let listening = Listening::to(EventFilter::ALL).await;
    let (account, listener) = (
        listening.world.fixture.account,
        listening.request.listener_id,
    );
    let gone = WebhookEvent::new(
        account,
        WebhookEventKind::MessageSent,
        Uuid::from_u128(0xdead),
        START,
    );
    let store = &listening.world.fixture.store;
    for event in [gone, listening.test_event()] {
        let added = store.add_webhook_delivery(listener, &event, START).await;
        added.expect("added");
    }
    let events = listening.fetch().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, WebhookEventKind::EndpointTest);
    let due = store.list_due_webhook_deliveries(listener, START).await;
    assert_eq!(due.expect("a list").len(), 1);
}

#[tokio::test]
async fn a_listener_that_fetches_nothing_for_two_minutes_is_removed() {
    let listening = Listening::to(only_sent()).await;
    let (world, clock) = (&listening.world, &listening.waiting.clock);
    let account = world.fixture.account;
    let almost = LISTENER_SILENCE - Duration::from_millis(1);
    for _ in 0..2 {
        clock.advance(almost);
        assert!(world.claim().await.is_empty());
        assert!(listening.fetch().await.is_empty());
    }
    clock.advance(LISTENER_SILENCE);
    let turn = world.claim().await.remove(0);
    assert_eq!(counts(&world.take(turn).await), (0, 0, false));
    assert!(world.manage.list(account).await.expect("a list").is_empty());
    let gone = listening.listen.execute(listening.request.clone()).await;
    assert!(matches!(gone, Err(ListenForEventsError::ListenerNotFound)));
    // Nobody wants to know any more, so nothing is written.
    world.message(1).await;
    assert_eq!(world.deliver.route().await.expect("routed"), 0);
}

#[tokio::test]
async fn another_accounts_listener_and_an_endpoint_with_a_url_are_not_listened_to() {
    let listening = Listening::to(only_sent()).await;
    let (endpoint, _) = listening.world.endpoint(only_sent()).await;
    for (account_id, listener_id) in [
        (listening.request.account_id, endpoint),
        (
            AccountId(Uuid::from_u128(77)),
            listening.request.listener_id,
        ),
    ] {
        let request = ListenForEventsRequest {
            account_id,
            listener_id,
            ..listening.request.clone()
        };
        let refused = listening.listen.execute(request).await;
        assert!(matches!(
            refused,
            Err(ListenForEventsError::ListenerNotFound)
        ));
    }
}

#[tokio::test]
async fn a_sixth_listener_and_a_changed_one_are_refused() {
    let listening = Listening::to(only_sent()).await;
    let (manage, account) = (&listening.world.manage, listening.request.account_id);
    for _ in 0..4 {
        let created = manage
            .create(
                new_listener(account, only_sent()),
                AccountActor::Operator(operator()),
            )
            .await;
        created.unwrap_or_else(|error| panic!("{error}"));
    }
    let refused = manage
        .create(
            new_listener(account, only_sent()),
            AccountActor::Operator(operator()),
        )
        .await;
    assert!(matches!(
        refused,
        Err(ManageWebhookEndpointsError::TooManyListeners)
    ));
    let edit = WebhookEndpointEdit {
        enabled: Some(false),
        ..WebhookEndpointEdit::default()
    };
    let listener = listening.request.listener_id;
    let refused = manage
        .change(
            (account, listener),
            edit,
            AccountActor::Operator(operator()),
        )
        .await;
    assert!(matches!(
        refused,
        Err(ManageWebhookEndpointsError::EndpointNotFound)
    ));
    let removed = manage
        .remove((account, listener), AccountActor::Operator(operator()))
        .await;
    removed.unwrap_or_else(|error| panic!("{error}"));
    let stored = listening
        .world
        .fixture
        .store
        .list_webhook_endpoints(account);
    assert_eq!(stored.await.expect("a list").len(), 4);
}
