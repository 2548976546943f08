//! Small use cases of the administration: how each reports a conflict, and what it passes on.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry, GATEWAY};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{TemplateName, TemplateStatus};
use otp_core::credits::Credits;
use otp_core::ids::{ApiKeyId, PlanId, SenderId};
use otp_core::language::LanguageTag;
use otp_core::plan::Plan;
use otp_core::ports::{
    Clock, MockApiKeys, MockNoticeSender, MockPlans, MockPrices, MockSenders, MockTemplates,
    NoticeError, Plans, PortError,
};
use otp_core::pricing::PriceKey;
use otp_core::recipient::EmailAddress;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::add_template::{AddTemplate, AddTemplateError, ApprovedTemplate};
use otp_core::usecases::create_plan::{CreatePlan, CreatePlanError, NewPlan};
use otp_core::usecases::grant_subscription::{
    GrantSubscription, GrantSubscriptionError, NewSubscription,
};
use otp_core::usecases::remove_sender::{RemoveSender, RemoveSenderError};
use otp_core::usecases::retire_plan::{RetirePlan, RetirePlanError};
use otp_core::usecases::revoke_api_key::{RevokeApiKey, RevokeApiKeyError};
use otp_core::usecases::send_test_mail::{SendTestMail, SendTestMailError, SendTestMailRequest};
use otp_core::usecases::unset_price::{UnsetPrice, UnsetPriceError};
use otp_testkit::contract::fixture::{Fixture, START, operator, staff_operator};
use otp_testkit::{ManualClock, MemoryStore, SeededRandomness};
use uuid::Uuid;

const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(1));
const SENDER: SenderId = SenderId(Uuid::from_u128(2));

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(START))
}

fn randomness() -> Arc<SeededRandomness> {
    Arc::new(SeededRandomness::new(7))
}

/// Whether the entry says that the operator did this now.
fn says(entry: &AuditEntry, action: AuditAction, subject: Uuid) -> bool {
    (entry.at, entry.action, entry.subject) == (START, action, subject) && entry.actor == operator()
}

fn conflict() -> PortError {
    PortError::Conflict("taken".into())
}

fn failure() -> PortError {
    PortError::Backend("the disk is full".into())
}

#[tokio::test]
async fn a_key_is_revoked_now_and_an_unknown_one_is_not_found() {
    for is_known in [true, false] {
        let mut keys = MockApiKeys::new();
        keys.expect_revoke()
            .withf(|id, at, entry| {
                (*id, *at) == (KEY, START) && says(entry, AuditAction::RevokeApiKey, KEY.0)
            })
            .return_once(move |_, _, _| Ok(is_known));
        let revoke_api_key = RevokeApiKey {
            keys: Arc::new(keys),
            clock: clock(),
            randomness: randomness(),
        };
        match revoke_api_key
            .execute(KEY, AccountActor::Operator(operator()))
            .await
        {
            Ok(()) => assert!(is_known),
            Err(error @ RevokeApiKeyError::NotFound(KEY)) => {
                assert!(!is_known);
                assert_eq!(error.to_string(), format!("no API key has the id {KEY}"));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_sender_is_removed_now_and_an_unknown_one_is_not_found() {
    for is_known in [true, false] {
        let mut senders = MockSenders::new();
        senders
            .expect_remove()
            .withf(|id, at, entry| {
                (*id, *at) == (SENDER, START) && says(entry, AuditAction::RemoveSender, SENDER.0)
            })
            .return_once(move |_, _, _| Ok(is_known));
        let remove_sender = RemoveSender {
            senders: Arc::new(senders),
            clock: clock(),
            randomness: randomness(),
        };
        match remove_sender.execute(SENDER, staff_operator()).await {
            Ok(()) => assert!(is_known),
            Err(RemoveSenderError::NotFound) => assert!(!is_known),
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_price_is_unset_and_one_that_is_not_set_is_not_found() {
    for is_set in [true, false] {
        let mut prices = MockPrices::new();
        prices
            .expect_unset()
            .withf(|key, entry| {
                *key == PriceKey::Email && says(entry, AuditAction::UnsetPrice, GATEWAY)
            })
            .return_once(move |_, _| Ok(is_set));
        let unset_price = UnsetPrice {
            prices: Arc::new(prices),
            clock: clock(),
            randomness: randomness(),
        };
        match unset_price.execute(PriceKey::Email, staff_operator()).await {
            Ok(()) => assert!(is_set),
            Err(UnsetPriceError::NotSet(PriceKey::Email)) => assert!(!is_set),
            Err(error) => panic!("{error}"),
        }
    }
}

async fn create_plan(stored: Result<(), PortError>) -> Result<(), CreatePlanError> {
    let mut plans = MockPlans::new();
    plans.expect_create().return_once(|_, _| stored);
    let create_plan = CreatePlan {
        plans: Arc::new(plans),
        clock: clock(),
        randomness: randomness(),
    };
    let new = NewPlan {
        name: "Starter".to_owned(),
        credits: Credits::ONE,
        price: None,
    };
    let plan = create_plan.execute(new, staff_operator()).await?;
    assert_eq!((plan.name.as_str(), plan.created_at), ("Starter", START));
    Ok(())
}

#[tokio::test]
async fn the_name_of_a_plan_can_be_taken() {
    assert!(create_plan(Ok(())).await.is_ok());
    let taken = create_plan(Err(conflict())).await;
    assert!(matches!(taken, Err(CreatePlanError::NameTaken)));
    let failed = create_plan(Err(failure())).await;
    assert!(matches!(
        failed,
        Err(CreatePlanError::Port(PortError::Backend(_)))
    ));
}

#[tokio::test]
async fn a_retired_plan_cannot_be_granted() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let plan = |name: &str, retired_at| Plan {
        id: PlanId::generate(START, &*fixture.randomness),
        name: name.to_owned(),
        credits: Credits::ONE,
        price: None,
        created_at: START,
        retired_at,
    };
    let (current, retired) = (plan("Current", None), plan("Retired", Some(START)));
    for made in [&current, &retired] {
        let created = Plans::create(&*fixture.store, made, &fixture.entry()).await;
        created.expect("created");
    }
    let grant = GrantSubscription {
        subscriptions: fixture.store.clone(),
        plans: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let new = |plan: &Plan| NewSubscription {
        account_id: fixture.account,
        credits: Credits::ONE,
        plan_id: Some(plan.id),
    };
    let refused = grant.execute(new(&retired), staff_operator()).await;
    assert!(matches!(
        refused,
        Err(GrantSubscriptionError::PlanRetired(id)) if id == retired.id
    ));
    assert_eq!(fixture.subscriptions().await, []);
    grant
        .execute(new(&current), staff_operator())
        .await
        .expect("granted");
}

#[tokio::test]
async fn a_plan_keeps_the_time_at_which_it_was_retired_first() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let plan = Plan {
        id: PlanId::generate(START, &*fixture.randomness),
        name: "Starter".to_owned(),
        credits: Credits::ONE,
        price: None,
        created_at: START,
        retired_at: None,
    };
    let created = Plans::create(&*fixture.store, &plan, &fixture.entry()).await;
    created.expect("created");
    let retire = RetirePlan {
        plans: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    fixture.clock.advance(Duration::from_secs(1));
    let retired = Plan {
        retired_at: Some(fixture.clock.now()),
        ..plan
    };
    for _ in 0..2 {
        assert_eq!(
            retire
                .execute(retired.id, staff_operator())
                .await
                .expect("retired"),
            retired
        );
        fixture.clock.advance(Duration::from_secs(1));
    }
    let unknown = PlanId(Uuid::nil());
    let refused = retire.execute(unknown, staff_operator()).await;
    assert!(matches!(refused, Err(RetirePlanError::NotFound(id)) if id == unknown));
}

async fn add_template(
    is_known: bool,
    stored: Result<(), PortError>,
) -> Result<(), AddTemplateError> {
    let mut templates = MockTemplates::new();
    templates.expect_add_template().return_once(|_, _| stored);
    let mut senders = MockSenders::new();
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let phone_number_id = ProviderId::parse("106540352242922").expect("an id");
    let sender = fixture.add_sender(fixture.account, phone_number_id).await;
    let found = is_known.then(|| sender.clone());
    senders.expect_find().return_once(|_| Ok(found));
    let add_template = AddTemplate {
        senders: Arc::new(senders),
        templates: Arc::new(templates),
        clock: clock(),
        randomness: randomness(),
    };
    let approved = ApprovedTemplate {
        sender_id: SENDER,
        name: TemplateName::parse("otp_code").expect("a name"),
        language: LanguageTag::parse("ar").expect("a language"),
    };
    let template = add_template.execute(approved, staff_operator()).await?;
    assert_eq!(template.sender_id, SENDER);
    assert_eq!(template.status, TemplateStatus::APPROVED);
    assert_eq!(template.status_since, None, "the provider has not said so");
    Ok(())
}

#[tokio::test]
async fn a_template_is_assumed_approved_and_added_once() {
    assert!(add_template(true, Ok(())).await.is_ok());
    let again = add_template(true, Err(conflict())).await;
    assert!(matches!(again, Err(AddTemplateError::AlreadyAdded)));
    let unknown = add_template(false, Ok(())).await;
    assert!(matches!(
        unknown,
        Err(AddTemplateError::UnknownSender(SENDER))
    ));
    let failed = add_template(true, Err(failure())).await;
    assert!(matches!(
        failed,
        Err(AddTemplateError::Port(PortError::Backend(_)))
    ));
}

fn test_mail() -> SendTestMailRequest {
    SendTestMailRequest {
        to: EmailAddress::parse("ops@example.com").expect("an address"),
        language: UiLanguage::Arabic,
    }
}

#[test]
fn a_test_mail_is_logged_without_its_address() {
    assert_eq!(format!("{:?}", test_mail()), "SendTestMailRequest(…)");
}

#[tokio::test]
async fn a_test_mail_is_sent_under_the_id_that_is_returned() {
    let request = test_mail();
    let refused = NoticeError::Refused("550".to_owned());
    for answer in [Ok(()), Err(refused.clone())] {
        let (sent, ids) = std::sync::mpsc::channel();
        let mut sender = MockNoticeSender::new();
        let returned = answer.clone();
        sender.expect_send_test().return_once(move |mail| {
            assert_eq!(mail.to.as_str(), "ops@example.com");
            assert_eq!((mail.language, mail.at), (UiLanguage::Arabic, START));
            sent.send(mail.id).expect("the test waits");
            returned
        });
        let send_test_mail = SendTestMail {
            sender: Arc::new(sender),
            clock: clock(),
            randomness: randomness(),
        };
        match send_test_mail.execute(request.clone()).await {
            Ok(id) => assert_eq!((Ok(id), Ok(())), (ids.recv(), answer)),
            Err(SendTestMailError::Sender(error)) => assert_eq!(Err(error), answer),
        }
    }
}
