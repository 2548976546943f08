//! `InspectWebhookDeliveries`: the log, replays and tests.

use otp_core::ids::AccountId;
use otp_core::page::PageSize;
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::inspect_webhook_deliveries::{InspectWebhookDeliveriesError, ReplayRange};
use otp_core::usecases::manage_webhook_endpoints::WebhookEndpointEdit;
use otp_core::webhook::delivery_log::DeliveryFilter;
use otp_testkit::contract::fixture::operator;

use super::*;

fn size(text: &str) -> PageSize {
    PageSize::parse(text).expect("a size")
}

fn range(from: Timestamp, until: Timestamp) -> ReplayRange {
    ReplayRange {
        from,
        until,
        filter: DeliveryFilter::All,
        cursor: None,
    }
}

#[tokio::test]
async fn the_log_has_the_beginning_of_the_answer_which_is_stored_sealed() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    world.message(1).await;
    world.message(2).await;
    world
        .receiver
        .answers(Ok(WebhookAnswer::new(500, b"no \xe2\x9d\x8c", None)));
    world.round().await;
    let of = (world.fixture.account, id);
    let page = world
        .inspect
        .list(of, DeliveryFilter::All, None, size("1"))
        .await;
    let page = page.unwrap_or_else(|error| panic!("{error}"));
    assert!(page.items.len() == 1 && page.next.is_some());
    let rest = world
        .inspect
        .list(of, DeliveryFilter::All, page.next, size("1"))
        .await;
    let rest = rest.unwrap_or_else(|error| panic!("{error}"));
    assert!(rest.items.len() == 1 && rest.next.is_none());
    let mut answers = Vec::new();
    for delivery in page.items.iter().chain(&rest.items) {
        let shown = world.inspect.show(of, delivery.event.id).await;
        let shown = shown.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(shown.delivery, *delivery);
        for shown in shown.attempts {
            let stored = shown.attempt.excerpt.map(|sealed| sealed.0);
            assert!(stored.is_none_or(|stored| !stored.starts_with(b"no")));
            answers.push((shown.attempt.result.status, shown.answer));
        }
    }
    answers.sort();
    let expected = [(Some(204), None), (Some(500), Some("no ❌".to_owned()))];
    assert_eq!(answers, expected);
}

#[tokio::test]
async fn a_delivery_is_made_again_by_its_id() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    world.message(1).await;
    world.round().await;
    let of = (world.fixture.account, id);
    let event = world.receiver.calls()[0].id.clone();
    let unknown = WebhookEventId(Uuid::from_u128(1));
    let refused = world.inspect.replay(of, unknown).await;
    let is_unknown = matches!(
        refused,
        Err(InspectWebhookDeliveriesError::DeliveryNotFound)
    );
    assert!(is_unknown, "{refused:?}");
    let known = Uuid::parse_str(event.as_str()).expect("a UUID");
    let replayed = world.inspect.replay(of, WebhookEventId(known)).await;
    replayed.expect("replayed");
    world.fixture.clock.advance(Duration::from_secs(1));
    assert_eq!(world.round().await.delivered, 1);
    let calls = world.receiver.calls();
    assert!(calls.len() == 2 && calls[1].id == event);
}

#[tokio::test]
async fn the_deliveries_of_a_time_are_made_again_a_thousand_at_a_time() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let of = (world.fixture.account, id);
    let until = START + Duration::from_secs(9);
    for (total, first) in [(999, 999), (1_000, 1_000), (1_001, 1_000)] {
        for number in 0..total {
            let (kind, message) = (WebhookEventKind::MessageSent, Uuid::from_u128(number));
            let event = WebhookEvent::new(of.0, kind, message, START);
            let store = &world.fixture.store;
            let added = store.add_webhook_delivery(id, &event, START).await;
            added.expect("added");
        }
        let replayed = world.inspect.replay_range(of, range(START, until)).await;
        let replayed = replayed.expect("replayed");
        assert_eq!(replayed.count, first);
        let is_full = first == 1_000;
        assert_eq!(replayed.next.is_some(), is_full, "{total}");
        if let Some(next) = replayed.next {
            let rest = ReplayRange {
                cursor: Some(next),
                ..range(START, until)
            };
            let rest = world
                .inspect
                .replay_range(of, rest)
                .await
                .expect("replayed");
            let left = usize::try_from(total).expect("few") - first;
            assert_eq!((rest.count, rest.next), (left, None));
        }
    }
    let nothing = world.inspect.replay_range(of, range(until, until)).await;
    assert_eq!(nothing.expect("replayed").count, 0);
}

#[tokio::test]
async fn an_endpoint_is_tried_out_by_an_event_of_its_own() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let event = world.inspect.test((world.fixture.account, id)).await;
    let event = event.expect("an event");
    assert_eq!(world.round().await.delivered, 1);
    let calls = world.receiver.calls();
    assert_eq!(calls[0].id, WebhookId::from(event.0));
    assert_eq!(calls[0].body, b"webhook_endpoint.test");
}

#[tokio::test]
async fn nothing_is_delivered_to_a_disabled_endpoint_or_to_one_of_another_account() {
    let world = World::new().await;
    let (id, _) = world.endpoint(only_sent()).await;
    let event = WebhookEventId(Uuid::from_u128(1));
    let foreign = (AccountId(Uuid::from_u128(9)), id);
    let own = (world.fixture.account, id);
    let edit = WebhookEndpointEdit {
        enabled: Some(false),
        ..WebhookEndpointEdit::default()
    };
    let disabled = world
        .manage
        .change(own, edit, AccountActor::Operator(operator()))
        .await;
    assert!(disabled.is_ok());
    for (of, is_foreign) in [(own, false), (foreign, true)] {
        let refusals = [
            world.inspect.test(of).await.err(),
            world.inspect.replay(of, event).await.err(),
            world
                .inspect
                .replay_range(of, range(START, START))
                .await
                .err(),
        ];
        for refusal in refusals {
            let refusal = refusal.expect("a refusal");
            let expected = match refusal {
                InspectWebhookDeliveriesError::EndpointNotFound => is_foreign,
                InspectWebhookDeliveriesError::EndpointDisabled => !is_foreign,
                InspectWebhookDeliveriesError::DeliveryNotFound
                | InspectWebhookDeliveriesError::Unreadable(_)
                | InspectWebhookDeliveriesError::Port(_) => false,
            };
            assert!(expected, "{refusal:?}");
        }
        let listed = world
            .inspect
            .list(of, DeliveryFilter::All, None, size("9"))
            .await;
        assert_eq!(listed.is_err(), is_foreign);
        let shown = world.inspect.show(of, event).await.err();
        let not_found = match shown.expect("a refusal") {
            InspectWebhookDeliveriesError::EndpointNotFound => is_foreign,
            InspectWebhookDeliveriesError::DeliveryNotFound => !is_foreign,
            InspectWebhookDeliveriesError::EndpointDisabled
            | InspectWebhookDeliveriesError::Unreadable(_)
            | InspectWebhookDeliveriesError::Port(_) => false,
        };
        assert!(not_found);
    }
}
