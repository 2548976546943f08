//! `HandleProviderWebhook`: every part of a call reaches the use case that applies it, receipts first.

use std::sync::Arc;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::health::SenderEvent;
use otp_core::channel::whatsapp::template::TemplateStatus;
use otp_core::ports::{MockOptOuts, MockReceipts, MockSenders, MockTemplates, PortError};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::receipt::DroppedReceipts;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::record_consent::RecordConsent;
use otp_testkit::contract::fixture::START;
use otp_testkit::world::{PHONE_NUMBER_ID, apply_template_events};
use otp_testkit::{ScriptedSender, World};

use crate::opt_out::{introducing, is_opted_out, stop};
use crate::templates::{event, short, statuses};

fn handle(world: &World) -> HandleProviderWebhook {
    HandleProviderWebhook {
        apply_receipts: world.apply_receipts(),
        record_consent: world.record_consent(),
        apply_template_events: apply_template_events(&world.fixture),
        apply_sender_events: ApplySenderEvents {
            senders: world.fixture.store.clone(),
            healths: world.fixture.store.clone(),
            clock: world.fixture.clock.clone(),
        },
    }
}

fn number(digits: &str) -> ProviderId {
    ProviderId::parse(digits).expect("digits")
}

#[tokio::test]
async fn every_part_of_a_call_is_applied_and_receipts_first() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sent = world.fixture.send(1).await;
    let mut foreign = introducing(&world, &sent, "SA.2");
    foreign.reference.phone_number_id = number("7");
    let payload = ProviderWebhookPayload {
        receipts: vec![introducing(&world, &sent, "SA.1"), foreign],
        // Only the receipt of the same call tells who that is.
        consents: vec![stop(&world, "wamid.M", "SA.1")],
        templates: vec![event("ar", TemplateStatus::PAUSED, 5)],
        senders: vec![SenderEvent::Number(number(PHONE_NUMBER_ID))],
    };
    let dropped = handle(&world).execute(payload).await.expect("handled");
    let expected = DroppedReceipts {
        other_sender: 1,
        ..DroppedReceipts::default()
    };
    assert_eq!(dropped, expected);
    assert_eq!(
        world.fixture.message(&sent).await.status.as_str(),
        "Delivered"
    );
    assert!(is_opted_out(&world, 1).await);
    let store = &world.fixture.store;
    let unresolved = store.list_unresolved().await.expect("listed");
    assert_eq!(unresolved, []);
    let expected = short(&[("ar", "PAUSED"), ("en_US", "APPROVED")]);
    assert_eq!(statuses(&world).await, expected);
    let due = store.list_due_checks(START, 9).await.expect("listed");
    assert_eq!(due, [world.fixture.sender_id]);
}

/// Each use case over a store that is away.
#[tokio::test]
async fn a_part_that_cannot_be_applied_is_an_error_so_that_the_provider_repeats_the_call() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sent = world.fixture.send(1).await;
    let away = || PortError::Unavailable("away".into());
    let (mut receipts, mut opt_outs) = (MockReceipts::new(), MockOptOuts::new());
    let (mut templates, mut senders) = (MockTemplates::new(), MockSenders::new());
    receipts.expect_locate().returning(move |_| Err(away()));
    opt_outs
        .expect_find_consent_targets()
        .returning(move |_, _| Err(away()));
    templates
        .expect_list_templates_of_business()
        .returning(move |_| Err(away()));
    senders.expect_list().returning(move || Err(away()));
    let handle = HandleProviderWebhook {
        apply_receipts: ApplyReceipts {
            receipts: Arc::new(receipts),
            ..world.apply_receipts()
        },
        record_consent: RecordConsent {
            opt_outs: Arc::new(opt_outs),
            ..world.record_consent()
        },
        apply_template_events: ApplyTemplateEvents {
            templates: Arc::new(templates),
            ..apply_template_events(&world.fixture)
        },
        apply_sender_events: ApplySenderEvents {
            senders: Arc::new(senders),
            ..handle(&world).apply_sender_events
        },
    };
    let none = ProviderWebhookPayload::default;
    for payload in [
        ProviderWebhookPayload {
            receipts: vec![introducing(&world, &sent, "SA.1")],
            ..none()
        },
        ProviderWebhookPayload {
            consents: vec![stop(&world, "wamid.M", "SA.1")],
            ..none()
        },
        ProviderWebhookPayload {
            templates: vec![event("ar", TemplateStatus::PAUSED, 5)],
            ..none()
        },
        ProviderWebhookPayload {
            senders: vec![SenderEvent::Number(number(PHONE_NUMBER_ID))],
            ..none()
        },
    ] {
        let handled = handle.execute(payload).await;
        assert!(matches!(handled, Err(PortError::Unavailable(_))));
    }
    let nothing = handle.execute(none()).await;
    assert_eq!(
        nothing.expect("nothing is read"),
        DroppedReceipts::default()
    );
}
