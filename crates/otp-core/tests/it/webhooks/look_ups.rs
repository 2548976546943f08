//! Look-ups of what events report: together, and those that fail.

use super::*;

/// A world whose endpoint has two events: of a message, and of a subscription that cannot be looked up.
async fn with_failing_look_up(
    error: fn() -> PortError,
) -> (World, WebhookEndpointId, WebhookEvent) {
    let mut world = World::new().await;
    let mut subscriptions = MockSubscriptions::new();
    let find = subscriptions.expect_list();
    find.returning(move |_| Err(error()));
    world.deliver.find_resource.subscriptions = Arc::new(subscriptions);
    let (id, _) = world.endpoint(EventFilter::ALL).await;
    world.message(1).await;
    let kind = WebhookEventKind::SubscriptionSpent;
    let event = WebhookEvent::new(world.fixture.account, kind, Uuid::from_u128(5), START);
    let added = world.fixture.store.add_webhook_events(&[event]).await;
    added.expect("added");
    (world, id, event)
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_tried_again_and_delays_no_other() {
    let backend = || PortError::Backend("damaged".into());
    let (world, id, event) = with_failing_look_up(backend).await;
    let taken = world.round().await;
    assert_eq!(counts(&taken), (1, 1, false));
    assert!(matches!(taken.unread, Some(PortError::Backend(_))));
    let of = (world.fixture.account, id);
    let shown = world.inspect.show(of, event.id).await;
    let shown = shown.unwrap_or_else(|error| panic!("{error}"));
    let failure = shown.attempts[0].attempt.result.failure.as_deref();
    assert_eq!(failure, Some("internal"));
    world.fixture.clock.advance(Duration::from_secs(6));
    let again = world.claim().await.remove(0);
    assert_eq!(again.health.failures, 0);
    let due: Vec<_> = again
        .due
        .iter()
        .map(|due| (due.event.id, due.attempts))
        .collect();
    assert_eq!(due, [(event.id, 1)]);
}

/// Looks up messages among these records.
type LookUp = fn(&[MessageRecord], &[MessageId]) -> Result<Vec<MessageRecord>, PortError>;

/// A world whose endpoint has the events of three messages. `find` looks messages up, after the records of all three.
async fn with_three_messages(find: LookUp, times: usize) -> World {
    let mut world = World::new().await;
    world.endpoint(only_sent()).await;
    for number in 1..=3 {
        world.message(number).await;
    }
    world.deliver.route().await.expect("routed");
    let turn = world.claim().await.remove(0);
    let ids: Vec<_> = turn
        .due
        .iter()
        .map(|due| MessageId(due.event.subject))
        .collect();
    let all = world
        .fixture
        .store
        .find_records(world.fixture.account, &ids)
        .await;
    let all = all.expect("records");
    let mut messages = MockMessages::new();
    let look_up = messages.expect_find_records().times(times);
    look_up.returning(move |_, wanted| find(&all, wanted));
    world.deliver.find_resource.messages = Arc::new(messages);
    world.fixture.clock.advance(LEASE);
    world
}

#[tokio::test]
async fn the_messages_of_a_turn_are_looked_up_together() {
    let world = with_three_messages(|all, _| Ok(all.to_vec()), 1).await;
    assert_eq!(counts(&world.round().await), (3, 0, false));
}

/// The look-up of all fails, and then only that of the second by itself.
#[tokio::test]
async fn a_message_that_cannot_be_read_fails_alone() {
    let find = |all: &[MessageRecord], wanted: &[MessageId]| match wanted {
        [id] if *id != all[1].id => Ok(all
            .iter()
            .filter(|record| record.id == *id)
            .cloned()
            .collect()),
        _ => Err(PortError::Backend("damaged".into())),
    };
    let world = with_three_messages(find, 4).await;
    let taken = world.round().await;
    assert_eq!(counts(&taken), (2, 1, false));
    assert!(matches!(taken.unread, Some(PortError::Backend(_))));
}

#[tokio::test]
async fn chance_lengthens_the_wait_for_the_next_attempt_by_up_to_a_tenth() {
    for (byte, wait) in [(0, 5_000), (u8::MAX, 5_500)] {
        let backend = || PortError::Backend("damaged".into());
        let (mut world, ..) = with_failing_look_up(backend).await;
        let mut randomness = MockRandomness::new();
        let fill = randomness.expect_fill();
        fill.returning(move |bytes| bytes.fill(byte));
        world.deliver.randomness = Arc::new(randomness);
        world.receiver.answers(answer(500));
        let taken = world.round().await;
        assert_eq!(counts(&taken), (0, 2, false));
        world.fixture.clock.advance(Duration::from_millis(wait - 1));
        assert!(world.claim().await.is_empty(), "{byte}");
        world.fixture.clock.advance(Duration::from_millis(1));
        // The one that was refused, and the one that could not be read.
        assert_eq!(world.claim().await.remove(0).due.len(), 2, "{byte}");
    }
}

#[tokio::test]
async fn an_outage_in_a_turn_loses_no_call_that_was_made() {
    let unavailable = || PortError::Unavailable("down".into());
    let (world, _, event) = with_failing_look_up(unavailable).await;
    world.deliver.route().await.expect("routed");
    let turn = world.claim().await.remove(0);
    let taken = world.deliver.take(turn, &|| true).await;
    assert!(matches!(taken, Err(PortError::Unavailable(_))));
    assert_eq!(world.receiver.calls().len(), 1);
    world.fixture.clock.advance(Duration::from_secs(1));
    let again = world.claim().await.remove(0);
    let due: Vec<_> = again
        .due
        .iter()
        .map(|due| (due.event.id, due.attempts))
        .collect();
    assert_eq!(due, [(event.id, 0)], "the other was delivered");
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_read_is_not_called() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let damaged = WebhookEndpointChange {
        url: Some(Sealed(vec![1])),
        ..WebhookEndpointChange::default()
    };
    let account = world.fixture.account;
    let (store, entry) = (&world.fixture.store, world.fixture.entry());
    let changed = store.change_webhook_endpoint(account, id, &damaged, &entry);
    changed.await.expect("changed");
    world.message(1).await;
    world.message(2).await;
    let taken = world.round().await;
    assert_eq!(counts(&taken), (0, 2, false));
    assert!(taken.unread.is_some() && world.receiver.calls().is_empty());
}
