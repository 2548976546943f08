//! Promises on templates and what the provider said of them.

use std::sync::Arc;

use otp_core::channel::whatsapp::template::{
    AuthenticationTemplate, CodeExpiry, TemplateStatus, TimeToLive,
};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::ports::{Clock as _, PortError, Storage};
use otp_core::time::Timestamp;

use super::administration::{sender, template};
use super::fixture::Fixture;

/// A sender with a template in this language.
async fn added(fixture: &Fixture, number: &str, language: &str) -> AuthenticationTemplate {
    let sender = sender(fixture, number);
    fixture
        .store
        .add(&sender, &fixture.entry())
        .await
        .expect("add");
    let template = template(fixture, sender.id, language);
    fixture
        .store
        .add_template(&template, &fixture.entry())
        .await
        .expect("add");
    template
}

/// The template as the provider speaks of it.
fn with_status(
    template: &AuthenticationTemplate,
    status: TemplateStatus,
) -> AuthenticationTemplate {
    AuthenticationTemplate {
        provider_id: ProviderId::parse("1689556908129832").ok(),
        status,
        reason: Some("جودة منخفضة".to_owned()),
        status_since: Some(Timestamp::from_unix_millis(1_751_247_548_000)),
        time_to_live: TimeToLive::from_seconds(300),
        code_expiry: CodeExpiry::from_minutes(5).ok(),
        ..template.clone()
    }
}

async fn replace(
    fixture: &Fixture,
    before: &AuthenticationTemplate,
    after: &AuthenticationTemplate,
) -> bool {
    let replaced = fixture
        .store
        .replace_template(before, after, fixture.clock.now())
        .await;
    replaced.expect("replace")
}

async fn all(fixture: &Fixture) -> Vec<AuthenticationTemplate> {
    fixture.store.list_templates(None).await.expect("list")
}

/// Whatever the provider said, and that it said nothing.
pub async fn what_the_provider_says_reads_back(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let plain = added(&fixture, "100", "ar").await;
    let odd = TemplateStatus::parse("OF_A_LATER_VERSION").expect("a status");
    let unlimited = AuthenticationTemplate {
        time_to_live: Some(TimeToLive::Unlimited),
        ..with_status(&template(&fixture, plain.sender_id, "en"), odd)
    };
    fixture
        .store
        .add_template(&unlimited, &fixture.entry())
        .await
        .expect("add");
    assert_eq!(all(&fixture).await, [plain.clone(), unlimited.clone()]);

    let paused = with_status(&plain, TemplateStatus::PAUSED);
    assert!(replace(&fixture, &plain, &paused).await);
    assert_eq!(all(&fixture).await, [paused.clone(), unlimited.clone()]);
    assert!(replace(&fixture, &paused, &plain).await, "and forgets it");
    assert_eq!(all(&fixture).await, [plain, unlimited]);
}

/// Whoever decided on an older state decides again.
pub async fn only_an_unchanged_template_is_replaced(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let plain = added(&fixture, "100", "ar").await;
    let known = with_status(&plain, TemplateStatus::APPROVED);
    assert!(replace(&fixture, &plain, &known).await);
    let later = known
        .status_since
        .map(|since| since + std::time::Duration::from_millis(1));
    let disabled = with_status(&plain, TemplateStatus::DISABLED);
    let other = |change: fn(&mut AuthenticationTemplate)| {
        let mut other = known.clone();
        change(&mut other);
        other
    };
    let mut stale = vec![
        plain.clone(),
        other(|template| template.provider_id = None),
        other(|template| template.status = TemplateStatus::PENDING),
        other(|template| template.reason = None),
        other(|template| template.time_to_live = Some(TimeToLive::Unlimited)),
        other(|template| template.code_expiry = None),
    ];
    stale.push(AuthenticationTemplate {
        status_since: later,
        ..known.clone()
    });
    for stale in stale {
        assert!(!replace(&fixture, &stale, &disabled).await, "{stale:?}");
    }
    let unknown = template(&fixture, plain.sender_id, "fr");
    assert!(!replace(&fixture, &unknown, &disabled).await);
    assert_eq!(all(&fixture).await, [known]);
}

/// One state is replaced once.
pub async fn of_many_who_replace_one_template_one_succeeds(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let plain = added(&fixture, "100", "ar").await;
    let paused = with_status(&plain, TemplateStatus::PAUSED);
    let at = fixture.clock.now();
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (store, before, after) = (fixture.store.clone(), plain.clone(), paused.clone());
        racers.spawn(async move { store.replace_template(&before, &after, at).await });
    }
    let answers: Vec<Result<bool, PortError>> = racers.join_all().await;
    let replaced = answers.iter().filter(|answer| matches!(answer, Ok(true)));
    assert_eq!(replaced.count(), 1, "{answers:?}");
}

/// An event names the business account; several numbers of several accounts may be of one.
pub async fn the_templates_of_a_business_are_those_of_all_its_senders(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let first = added(&fixture, "100", "ar").await;
    let second = added(&fixture, "101", "ar").await;
    let elsewhere = Sender {
        waba_id: ProviderId::parse("201").expect("digits"),
        ..sender(&fixture, "102")
    };
    fixture
        .store
        .add(&elsewhere, &fixture.entry())
        .await
        .expect("add");
    let other = template(&fixture, elsewhere.id, "ar");
    fixture
        .store
        .add_template(&other, &fixture.entry())
        .await
        .expect("add");
    for (waba, expected) in [
        ("200", vec![first, second]),
        ("201", vec![other]),
        ("20", vec![]),
    ] {
        let waba = ProviderId::parse(waba).expect("digits");
        let found = fixture.store.list_templates_of_business(&waba).await;
        assert_eq!(found.expect("list"), expected, "{waba:?}");
    }
}

/// A template that the provider does not accept is not offered to a send.
pub async fn a_template_that_is_out_of_use_is_in_no_sending_profile(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let plain = added(&fixture, "100", "ar").await;
    let approved = with_status(&plain, TemplateStatus::APPROVED);
    let paused = with_status(&plain, TemplateStatus::PAUSED);
    for (before, after, expected) in [
        (&plain, &paused, vec![]),
        (&paused, &approved, vec![approved.clone()]),
    ] {
        assert!(replace(&fixture, before, after).await);
        let profile = fixture.store.find_sending_profile(fixture.account).await;
        let profile = profile.expect("profile").expect("the account exists");
        assert_eq!(profile.senders[0].templates, expected);
    }
}
