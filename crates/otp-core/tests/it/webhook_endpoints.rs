//! `ManageWebhookEndpoints`: create, change, rotate, remove, show.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::Account;
use otp_core::ids::{AccountId, WebhookEndpointId};
use otp_core::ports::{Accounts, MockWebhookEndpoints, WebhookEndpoints};
use otp_core::sealing::{Purpose, Sealed};
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::manage_webhook_endpoints::{
    ManageWebhookEndpoints, ManageWebhookEndpointsError, NewWebhookEndpoint, WebhookEndpointEdit,
};
use otp_core::webhook::endpoint::{DisabledReason, EndpointStanding, WebhookEndpointChange};
use otp_core::webhook::{
    EventFilter, ForbiddenWebhookTarget, InvalidWebhookTarget, PrivateTargets, WebhookDescription,
    WebhookEventKind, WebhookSecret,
};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, operator};
use uuid::Uuid;

const URL: &str = "https://shop.example.com/webhooks?token=hunter2";

/// One account and its endpoints.
struct World {
    fixture: Fixture,
    manage: ManageWebhookEndpoints,
}

impl World {
    async fn new() -> Self {
        let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
        let endpoints = fixture.store.clone();
        Self {
            manage: manage(&fixture, endpoints),
            fixture,
        }
    }

    fn new_endpoint(&self) -> NewWebhookEndpoint {
        NewWebhookEndpoint {
            account_id: self.fixture.account,
            url: Some(URL.to_owned()),
            description: Some(description("Shop")),
            events: EventFilter::from_iter([WebhookEventKind::MessageSent]),
        }
    }

    async fn created(&self) -> (WebhookEndpointId, WebhookSecret) {
        let created = self
            .manage
            .create(self.new_endpoint(), AccountActor::Operator(operator()))
            .await;
        let (shown, secret) = created.expect("created");
        (shown.id, secret)
    }

    /// The texts of the secrets that sign at this moment, the current one first.
    async fn signing(&self, id: WebhookEndpointId) -> Vec<String> {
        let stored = self
            .fixture
            .store
            .find_webhook_endpoint(self.fixture.account, id);
        let stored = stored.await.expect("a look-up").expect("an endpoint");
        let previous = stored.previous_secret_at(self.now());
        let open = |sealed: &Sealed| {
            let opened = self
                .fixture
                .sealer
                .open(Purpose::WebhookSecret, id.0, sealed);
            opened.expect("its own secret").as_str().to_owned()
        };
        std::iter::once(&stored.secret)
            .chain(previous)
            .map(open)
            .collect()
    }

    fn now(&self) -> otp_core::time::Timestamp {
        otp_core::ports::Clock::now(&*self.fixture.clock)
    }

    async fn account(&self) -> Account {
        let found = Accounts::find(&*self.fixture.store, self.fixture.account).await;
        found.expect("a look-up").expect("an account")
    }
}

fn manage(fixture: &Fixture, endpoints: Arc<dyn WebhookEndpoints>) -> ManageWebhookEndpoints {
    ManageWebhookEndpoints {
        endpoints,
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
        private_targets: PrivateTargets::Forbidden,
    }
}

fn description(text: &str) -> WebhookDescription {
    WebhookDescription::parse(text).expect("one line")
}

#[tokio::test]
async fn a_created_endpoint_is_shown_without_its_secret_and_stored_sealed() {
    let world = World::new().await;
    let created = world
        .manage
        .create(world.new_endpoint(), AccountActor::Operator(operator()))
        .await;
    let (shown, secret) = created.expect("created");
    assert_eq!(shown.url.as_deref(), Some(URL));
    assert_eq!(shown.description.as_deref(), Some("Shop"));
    assert_eq!(shown.standing, EndpointStanding::Enabled);
    assert_eq!(shown.created_at, world.now());
    let account = world.fixture.account;
    let found = world.manage.show(account, shown.id).await;
    assert!(found.is_ok_and(|found| found == shown));
    let listed = world.manage.list(account).await;
    assert!(listed.is_ok_and(|listed| listed == [shown.clone()]));
    assert_eq!(world.signing(shown.id).await, [secret.to_text().as_str()]);
    let stored = world.fixture.store.list_webhook_endpoints(account).await;
    let stored = stored.expect("a list").remove(0);
    for sealed in [stored.url.as_ref().expect("a URL"), &stored.secret] {
        let bytes = String::from_utf8_lossy(&sealed.0);
        assert!(!bytes.contains("hunter2") && !bytes.contains("whsec_"));
    }
}

#[tokio::test]
async fn a_url_is_judged_before_anything_is_stored() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    // Without expectations, any call of the store panics.
    let mut manage = manage(&fixture, Arc::new(MockWebhookEndpoints::new()));
    let create = async |manage: &ManageWebhookEndpoints, url: &str| {
        let new = NewWebhookEndpoint {
            account_id: fixture.account,
            url: Some(url.to_owned()),
            description: None,
            events: EventFilter::ALL,
        };
        manage
            .create(new, AccountActor::Operator(operator()))
            .await
            .map(|(shown, _)| shown.url)
    };
    for url in [
        "http://shop.example.com/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
    ] {
        let refused = create(&manage, url).await;
        assert!(
            matches!(refused, Err(ManageWebhookEndpointsError::ForbiddenUrl(_))),
            "{url}"
        );
        let edit = WebhookEndpointEdit {
            url: Some(url.to_owned()),
            ..WebhookEndpointEdit::default()
        };
        let id = WebhookEndpointId(Uuid::nil());
        let changed = manage
            .change(
                (fixture.account, id),
                edit,
                AccountActor::Operator(operator()),
            )
            .await;
        assert!(
            matches!(changed, Err(ManageWebhookEndpointsError::ForbiddenUrl(_))),
            "{url}"
        );
    }
    let plain = create(&manage, "http://shop.example.com/").await;
    assert!(matches!(
        plain,
        Err(ManageWebhookEndpointsError::ForbiddenUrl(
            ForbiddenWebhookTarget::PlainHttp
        ))
    ));
    let invalid = create(&manage, "shop.example.com").await;
    assert!(matches!(
        invalid,
        Err(ManageWebhookEndpointsError::InvalidUrl(
            InvalidWebhookTarget::NotAUrl
        ))
    ));
    manage.private_targets = PrivateTargets::Allowed;
    manage.endpoints = fixture.store.clone();
    let allowed = create(&manage, "http://127.0.0.1:9000/hook").await;
    assert_eq!(
        allowed.ok().flatten().as_deref(),
        Some("http://127.0.0.1:9000/hook")
    );
}

#[tokio::test]
async fn a_change_keeps_what_it_does_not_name() {
    let world = World::new().await;
    let (id, secret) = world.created().await;
    let account = world.fixture.account;
    let before = world.manage.show(account, id).await.expect("shown");
    let edit = WebhookEndpointEdit {
        url: Some("https://shop.example.org/x".to_owned()),
        description: Some(None),
        ..WebhookEndpointEdit::default()
    };
    let changed = world
        .manage
        .change((account, id), edit, AccountActor::Operator(operator()))
        .await;
    let changed = changed.expect("changed");
    assert_eq!(changed.url.as_deref(), Some("https://shop.example.org/x"));
    assert_eq!(changed.description, None);
    assert_eq!(
        (changed.events, changed.standing, changed.created_at),
        (before.events, before.standing, before.created_at)
    );
    assert_eq!(world.signing(id).await, [secret.to_text().as_str()]);
    let edit = WebhookEndpointEdit {
        description: Some(Some(description("New"))),
        events: Some(EventFilter::ALL),
        enabled: Some(false),
        ..WebhookEndpointEdit::default()
    };
    let changed = world
        .manage
        .change((account, id), edit, AccountActor::Operator(operator()))
        .await;
    let changed = changed.expect("changed");
    assert_eq!(changed.url.as_deref(), Some("https://shop.example.org/x"));
    assert_eq!(changed.description.as_deref(), Some("New"));
    assert_eq!(changed.events, EventFilter::ALL);
    assert_eq!(
        changed.standing,
        EndpointStanding::Disabled(DisabledReason::ByOwner)
    );
}

#[tokio::test]
async fn an_owner_enables_what_failed_and_the_account_wants_its_events_again() {
    let world = World::new().await;
    let (id, _) = world.created().await;
    let account = world.fixture.account;
    let failing = WebhookEndpointChange {
        standing: Some(EndpointStanding::Disabled(DisabledReason::Failing)),
        ..WebhookEndpointChange::default()
    };
    let store = &world.fixture.store;
    let disabled = store
        .change_webhook_endpoint(account, id, &failing, &world.fixture.entry())
        .await;
    assert!(disabled.expect("changed").is_some());
    let sent = WebhookEventKind::MessageSent;
    assert!(!world.account().await.rules.wanted_events.contains(sent));
    let edit = WebhookEndpointEdit {
        enabled: Some(true),
        ..WebhookEndpointEdit::default()
    };
    let enabled = world
        .manage
        .change((account, id), edit, AccountActor::Operator(operator()))
        .await;
    assert!(enabled.is_ok_and(|shown| shown.standing == EndpointStanding::Enabled));
    assert!(world.account().await.rules.wanted_events.contains(sent));
}

#[tokio::test]
async fn a_rotation_returns_the_new_secret_and_the_newest_two_sign_for_a_day() {
    let world = World::new().await;
    let (id, first) = world.created().await;
    let account = world.fixture.account;
    let rotate = async || {
        let rotated = world
            .manage
            .rotate_secret((account, id), AccountActor::Operator(operator()))
            .await;
        let (shown, secret) = rotated.expect("rotated");
        assert_eq!(shown.id, id);
        secret.to_text().as_str().to_owned()
    };
    let second = rotate().await;
    let first = first.to_text().as_str().to_owned();
    assert_ne!(first, second);
    assert_eq!(world.signing(id).await, [second.clone(), first]);
    world.fixture.clock.advance(Duration::from_secs(60));
    let third = rotate().await;
    assert_eq!(world.signing(id).await, [third.clone(), second]);
    let day = Duration::from_secs(24 * 60 * 60);
    world.fixture.clock.advance(day);
    assert_eq!(world.signing(id).await, [third]);
}

#[tokio::test]
async fn another_account_and_an_unknown_id_find_nothing() {
    let world = World::new().await;
    let (id, _) = world.created().await;
    let other = world.fixture.another_account().await;
    let unknown = WebhookEndpointId(Uuid::from_u128(42));
    for (account, id) in [(other, id), (world.fixture.account, unknown)] {
        let edit = WebhookEndpointEdit::default();
        let results = [
            world.manage.show(account, id).await.err(),
            world
                .manage
                .change((account, id), edit, AccountActor::Operator(operator()))
                .await
                .err(),
            world
                .manage
                .rotate_secret((account, id), AccountActor::Operator(operator()))
                .await
                .err(),
            world
                .manage
                .remove((account, id), AccountActor::Operator(operator()))
                .await
                .err(),
        ];
        for error in results {
            assert!(matches!(
                error,
                Some(ManageWebhookEndpointsError::EndpointNotFound)
            ));
        }
    }
    let removed = world
        .manage
        .remove(
            (world.fixture.account, id),
            AccountActor::Operator(operator()),
        )
        .await;
    removed.expect("removed");
    let left = world.manage.list(world.fixture.account).await;
    assert!(left.is_ok_and(|left| left.is_empty()));
}

#[tokio::test]
async fn the_twenty_first_endpoint_is_refused_and_a_test_account_has_its_own() {
    let world = World::new().await;
    for _ in 0..20 {
        world.created().await;
    }
    let refused = world
        .manage
        .create(world.new_endpoint(), AccountActor::Operator(operator()))
        .await;
    assert!(matches!(
        refused.err(),
        Some(ManageWebhookEndpointsError::TooMany)
    ));
    let test = world.fixture.test_account(world.fixture.account).await;
    let of_test = NewWebhookEndpoint {
        account_id: test,
        ..world.new_endpoint()
    };
    assert!(
        world
            .manage
            .create(of_test, AccountActor::Operator(operator()))
            .await
            .is_ok()
    );
    let listed = world.manage.list(test).await;
    assert!(listed.is_ok_and(|listed| listed.len() == 1));
}

#[tokio::test]
async fn without_the_accounts_key_nothing_is_readable_and_the_rest_works() {
    let world = World::new().await;
    let (id, _) = world.created().await;
    let account = world.fixture.account;
    let deleted = world.fixture.store.delete_account_key(account).await;
    assert!(deleted.expect("deleted"));
    let shown = world.manage.show(account, id).await;
    let shown = shown.expect("shown");
    assert_eq!((shown.url, shown.description), (None, None));
    for sealing in [
        world
            .manage
            .create(world.new_endpoint(), AccountActor::Operator(operator()))
            .await
            .err(),
        world
            .manage
            .rotate_secret((account, id), AccountActor::Operator(operator()))
            .await
            .err(),
    ] {
        assert!(matches!(
            sealing,
            Some(ManageWebhookEndpointsError::AccountNotFound)
        ));
    }
    let edit = WebhookEndpointEdit {
        enabled: Some(false),
        ..WebhookEndpointEdit::default()
    };
    assert!(
        world
            .manage
            .change((account, id), edit, AccountActor::Operator(operator()))
            .await
            .is_ok()
    );
    assert!(
        world
            .manage
            .remove((account, id), AccountActor::Operator(operator()))
            .await
            .is_ok()
    );
    let nobody = NewWebhookEndpoint {
        account_id: AccountId(Uuid::from_u128(42)),
        ..world.new_endpoint()
    };
    assert!(matches!(
        world
            .manage
            .create(nobody, AccountActor::Operator(operator()))
            .await
            .err(),
        Some(ManageWebhookEndpointsError::AccountNotFound)
    ));
}
