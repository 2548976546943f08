//! The webhook endpoints of a person's account.

use otp_core::api_key::ApiKeyMode;
use otp_core::ids::{WebhookEndpointId, WebhookEventId};
use otp_core::usecases::manage_own_webhooks::{ManageOwnWebhooksError, OwnNewEndpoint};
use otp_core::usecases::manage_webhook_endpoints::WebhookEndpointEdit;
use otp_core::webhook::delivery_log::DeliveryFilter;
use otp_core::webhook::endpoint::{DisabledReason, EndpointStanding};
use otp_core::webhook::{DeliveryState, EventFilter, WebhookEvent, WebhookEventKind};
use uuid::Uuid;

use super::*;

const URL: &str = "https://shop.example/hooks";

fn new(mode: ApiKeyMode) -> OwnNewEndpoint {
    OwnNewEndpoint {
        mode,
        url: URL.to_owned(),
        description: None,
        events: EventFilter::ALL,
    }
}

fn url(url: &str) -> WebhookEndpointEdit {
    WebhookEndpointEdit {
        url: Some(url.to_owned()),
        ..WebhookEndpointEdit::default()
    }
}

fn enabled(enabled: bool) -> WebhookEndpointEdit {
    WebhookEndpointEdit {
        enabled: Some(enabled),
        ..WebhookEndpointEdit::default()
    }
}

#[tokio::test]
async fn endpoints_of_live_and_of_test_keys_are_separate_and_found_by_their_id() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_webhooks();
    for mode in ApiKeyMode::ALL {
        assert!(manage.list(&viewer, mode).await.expect("listed").is_empty());
    }
    for mode in ApiKeyMode::ALL {
        let (made, secret) = manage.create(&viewer, new(mode)).await.expect("made");
        assert!(secret.to_text().starts_with("whsec_"));
        let listed = manage.list(&viewer, mode).await.expect("listed");
        let [listed] = listed.as_slice() else {
            panic!("one endpoint of {mode:?}: {}", listed.len());
        };
        let found = manage.find(&viewer, made.endpoint.id).await.expect("found");
        assert!(found == made && *listed == made, "{mode:?}");
        assert_eq!((found.mode, found.failing_since), (mode, None));
    }
}

#[tokio::test]
async fn a_secret_and_another_url_need_a_fresh_proof_and_nothing_else_does() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_webhooks();
    let made = manage.create(&viewer, new(ApiKeyMode::Live)).await;
    let (made, secret) = made.expect("made");
    let id = made.endpoint.id;
    let second = manage.rotate_secret(&viewer, id).await.expect("rotated");
    assert_ne!(second.to_text(), secret.to_text());
    gateway.advance(FRESH);
    let refusals = [
        manage.create(&viewer, new(ApiKeyMode::Live)).await.err(),
        manage.rotate_secret(&viewer, id).await.err(),
        manage
            .change(&viewer, id, url("https://evil.example"))
            .await
            .err(),
        manage.remove(&viewer, id).await.err(),
        manage.require_fresh_manager(&viewer).err(),
    ];
    for refused in refusals {
        assert!(
            matches!(refused, Some(ManageOwnWebhooksError::NotFresh)),
            "{refused:?}"
        );
    }
    let same = WebhookEndpointEdit {
        enabled: Some(false),
        ..url(URL)
    };
    manage.change(&viewer, id, same).await.expect("changed");
    let found = manage.find(&viewer, id).await.expect("found").endpoint;
    let disabled = EndpointStanding::Disabled(DisabledReason::ByOwner);
    assert_eq!(
        (found.url.as_deref(), found.standing),
        (Some(URL), disabled)
    );
}

#[tokio::test]
async fn an_endpoint_of_another_account_is_as_unknown_as_one_that_never_was() {
    let gateway = Gateway::new().await;
    let one = holder(&gateway, ADDRESS).await;
    let other = holder(&gateway, "huda@other.example").await;
    let manage = gateway.manage_own_webhooks();
    let made = manage.create(&one, new(ApiKeyMode::Live)).await;
    let id = made.expect("made").0.endpoint.id;
    let event = WebhookEventId(Uuid::from_u128(1));
    for id in [id, WebhookEndpointId(Uuid::from_u128(9))] {
        let refusals = [
            manage.find(&other, id).await.err(),
            manage.find_managed(&other, id).await.err(),
            manage.change(&other, id, enabled(false)).await.err(),
            manage.rotate_secret(&other, id).await.err(),
            manage.replay(&other, id, event).await.err(),
            manage
                .recover(&other, id, (gateway.now(), None))
                .await
                .err(),
            manage.test(&other, id).await.err(),
            manage.remove(&other, id).await.err(),
        ];
        for refused in refusals {
            assert!(
                matches!(refused, Some(ManageOwnWebhooksError::NotFound)),
                "{refused:?}"
            );
        }
    }
    let still = manage.find(&one, id).await.expect("there").endpoint;
    assert_eq!(still.standing, EndpointStanding::Enabled);
}

#[tokio::test]
async fn a_role_that_may_not_manage_endpoints_only_looks() {
    let gateway = Gateway::new().await;
    let mut viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_webhooks();
    let made = manage.create(&viewer, new(ApiKeyMode::Live)).await;
    let id = made.expect("made").0.endpoint.id;
    let event = manage.test(&viewer, id).await.expect("an event");
    for role in [AccountRole::Billing, AccountRole::Viewer] {
        viewer.account.as_mut().expect("an account").role = role;
        assert!(!manage.may_manage(&viewer));
        let found = manage.find(&viewer, id).await.expect("found");
        let shown = manage.show_delivery(&found, event).await.expect("shown");
        assert_eq!(shown.delivery.event.id, event);
        let refusals = [
            manage.create(&viewer, new(ApiKeyMode::Live)).await.err(),
            manage.change(&viewer, id, enabled(false)).await.err(),
            manage.rotate_secret(&viewer, id).await.err(),
            manage.replay(&viewer, id, event).await.err(),
            manage.test(&viewer, id).await.err(),
            manage.remove(&viewer, id).await.err(),
            manage.require_fresh_manager(&viewer).err(),
        ];
        for refused in refusals {
            assert!(
                matches!(refused, Some(ManageOwnWebhooksError::NotFound)),
                "{refused:?}"
            );
        }
    }
    viewer.account = None;
    assert!(manage.list(&viewer, ApiKeyMode::Live).await.is_err());
}

#[tokio::test]
async fn what_was_not_delivered_since_a_time_is_made_again_unless_the_endpoint_is_disabled() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_webhooks();
    let made = manage.create(&viewer, new(ApiKeyMode::Live)).await;
    let made = made.expect("made").0;
    let id = made.endpoint.id;
    let account = viewer.account.as_ref().expect("an account").id;
    let begin = gateway.now();
    for number in 0..3 {
        let kind = WebhookEventKind::MessageSent;
        let event = WebhookEvent::new(account, kind, Uuid::from_u128(number), gateway.now());
        let store = &gateway.world.fixture.store;
        let added = store.add_webhook_delivery(id, &event, gateway.now()).await;
        added.expect("added");
        gateway.advance(Duration::from_secs(60));
    }
    let since = begin + Duration::from_secs(60);
    let recovered = manage.recover(&viewer, id, (since, None)).await;
    let recovered = recovered.expect("recovered");
    assert_eq!((recovered.count, recovered.next), (2, None));
    let waiting = manage.list_deliveries(&made, DeliveryFilter::Undelivered, None);
    let waiting = waiting.await.expect("listed").items;
    assert!(
        waiting
            .iter()
            .all(|delivery| delivery.state == DeliveryState::Waiting)
    );
    assert_eq!(waiting.len(), 3);

    manage
        .change(&viewer, id, enabled(false))
        .await
        .expect("changed");
    let refusals = [
        manage.recover(&viewer, id, (since, None)).await.err(),
        manage.replay(&viewer, id, waiting[0].event.id).await.err(),
        manage.test(&viewer, id).await.err(),
    ];
    for refused in refusals {
        assert!(
            matches!(refused, Some(ManageOwnWebhooksError::Disabled)),
            "{refused:?}"
        );
    }
}
