//! The use cases `Diagnose…`: what is asked, what is left out, and that nothing is changed.

use std::sync::Arc;

use otp_core::channel::whatsapp::health::Rating;
use otp_core::doctor::{Check, Finding};
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::ports::{
    AccountFacts, Examination, MailServerError, MockClock, MockMailServerProbe,
    MockProviderInspector, MockSchema, MockSenderExaminer, MockSenders, MockStorageDurability,
    MockTemplateRegistry, PortError, ProviderError, SchemaState, StorageSetting, SubscribedApp,
    TokenFacts,
};
use otp_core::time::Timestamp;
use otp_core::usecases::diagnose_clock::DiagnoseClock;
use otp_core::usecases::diagnose_mail_server::DiagnoseMailServer;
use otp_core::usecases::diagnose_senders::DiagnoseSenders;
use otp_core::usecases::diagnose_storage::DiagnoseStorage;
use otp_core::usecases::preflight_templates::PreflightTemplates;
use otp_testkit::{ScriptedSender, World};

use crate::templates::ports;

fn verdicts(findings: &[Finding]) -> Vec<(Check, &str)> {
    let verdict = |finding: &Finding| (finding.check, finding.verdict.as_str());
    findings.iter().map(verdict).collect()
}

async fn world() -> World {
    World::with_provider(ScriptedSender::default()).await
}

fn diagnose_senders(
    world: &World,
    inspector: MockProviderInspector,
    examiner: MockSenderExaminer,
    registry: MockTemplateRegistry,
) -> DiagnoseSenders {
    let store = &world.fixture.store;
    DiagnoseSenders {
        senders: store.clone(),
        healths: store.clone(),
        examiner: Arc::new(examiner),
        inspector: Arc::new(inspector),
        templates: PreflightTemplates {
            ports: ports(world, registry),
            accounts: store.clone(),
        },
        clock: world.fixture.clock.clone(),
    }
}

/// An inspector of `v26.0` that answers this about the token of the world's sender.
fn inspector(token: Result<TokenFacts, ProviderError>) -> MockProviderInspector {
    let mut inspector = MockProviderInspector::new();
    inspector
        .expect_api_version()
        .return_const("v26.0".to_owned());
    inspector
        .expect_inspect_token()
        .once()
        .withf(|token| token.expose() == "EAAGtoken")
        .return_once(move |_| token);
    inspector
}

#[tokio::test]
async fn a_sender_is_asked_about_token_number_account_webhooks_and_templates() {
    let world = world().await;
    let mut inspector = inspector(Ok(TokenFacts {
        is_valid: true,
        app_id: None,
        expires_at: None,
        scopes: Vec::new(),
    }));
    inspector
        .expect_inspect_account()
        .once()
        .return_once(|_| Ok(AccountFacts::default()));
    inspector
        .expect_list_subscribed_apps()
        .once()
        .return_once(|_| Ok(vec![SubscribedApp { id: None }]));
    let mut examiner = MockSenderExaminer::new();
    examiner
        .expect_examine()
        .once()
        .return_once(|_, _| Examination::Able(Rating::default()));
    let mut registry = MockTemplateRegistry::new();
    // The templates that the world has are not at the provider.
    registry
        .expect_list()
        .once()
        .return_once(|_| Ok(Vec::new()));
    let diagnose = diagnose_senders(&world, inspector, examiner, registry);
    let findings = diagnose.execute(true).await.expect("findings");
    let expected = [
        (Check::ApiVersion, "ok"),
        (Check::Token, "ok"),
        (Check::Number, "ok"),
        (Check::BusinessAccount, "ok"),
        (Check::Webhook, "ok"),
        (Check::Template, "problem"),
    ];
    assert_eq!(verdicts(&findings)[..6], expected, "{findings:#?}");
    let about = findings[1].about.as_deref();
    assert!(about.is_some_and(|about| about.starts_with("sender ")));
}

#[tokio::test]
async fn a_token_that_is_refused_is_one_finding_and_ends_the_questions() {
    let world = world().await;
    let refused = ProviderError::Refused {
        code: 190,
        subcode: None,
        words: "the session was invalidated".to_owned(),
    };
    // The mocks panic at any other question.
    let diagnose = diagnose_senders(
        &world,
        inspector(Err(refused)),
        MockSenderExaminer::new(),
        MockTemplateRegistry::new(),
    );
    let findings = diagnose.execute(true).await.expect("findings");
    let expected = [(Check::ApiVersion, "ok"), (Check::Token, "problem")];
    assert_eq!(verdicts(&findings), expected, "{findings:#?}");
}

#[tokio::test]
async fn an_installation_without_senders_asks_nobody() {
    let world = world().await;
    let mut inspector = MockProviderInspector::new();
    inspector
        .expect_api_version()
        .return_const("v26.0".to_owned());
    let mut senders = MockSenders::new();
    senders.expect_list().return_once(|| Ok(Vec::new()));
    let diagnose = DiagnoseSenders {
        senders: Arc::new(senders),
        ..diagnose_senders(
            &world,
            inspector,
            MockSenderExaminer::new(),
            MockTemplateRegistry::new(),
        )
    };
    let findings = diagnose.execute(true).await.expect("findings");
    let expected = [(Check::ApiVersion, "ok"), (Check::Senders, "warning")];
    assert_eq!(verdicts(&findings), expected);
}

fn schema(state: SchemaState) -> MockSchema {
    let mut schema = MockSchema::new();
    schema.expect_state().returning(move || Ok(state));
    schema.expect_migrate().never();
    schema
}

fn durability(settings: Result<Vec<StorageSetting>, PortError>) -> MockStorageDurability {
    let mut durability = MockStorageDurability::new();
    durability
        .expect_durability_settings()
        .return_once(move || settings);
    durability
}

fn diagnose_storage(world: &World, schema: MockSchema) -> DiagnoseStorage {
    DiagnoseStorage {
        schema: Arc::new(schema),
        durability: Arc::new(durability(Ok(Vec::new()))),
        keyring: world.fixture.store.clone(),
        master_keys: world.fixture.sealers().master_keys,
    }
}

#[tokio::test]
async fn a_storage_is_readable_if_schema_and_keys_fit() {
    let world = world().await;
    let storage = diagnose_storage(&world, schema(SchemaState::UpToDate));
    let found = storage.execute().await;
    let expected = [
        (Check::Database, "ok"),
        (Check::Durability, "ok"),
        (Check::Migrations, "ok"),
        (Check::Keyring, "ok"),
    ];
    assert_eq!(verdicts(&found.findings), expected);
    assert!(found.is_readable);

    let other = MasterKey::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=").expect("a key");
    let storage = DiagnoseStorage {
        master_keys: Arc::new(MasterKeys::new(&other, &[])),
        ..diagnose_storage(&world, schema(SchemaState::UpToDate))
    };
    let found = storage.execute().await;
    assert_eq!(verdicts(&found.findings)[3], (Check::Keyring, "problem"));
    assert!(!found.is_readable);
}

#[tokio::test]
async fn a_schema_that_does_not_serve_ends_the_reading() {
    let world = world().await;
    let behind = SchemaState::Behind {
        pending: 1,
        serves: false,
    };
    let lossy = StorageSetting {
        name: "fsync".to_owned(),
        value: "off".to_owned(),
    };
    let storage = DiagnoseStorage {
        durability: Arc::new(durability(Ok(vec![lossy]))),
        ..diagnose_storage(&world, schema(behind))
    };
    let found = storage.execute().await;
    let expected = [
        (Check::Database, "ok"),
        (Check::Durability, "problem"),
        (Check::Migrations, "problem"),
    ];
    assert_eq!(verdicts(&found.findings), expected);
    assert!(!found.is_readable);
}

#[tokio::test]
async fn settings_that_cannot_be_read_are_a_problem_of_their_own() {
    let world = world().await;
    let away = PortError::Unavailable("away".into());
    let storage = DiagnoseStorage {
        durability: Arc::new(durability(Err(away))),
        ..diagnose_storage(&world, schema(SchemaState::UpToDate))
    };
    let found = storage.execute().await;
    assert_eq!(verdicts(&found.findings)[1], (Check::Durability, "problem"));
}

#[tokio::test]
async fn the_clock_is_compared_with_the_providers() {
    let clock_at = |millis: i64| {
        let mut clock = MockClock::new();
        clock
            .expect_now()
            .times(1..=2)
            .returning(move || Timestamp::from_unix_millis(millis));
        Arc::new(clock)
    };
    let telling = |time: Result<Timestamp, ProviderError>| {
        let mut inspector = MockProviderInspector::new();
        inspector.expect_tell_time().return_once(move || time);
        Arc::new(inspector)
    };
    let theirs = Timestamp::from_unix_millis(1_000_000);
    let away = || Err(ProviderError::Unavailable("no answer in time".to_owned()));
    for (ours, theirs, expected) in [
        (1_000_500, Ok(theirs), "ok"),
        (1_010_000, Ok(theirs), "warning"),
        (900_000, Ok(theirs), "problem"),
        (900_000, away(), "warning"),
    ] {
        let diagnose = DiagnoseClock {
            clock: clock_at(ours),
            inspector: telling(theirs),
        };
        let finding = diagnose.execute().await;
        assert_eq!(finding.verdict.as_str(), expected, "{finding:?}");
    }
}

#[tokio::test]
async fn the_mail_server_is_tried_if_there_is_one() {
    let mut probe = MockMailServerProbe::new();
    let refused = MailServerError::Refused("535".to_owned());
    probe
        .expect_try_sign_in()
        .once()
        .return_once(|| Err(refused));
    let tried = DiagnoseMailServer {
        probe: Some(Arc::new(probe)),
    };
    assert!(tried.execute().await.verdict.is_problem());
    let none = DiagnoseMailServer { probe: None };
    assert_eq!(none.execute().await.verdict.as_str(), "warning");
}
