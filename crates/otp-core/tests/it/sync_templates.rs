//! `SyncTemplates`: the stored templates of a sender become those that the provider lists.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::template::event::TemplateEvent;
use otp_core::channel::whatsapp::template::listed::ListedTemplate;
use otp_core::channel::whatsapp::template::{TemplateStatus, TimeToLive};
use otp_core::ports::{MockTemplateRegistry, MockTemplates, PortError};
use otp_core::usecases::sync_templates::{AdministerTemplatesError, Synced};
use otp_testkit::contract::fixture::{START, staff_operator};
use otp_testkit::world::apply_template_events;
use otp_testkit::{ScriptedSender, World};

use crate::templates::{event, listed, listing, sender, statuses, stored, sync, sync_templates};

#[tokio::test]
async fn only_a_usable_template_of_codes_is_reported_as_outlasting_its_code() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let outlasting = |language, status| ListedTemplate {
        time_to_live: Some(TimeToLive::Unlimited),
        ..listed(language, status)
    };
    let marketing = ListedTemplate {
        category: "MARKETING".to_owned(),
        ..outlasting("de", TemplateStatus::APPROVED)
    };
    let list = vec![
        outlasting("ar", TemplateStatus::APPROVED),
        marketing,
        outlasting("es", TemplateStatus::REJECTED),
        listed("fr", TemplateStatus::APPROVED),
    ];
    let synced = sync(&world, list).await;
    let reported: Vec<_> = synced
        .outlasting
        .iter()
        .map(|listed| listed.language.as_str())
        .collect();
    assert_eq!(reported, ["ar"]);
}

/// The list does not say since when a new template has its status.
#[tokio::test]
async fn any_event_is_newer_than_the_status_of_an_added_template() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let list = vec![listed("fr", TemplateStatus::PENDING)];
    let synced = sync(&world, list).await;
    assert_eq!(synced.added[0].status_since, None);
    let earlier = TemplateEvent {
        at: START - Duration::from_secs(3_600),
        ..event("fr", TemplateStatus::APPROVED, 0)
    };
    let apply = apply_template_events(&world.fixture);
    apply.execute(&[earlier]).await.expect("applied");
    let approved = ("fr".to_owned(), "APPROVED".to_owned());
    assert!(statuses(&world).await.contains(&approved));
}

/// Runs a sync of one changed and one new template over a store that loses each race so often.
async fn sync_after(
    world: &World,
    (changes_lost, additions_lost): (usize, usize),
) -> Result<Synced, AdministerTemplatesError> {
    let (mut changes, mut additions) = (0, 0);
    let template = stored(world).await.remove(0);
    let list = ["fr", template.language.as_str()].map(|tag| listed(tag, TemplateStatus::PAUSED));
    let mut templates = MockTemplates::new();
    templates
        .expect_list_templates()
        .returning(move |_| Ok(vec![template.clone()]));
    templates
        .expect_replace_template()
        .returning(move |_, _, _| {
            changes += 1;
            Ok(changes > changes_lost)
        });
    templates.expect_add_template().returning(move |_, _| {
        additions += 1;
        let is_lost = additions <= additions_lost;
        (!is_lost)
            .then_some(())
            .ok_or(PortError::Conflict("added already".into()))
    });
    let mut sync = sync_templates(world, listing(list.to_vec()));
    sync.ports.templates = Arc::new(templates);
    sync.execute(&sender(world).await, staff_operator()).await
}

#[tokio::test]
async fn a_sync_that_lost_a_race_is_repeated_a_limited_number_of_times() {
    let world = World::with_provider(ScriptedSender::default()).await;
    for (lost, expected) in [
        ((0, 0), true),
        ((4, 0), true),
        ((0, 4), true),
        ((5, 0), false),
        ((0, 5), false),
    ] {
        match sync_after(&world, lost).await {
            Ok(_) => assert!(expected, "{lost:?}"),
            Err(AdministerTemplatesError::Port(PortError::Unavailable(_))) => {
                assert!(!expected, "{lost:?}");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_template_that_cannot_be_stored_is_an_error_at_once() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut templates = MockTemplates::new();
    templates
        .expect_list_templates()
        .once()
        .returning(|_| Ok(Vec::new()));
    templates
        .expect_add_template()
        .once()
        .returning(|_, _| Err(PortError::Backend("the disk is full".into())));
    let list = vec![listed("fr", TemplateStatus::APPROVED)];
    let mut sync = sync_templates(&world, listing(list));
    sync.ports.templates = Arc::new(templates);
    let synced = sync.execute(&sender(&world).await, staff_operator()).await;
    assert!(matches!(
        synced,
        Err(AdministerTemplatesError::Port(PortError::Backend(_)))
    ));
}

#[tokio::test]
async fn without_a_readable_token_the_provider_is_not_asked() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sync = sync_templates(&world, MockTemplateRegistry::new());
    let sender = sender(&world).await;
    let damaged = Sender {
        access_token: sender.phone.clone(),
        ..sender.clone()
    };
    let unreadable = sync.execute(&damaged, staff_operator()).await;
    assert!(matches!(
        unreadable,
        Err(AdministerTemplatesError::Token(_))
    ));
    let store = &world.fixture.store;
    let deleted = store.delete_account_key(sender.account_id).await;
    assert!(deleted.expect("deleted"));
    let erased = sync.execute(&sender, staff_operator()).await;
    assert!(matches!(
        erased,
        Err(AdministerTemplatesError::AccountErased)
    ));
}
