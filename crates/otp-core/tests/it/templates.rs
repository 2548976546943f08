//! The use cases of templates, over a store in memory and a scripted provider.

mod sync;

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::event::{TemplateEvent, TemplateSubject};
use otp_core::channel::whatsapp::template::listed::ListedTemplate;
use otp_core::channel::whatsapp::template::preflight::Problem;
use otp_core::channel::whatsapp::template::{
    AuthenticationTemplate, CodeExpiry, TemplateName, TemplateStatus, TimeToLive,
};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::language::LanguageTag;
use otp_core::message::ExpiryPosition;
use otp_core::notice::NoticeKind;
use otp_core::ports::{
    CreatedTemplate, MockTemplateRegistry, MockTemplates, PortError, ProviderError, RefusalScope,
    SendError,
};
use otp_core::time::Timestamp;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::create_templates::{CreateTemplates, NewTemplate};
use otp_core::usecases::preflight_templates::PreflightTemplates;
use otp_core::usecases::send_message::{SendMessageError, SendMessageRequest};
use otp_core::usecases::sync_templates::{
    AdministerTemplatesError, SyncTemplates, Synced, TemplatePorts,
};
use otp_testkit::ScriptedSender;
use otp_testkit::contract::fixture::{START, staff_operator};
use otp_testkit::sender::refusal;

use otp_testkit::World;
use otp_testkit::world::apply_template_events;

const WABA: &str = "102290129340398";

fn id(digits: &str) -> ProviderId {
    ProviderId::parse(digits).expect("digits")
}

fn tag(text: &str) -> LanguageTag {
    LanguageTag::parse(text).expect(text)
}

pub(crate) fn name() -> TemplateName {
    TemplateName::parse("otp_code").expect("a name")
}

pub(crate) fn event(language: &str, status: TemplateStatus, second: u64) -> TemplateEvent {
    TemplateEvent {
        waba_id: id(WABA),
        subject: TemplateSubject {
            provider_id: None,
            name: Some((name(), tag(language))),
        },
        status,
        reason: None,
        at: START + Duration::from_secs(second),
    }
}

pub(crate) fn listed(language: &str, status: TemplateStatus) -> ListedTemplate {
    ListedTemplate {
        provider_id: id("7"),
        name: name(),
        language: tag(language),
        status,
        reason: None,
        category: "AUTHENTICATION".to_owned(),
        has_code_button: true,
        time_to_live: TimeToLive::from_seconds(240),
        code_expiry: CodeExpiry::from_minutes(5).ok(),
    }
}

pub(crate) async fn stored(world: &World) -> Vec<AuthenticationTemplate> {
    world
        .fixture
        .store
        .list_templates(None)
        .await
        .expect("list")
}

/// Returns language and status of each template, in alphabetical order.
pub(crate) async fn statuses(world: &World) -> Vec<(String, String)> {
    let stored = stored(world).await;
    let mut short: Vec<_> = stored
        .iter()
        .map(|template| (template.language.to_string(), template.status.to_string()))
        .collect();
    short.sort();
    short
}

pub(crate) fn short(statuses: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    statuses.iter().map(owned).collect()
}

pub(crate) async fn sender(world: &World) -> Sender {
    let senders = otp_core::ports::Senders::list(&*world.fixture.store).await;
    senders.expect("list").remove(0)
}

pub(crate) fn ports(world: &World, registry: MockTemplateRegistry) -> TemplatePorts {
    TemplatePorts {
        templates: world.fixture.store.clone(),
        registry: Arc::new(registry),
        sealers: world.fixture.sealers(),
        clock: world.fixture.clock.clone(),
        randomness: world.fixture.randomness.clone(),
    }
}

/// A provider that lists these templates.
pub(crate) fn listing(list: Vec<ListedTemplate>) -> MockTemplateRegistry {
    let mut registry = MockTemplateRegistry::new();
    registry.expect_list().returning(move |_| Ok(list.clone()));
    registry
}

pub(crate) fn sync_templates(world: &World, registry: MockTemplateRegistry) -> SyncTemplates {
    SyncTemplates {
        ports: ports(world, registry),
        outbox: world.fixture.store.clone(),
    }
}

pub(crate) async fn sync(world: &World, list: Vec<ListedTemplate>) -> Synced {
    let sync = sync_templates(world, listing(list));
    let synced = sync.execute(&sender(world).await, staff_operator()).await;
    synced.expect("synced")
}

/// Returns language and reason of each notice about a template, in alphabetical order.
async fn notices(world: &World) -> Vec<(String, String)> {
    let queued = world.fixture.store.list_unsent(9).await.expect("listed");
    let mut notices = Vec::new();
    for queued in queued {
        assert_eq!(queued.notice.account_id, world.fixture.account);
        if let NoticeKind::TemplateDisabled {
            language, reason, ..
        } = &queued.notice.kind
        {
            notices.push((language.to_string(), reason.as_str().to_owned()));
        }
    }
    notices.sort();
    notices
}

/// Sends a message to the `number`-th recipient; returns its language, or the reason it was not sent.
async fn send(world: &World, number: u32, request: &str) -> Result<String, SendMessageError> {
    let request = SendMessageRequest {
        language: Some(tag(request)),
        ..world.request(number)
    };
    world.send_message.execute(request).await?;
    let calls = world.whatsapp_calls();
    Ok(calls.last().expect("a call").language.to_string())
}

#[tokio::test]
async fn messages_fall_back_from_a_paused_template_until_none_is_left() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let apply = apply_template_events(&world.fixture);
    assert_eq!(send(&world, 1, "ar").await.expect("sent"), "ar");
    apply
        .execute(&[event("ar", TemplateStatus::PAUSED, 5)])
        .await
        .expect("applied");
    assert_eq!(send(&world, 2, "ar").await.expect("sent"), "en_US");
    let disabled = event("en_US", TemplateStatus::DISABLED, 5);
    apply.execute(&[disabled]).await.expect("applied");
    let refused = send(&world, 3, "ar").await;
    assert!(
        matches!(refused, Err(SendMessageError::TemplateNotFound)),
        "{refused:?}"
    );

    let approved = event("ar", TemplateStatus::APPROVED, 6);
    let older = event("ar", TemplateStatus::PAUSED, 5);
    apply.execute(&[approved, older]).await.expect("applied");
    assert_eq!(send(&world, 4, "ar").await.expect("sent"), "ar");
    let elsewhere = TemplateEvent {
        waba_id: id("42"),
        ..event("ar", TemplateStatus::PAUSED, 9)
    };
    apply.execute(&[elsewhere]).await.expect("passed over");
    assert_eq!(send(&world, 5, "ar").await.expect("sent"), "ar");
}

#[tokio::test]
async fn a_refusal_takes_the_template_out_of_use_but_a_missing_one_stays() {
    for (scope, code, left, status) in [
        (RefusalScope::TemplatePaused, 132_015, "en_US", "PAUSED"),
        (RefusalScope::TemplateDisabled, 132_016, "en_US", "DISABLED"),
        // It may have been approved a moment ago.
        (RefusalScope::Message, 132_001, "ar", "APPROVED"),
    ] {
        let mut refusal = refusal(400, code);
        refusal.scope = scope;
        let provider = ScriptedSender::answering([Err(SendError::Refused(refusal))]);
        let world = World::with_provider(provider).await;
        let refused = send(&world, 1, "ar").await;
        let by_provider = matches!(refused, Err(SendMessageError::RefusedByProvider { .. }));
        assert!(by_provider, "{refused:?}");
        assert_eq!(
            statuses(&world).await,
            short(&[("ar", status), ("en_US", "APPROVED")])
        );
        assert_eq!(send(&world, 1, "ar").await.expect("sent"), left);
    }
}

#[tokio::test]
async fn a_message_lives_as_long_as_its_template_says() {
    let world = World::with_provider(ScriptedSender::answering([Err(SendError::Unknown)])).await;
    sync(&world, vec![listed("ar", TemplateStatus::APPROVED)]).await;
    let request = SendMessageRequest {
        language: Some(tag("ar")),
        ..world.request(1)
    };
    let sent = world.send_message.execute(request).await.expect("pending");
    let expired = |at: Timestamp| {
        let store = world.fixture.store.clone();
        let start = ExpiryPosition::before(START);
        async move { store.list_expired(start, at, 9).await.expect("list").len() }
    };
    assert_eq!(sent.status.as_str(), "Pending");
    assert_eq!(expired(START + Duration::from_millis(239_999)).await, 0);
    assert_eq!(expired(START + Duration::from_secs(240)).await, 1);
}

#[tokio::test]
async fn each_language_is_created_by_a_call_of_its_own() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut registry = MockTemplateRegistry::new();
    registry
        .expect_create()
        .times(3)
        .returning(|account, draft, language| {
            assert_eq!(
                (account.waba_id.as_str(), account.access_token.expose()),
                (WABA, "EAAGtoken")
            );
            assert_eq!(draft.time_to_live().seconds(), 180);
            match language.as_str() {
                "fr" => Err(ProviderError::Refused {
                    code: 100,
                    subcode: None,
                    words: "Content in this language already exists".to_owned(),
                }),
                _ => Ok(CreatedTemplate {
                    provider_id: id("7"),
                    status: TemplateStatus::PENDING,
                }),
            }
        });
    registry
        .expect_list()
        .times(1)
        .returning(|_| Err(ProviderError::Unavailable("a time-out".to_owned())));
    let expiry = CodeExpiry::from_minutes(3).expect("minutes");
    let draft = TemplateDraft::try_new(name(), expiry, None).expect("a draft");
    let languages = ["ar", "fr", "de"].map(tag);
    let new = NewTemplate {
        sender: &sender(&world).await,
        draft: &draft,
        languages: &languages,
    };
    let ports = ports(&world, registry);
    let created = CreateTemplates { ports }
        .execute(new, staff_operator())
        .await;
    let created = created.expect("tried");
    let well: Vec<_> = created
        .iter()
        .map(|created| created.outcome.is_ok())
        .collect();
    assert_eq!(well, [true, false, true]);
    let expected = short(&[("ar", "PENDING"), ("de", "PENDING"), ("en_US", "APPROVED")]);
    assert_eq!(statuses(&world).await, expected);

    let apply = apply_template_events(&world.fixture);
    let slow_clock = TemplateEvent {
        at: START - Duration::from_secs(30),
        ..event("de", TemplateStatus::APPROVED, 0)
    };
    apply.execute(&[slow_clock]).await.expect("applied");
    assert!(
        statuses(&world)
            .await
            .contains(&("de".to_owned(), "APPROVED".to_owned()))
    );
}

#[tokio::test]
async fn a_review_that_ends_before_its_template_is_stored_is_noticed() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut registry = listing(vec![
        listed("ar", TemplateStatus::APPROVED),
        listed("de", TemplateStatus::REJECTED),
        listed("es", TemplateStatus::APPROVED),
    ]);
    registry.expect_create().returning(|_, _, _| {
        Ok(CreatedTemplate {
            provider_id: id("7"),
            status: TemplateStatus::PENDING,
        })
    });
    let expiry = CodeExpiry::from_minutes(5).expect("minutes");
    let draft = TemplateDraft::try_new(name(), expiry, None).expect("a draft");
    let languages = ["ar", "de", "fr"].map(tag);
    let new = NewTemplate {
        sender: &sender(&world).await,
        draft: &draft,
        languages: &languages,
    };
    let ports = ports(&world, registry);
    let created = CreateTemplates { ports }
        .execute(new, staff_operator())
        .await;
    let notified: Vec<_> = created
        .expect("created")
        .into_iter()
        .map(|created| created.outcome.expect("created").status.to_string())
        .collect();
    assert_eq!(notified, ["APPROVED", "REJECTED", "PENDING"]);
    // A template that the provider does not list yet stays in review; one not asked for is not added.
    let expected = short(&[
        ("ar", "APPROVED"),
        ("de", "REJECTED"),
        ("en_US", "APPROVED"),
        ("fr", "PENDING"),
    ]);
    assert_eq!(statuses(&world).await, expected);
}

#[tokio::test]
async fn a_created_template_replaces_the_stored_one_of_its_language() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut registry = listing(Vec::new());
    registry.expect_create().returning(|_, _, _| {
        Ok(CreatedTemplate {
            provider_id: id("7"),
            status: TemplateStatus::PENDING,
        })
    });
    let expiry = CodeExpiry::from_minutes(5).expect("minutes");
    let draft = TemplateDraft::try_new(name(), expiry, None).expect("a draft");
    let new = NewTemplate {
        sender: &sender(&world).await,
        draft: &draft,
        languages: &[tag("en_US")],
    };
    let ports = ports(&world, registry);
    let created = CreateTemplates { ports }
        .execute(new, staff_operator())
        .await;
    assert!(created.expect("tried")[0].outcome.is_ok());
    let expected = short(&[("ar", "APPROVED"), ("en_US", "PENDING")]);
    assert_eq!(statuses(&world).await, expected);
}

#[tokio::test]
async fn preflight_asks_about_each_sender_and_changes_nothing() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let before = stored(&world).await;
    let problems = |registry: MockTemplateRegistry| {
        let world = &world;
        async move {
            let senders = [sender(world).await];
            let preflight = PreflightTemplates {
                ports: ports(world, registry),
                accounts: world.fixture.store.clone(),
            };
            let checks = preflight.execute(&senders).await;
            let checks = checks.expect("checked");
            checks
                .into_iter()
                .flat_map(|check| check.problems)
                .collect::<Vec<_>>()
        }
    };
    let approved = |language: &str| listed(language, TemplateStatus::APPROVED);
    let all = listing(vec![approved("ar"), approved("en_US")]);
    assert_eq!(problems(all).await, []);
    let english_is_missing = problems(listing(vec![approved("ar")])).await;
    assert_eq!(
        english_is_missing,
        [Problem::NotAtProvider, Problem::NotCovered]
    );
    let mut silent = MockTemplateRegistry::new();
    silent
        .expect_list()
        .returning(|_| Err(ProviderError::Unavailable("no answer in time".to_owned())));
    let not_asked = problems(silent).await;
    assert!(matches!(
        not_asked.as_slice(),
        [Problem::NotAsked(_), Problem::NotCovered]
    ));
    assert_eq!(stored(&world).await, before);
}

#[tokio::test]
async fn a_change_that_lost_a_race_is_repeated_a_limited_number_of_times() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let template = stored(&world).await.remove(0);
    for (losses, expected) in [(4, true), (5, false)] {
        let mut templates = MockTemplates::new();
        let listed = template.clone();
        templates
            .expect_list_templates_of_business()
            .returning(move |_| Ok(vec![listed.clone()]));
        let mut lost = 0;
        templates
            .expect_replace_template()
            .returning(move |_, _, _| {
                lost += 1;
                Ok(lost > losses)
            });
        let apply = ApplyTemplateEvents {
            templates: Arc::new(templates),
            ..apply_template_events(&world.fixture)
        };
        let applied = apply
            .execute(&[event("ar", TemplateStatus::PAUSED, 1)])
            .await;
        assert_eq!(applied.is_ok(), expected, "{losses}");
        assert!(expected || matches!(applied, Err(PortError::Unavailable(_))));
    }
}

#[tokio::test]
async fn the_account_holder_is_notified_once_of_each_template_that_is_lost() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let before = stored(&world).await;
    let apply = apply_template_events(&world.fixture);
    let paused = event("ar", TemplateStatus::PAUSED, 5);
    let rejected = TemplateEvent {
        reason: Some("INCORRECT_CATEGORY".to_owned()),
        ..event("en_US", TemplateStatus::REJECTED, 5)
    };
    let ends = [
        paused.clone(),
        event("ar", TemplateStatus::APPROVED, 4),
        rejected,
        paused.clone(),
        event("ar", TemplateStatus::APPROVED, 6),
        event("en_US", TemplateStatus::DELETED, 6),
        paused,
        event("ar", TemplateStatus::PAUSED, 7),
    ];
    apply.execute(&ends).await.expect("applied");
    // A refused message of the same moment decides on what it read before the events.
    let mut templates = MockTemplates::new();
    let before = before
        .into_iter()
        .find(|template| template.language == tag("ar"));
    let before = before.expect("a template");
    let listed = before.clone();
    templates
        .expect_list_templates()
        .returning(move |_| Ok(vec![listed.clone()]));
    templates
        .expect_replace_template()
        .returning(|_, _, _| Ok(true));
    let late = ApplyTemplateEvents {
        templates: Arc::new(templates),
        ..apply_template_events(&world.fixture)
    };
    let subject = (before.sender_id, before.id);
    late.take_out_of_use(subject, &TemplateStatus::PAUSED)
        .await
        .expect("queued already");
    let expected = [
        ("ar", "PAUSED"),
        ("ar", "PAUSED"),
        ("en_US", "REJECTED (INCORRECT_CATEGORY)"),
    ];
    assert_eq!(notices(&world).await, short(&expected));
}
