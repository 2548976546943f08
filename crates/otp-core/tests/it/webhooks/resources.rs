//! `FindEventResource`: what an event shows.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::ids::AccountId;
use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::send::Outcome;
use otp_core::usecases::find_event_resource::ReadAhead;
use otp_testkit::contract::fixture::recipient;
use otp_testkit::contract::verifications::{create, new_of};

use super::*;

/// The resource of an event, as a text; `None` if there is none.
async fn shown(world: &World, event: &WebhookEvent) -> Option<String> {
    let found = world
        .deliver
        .find_resource
        .execute(event, &ReadAhead::default())
        .await;
    Some(match found.expect("a look-up")? {
        EventResource::Message(message) => {
            let to = message.to.map(|to| to.as_str().to_owned());
            format!(
                "{} {} {to:?}",
                message.record.id,
                message.record.status.as_str()
            )
        }
        EventResource::Verification(shown) => format!("{} {}", shown.id, shown.status.as_str()),
        EventResource::Subscription(subscription) => subscription.id.to_string(),
        EventResource::Recipient(to) => format!("{:?}", to.map(|to| to.as_str().to_owned())),
        EventResource::ApiKey(key) => key.id.to_string(),
        EventResource::Sender(sender, stop) => format!("{} {}", sender.id, stop.is_some()),
        EventResource::Template(template) => template.id.to_string(),
        EventResource::Endpoint(shown) => shown.id.to_string(),
    })
}

fn event(world: &World, kind: WebhookEventKind, subject: Uuid) -> WebhookEvent {
    WebhookEvent::new(world.fixture.account, kind, subject, START)
}

/// The same event, of an account to which the resource does not belong.
fn foreign(event: &WebhookEvent) -> WebhookEvent {
    WebhookEvent {
        account_id: AccountId(Uuid::from_u128(9)),
        ..*event
    }
}

/// Asserts that the account of the resource sees this, and no other account anything.
async fn assert_shown(world: &World, event: &WebhookEvent, expected: &str) {
    assert_eq!(shown(world, event).await.as_deref(), Some(expected));
    assert_eq!(shown(world, &foreign(event)).await, None, "{expected}");
}

#[tokio::test]
async fn a_message_has_the_status_that_the_event_reports() {
    let world = World::new().await;
    let message = world.fixture.send(1).await;
    world
        .fixture
        .settle(&message, accepted_outcome("wamid.1"))
        .await;
    let read = Outcome::Reported(MessageStatus::Read);
    world.fixture.settle(&message, read).await;
    let (id, to) = (message.message_id, recipient(1));
    for (kind, status) in [
        (WebhookEventKind::MessageSent, "Sent"),
        (WebhookEventKind::MessageDelivered, "Delivered"),
        (WebhookEventKind::MessageRead, "Read"),
        (WebhookEventKind::MessageFailed, "Failed"),
    ] {
        let expected = format!("{id} {status} Some({:?})", to.e164());
        assert_shown(&world, &event(&world, kind, id.0), &expected).await;
    }
}

#[tokio::test]
async fn a_verification_is_shown_as_it_is() {
    let world = World::new().await;
    let attempt = create(&world.fixture, 1);
    world.fixture.admit(&attempt).await;
    let id = new_of(&attempt).id;
    for kind in [
        WebhookEventKind::VerificationApproved,
        WebhookEventKind::VerificationExpired,
        WebhookEventKind::VerificationCanceled,
        WebhookEventKind::VerificationExhausted,
    ] {
        assert_shown(&world, &event(&world, kind, id.0), &format!("{id} Pending")).await;
    }
}

#[tokio::test]
async fn the_subscription_the_key_and_the_endpoint_are_those_of_the_event() {
    let world = World::new().await;
    let first = world.fixture.grant(5).await;
    world.fixture.grant(6).await;
    for kind in [
        WebhookEventKind::SubscriptionLowBalance,
        WebhookEventKind::SubscriptionSpent,
        WebhookEventKind::SubscriptionActivated,
    ] {
        let event = event(&world, kind, first.0);
        assert_shown(&world, &event, &first.to_string()).await;
    }
    let key = world.fixture.api_key;
    world.fixture.another_key(world.fixture.account).await;
    let expiring = event(&world, WebhookEventKind::ApiKeyExpiring, key.0);
    assert_shown(&world, &expiring, &key.to_string()).await;
    let (endpoint, _) = world.endpoint(EventFilter::ALL).await;
    world.endpoint(EventFilter::ALL).await;
    let test = WebhookEvent::test(world.fixture.account, endpoint, START);
    assert_shown(&world, &test, &endpoint.to_string()).await;
}

#[tokio::test]
async fn the_recipient_of_an_event_is_known_once_it_was_sent_a_message() {
    let world = World::new().await;
    let fixture = &world.fixture;
    let index = fixture.sealer.index(&recipient(1));
    let of = |request| WebhookEvent::of_recipient(fixture.account, index, request, START);
    let stop = of(ConsentRequest::Stop);
    assert_eq!(shown(&world, &stop).await.as_deref(), Some("None"));
    fixture.send(1).await;
    fixture.send(2).await;
    let expected = format!("Some({:?})", recipient(1).e164());
    for event in [stop, of(ConsentRequest::Start)] {
        assert_eq!(
            shown(&world, &event).await.as_deref(),
            Some(expected.as_str())
        );
        assert_eq!(
            shown(&world, &foreign(&event)).await.as_deref(),
            Some("None")
        );
        let without = WebhookEvent {
            recipient_index: None,
            ..event
        };
        assert_eq!(shown(&world, &without).await, None);
    }
}

#[tokio::test]
async fn a_sender_is_shown_with_its_stop_and_a_template_by_its_id() {
    let world = World::new().await;
    let fixture = &world.fixture;
    let other = fixture.another_account().await;
    let digits = |text| ProviderId::parse(text).expect("digits");
    fixture.add_sender(other, digits("111")).await;
    let running = fixture.add_sender(fixture.account, digits("222")).await;
    let (_, sender, _) = fixture.routed_attempt(1).await;
    let change = HealthChange::StoppedByOperator;
    let stopped = fixture
        .store
        .change_health(sender.id, &change, START, None)
        .await;
    stopped.expect("stopped");
    for (id, is_stopped) in [(sender.id, true), (running.id, false)] {
        for kind in [
            WebhookEventKind::SenderStopped,
            WebhookEventKind::SenderRecovered,
        ] {
            let event = event(&world, kind, id.0);
            assert_shown(&world, &event, &format!("{id} {is_stopped}")).await;
        }
    }
    let templates = fixture.store.list_templates(Some(sender.id)).await;
    let template = templates.expect("listed").remove(0);
    let second = otp_core::channel::whatsapp::template::AuthenticationTemplate {
        id: otp_core::ids::TemplateId(Uuid::from_u128(5)),
        language: otp_core::language::LanguageTag::parse("ar").expect("a tag"),
        ..template.clone()
    };
    let added = fixture
        .store
        .add_template(&second, &world.fixture.entry())
        .await;
    added.expect("added");
    for id in [template.id, second.id] {
        let kind = WebhookEventKind::TemplateStatusChanged;
        let changed = event(&world, kind, id.0);
        assert_shown(&world, &changed, &id.to_string()).await;
    }
}
