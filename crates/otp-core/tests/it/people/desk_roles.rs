//! The roles of the staff that manages accounts, credits, plans, senders and templates.

use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::{CodeExpiry, TemplateName};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::credits::Credits;
use otp_core::language::LanguageTag;
use otp_core::person::PersonalDetails;
use otp_core::person::permission::{StaffAction, staff_allowed};
use otp_core::person::staff::StaffRole;
use otp_core::ports::MockTemplateRegistry;
use otp_core::pricing::PriceKey;
use otp_core::proof::ProofSubject;
use otp_core::recipient::PhoneNumber;
use otp_core::usecases::add_person::{AddPerson, AddPersonError, NewPerson};
use otp_core::usecases::add_sender::{AddSender, AddSenderError, NewSender};
use otp_core::usecases::add_template::{AddTemplate, AddTemplateError, ApprovedTemplate};
use otp_core::usecases::change_account::{AccountEdit, ChangeAccount, ChangeAccountError};
use otp_core::usecases::create_account::{CreateAccount, CreateAccountError};
use otp_core::usecases::create_plan::{CreatePlan, CreatePlanError, NewPlan};
use otp_core::usecases::create_templates::{CreateTemplates, NewTemplate};
use otp_core::usecases::grant_subscription::{
    GrantSubscription, GrantSubscriptionError, NewSubscription,
};
use otp_core::usecases::manage_reviewer_numbers::{
    ManageReviewerNumbers, ManageReviewerNumbersError, NewReviewerNumber,
};
use otp_core::usecases::open_test_account::{OpenTestAccount, OpenTestAccountError};
use otp_core::usecases::remove_sender::{RemoveSender, RemoveSenderError};
use otp_core::usecases::replace_access_token::{
    NewAccessToken, ReplaceAccessToken, ReplaceAccessTokenError,
};
use otp_core::usecases::reset_second_factor::ResetSecondFactorError;
use otp_core::usecases::resume_sender::{ResumeSender, ResumeSenderError};
use otp_core::usecases::resume_session::ViewerStaff;
use otp_core::usecases::retire_plan::{RetirePlan, RetirePlanError};
use otp_core::usecases::revoke_subscription::{RevokeSubscription, RevokeSubscriptionError};
use otp_core::usecases::set_prices::{SetPrices, SetPricesError};
use otp_core::usecases::staff_actor::StaffActor;
use otp_core::usecases::stop_sender::{StopSender, StopSenderError};
use otp_core::usecases::sync_templates::AdministerTemplatesError;
use otp_core::usecases::unset_price::{UnsetPrice, UnsetPriceError};
use otp_core::verification::OwnCode;
use otp_testkit::contract::fixture::new_account;

use super::*;
use crate::templates::{name, ports, sync_templates};

/// A use case whose fields are the fixture's store, clock and randomness, and what else is named.
macro_rules! built {
    ($fixture:ident, $type:ident { $($store:ident),* } $(, $field:ident: $value:expr)*) => {
        $type {
            $($store: $fixture.store.clone(),)*
            $($field: $value,)*
            clock: $fixture.clock.clone(),
            randomness: $fixture.randomness.clone(),
        }
    };
}

/// Tries everything that staff does at the desk, and returns what each needs and whether it was forbidden.
async fn tried<'a>(gateway: &Gateway, by: impl Fn() -> StaffActor<'a>) -> Vec<(StaffAction, bool)> {
    use StaffAction::{GrantCredits, ManageAccounts, ManagePlans, ManageSenders};
    let world = &gateway.world;
    let fixture = &world.fixture;
    let account = fixture.another_account().await;
    let digits = |text| ProviderId::parse(text).expect("digits");
    let sender = fixture.add_sender(account, digits("1060001")).await;
    let doomed = fixture.add_sender(account, digits("1060002")).await;
    let given = fixture.grant_to(account, 5).await;
    let plan = gateway.plan(&format!("Plan of {}", account.0)).await;
    let token = || AccessToken::parse("EAAGother").expect("a token");
    let language = LanguageTag::parse("ar").expect("a language");
    let price = PriceKey::Email;
    let registry = || {
        let mut registry = MockTemplateRegistry::new();
        registry.expect_list().returning(|_| Ok(Vec::new()));
        registry
    };
    let mut all = Vec::new();
    macro_rules! attempt {
        ($action:ident, $attempt:expr, $forbidden:pat) => {
            all.push(($action, matches!($attempt.await, Err($forbidden))));
        };
    }

    let create = built!(fixture, CreatePlan { plans });
    let new = NewPlan {
        name: format!("New plan of {}", account.0),
        credits: Credits::ONE,
        price: None,
    };
    attempt!(
        ManagePlans,
        create.execute(new, by()),
        CreatePlanError::Forbidden
    );
    let retire = built!(fixture, RetirePlan { plans });
    attempt!(
        ManagePlans,
        retire.execute(plan.id, by()),
        RetirePlanError::Forbidden
    );
    let set = built!(fixture, SetPrices { prices });
    let prices = [(price, Credits::ONE)];
    attempt!(
        ManagePlans,
        set.execute(&prices, by()),
        SetPricesError::Forbidden
    );
    let unset = built!(fixture, UnsetPrice { prices });
    attempt!(
        ManagePlans,
        unset.execute(price, by()),
        UnsetPriceError::Forbidden
    );

    let grant = built!(
        fixture,
        GrantSubscription {
            subscriptions,
            plans
        }
    );
    let new = NewSubscription {
        account_id: account,
        credits: Credits::ONE,
        plan_id: None,
    };
    attempt!(
        GrantCredits,
        grant.execute(new, by()),
        GrantSubscriptionError::Forbidden
    );
    let revoke = built!(fixture, RevokeSubscription { subscriptions });
    attempt!(
        GrantCredits,
        revoke.execute(given, by()),
        RevokeSubscriptionError::Forbidden
    );

    let keys = || Arc::clone(&fixture.master_keys);
    let create = built!(fixture, CreateAccount { accounts }, master_keys: keys());
    attempt!(
        ManageAccounts,
        create.execute(new_account(), by()),
        CreateAccountError::Forbidden
    );
    let change = built!(fixture, ChangeAccount { accounts }, sealers: fixture.sealers());
    let edit = AccountEdit {
        proof_subject: Some(ProofSubject::default()),
        ..AccountEdit::default()
    };
    attempt!(
        ManageAccounts,
        change.execute(account, edit, by()),
        ChangeAccountError::Forbidden
    );
    let open = built!(
        fixture,
        OpenTestAccount { accounts },
        sealers: fixture.sealers(),
        master_keys: keys()
    );
    attempt!(
        ManageAccounts,
        open.execute(account, by()),
        OpenTestAccountError::Forbidden
    );
    let add = AddPerson {
        accounts: fixture.store.clone(),
        persons: fixture.store.clone(),
        passwords: gateway.passwords.clone(),
        installation: Arc::clone(&fixture.installation),
        links: gateway.sign_in_by_link(),
    };
    let address = EmailAddress::parse(&format!("{}@noor.example", account.0)).expect("an address");
    let new = NewPerson {
        account_id: account,
        details: PersonalDetails {
            email: address.clone(),
            name: ContactLine::parse("Omar").expect("a name"),
        },
        role: AccountRole::Viewer,
    };
    attempt!(
        ManageAccounts,
        add.execute(new, by()),
        AddPersonError::Forbidden
    );
    let reset = gateway.reset_second_factor();
    attempt!(
        ManageAccounts,
        reset.execute(&address, by()),
        ResetSecondFactorError::Forbidden
    );
    let numbers = ManageReviewerNumbers {
        numbers: fixture.store.clone(),
        accounts: fixture.store.clone(),
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let to = PhoneNumber::parse("+966551234567").expect("a number");
    let new = NewReviewerNumber {
        account_id: account,
        to: to.clone(),
        code: OwnCode::parse("1234").expect("a code"),
        lifetime: Duration::from_secs(60),
    };
    attempt!(
        ManageAccounts,
        numbers.add(new, by()),
        ManageReviewerNumbersError::Forbidden
    );
    let remove = numbers.remove(account, &to, by());
    attempt!(
        ManageAccounts,
        remove,
        ManageReviewerNumbersError::Forbidden
    );

    let add = built!(fixture, AddSender { senders }, sealers: fixture.sealers());
    let new = NewSender {
        account_id: account,
        phone_number_id: digits("1060003"),
        waba_id: digits("1020001"),
        phone: ContactNumber::parse("+15550783881").expect("a number"),
        access_token: token(),
    };
    attempt!(
        ManageSenders,
        add.execute(new, by()),
        AddSenderError::Forbidden
    );
    let replace =
        built!(fixture, ReplaceAccessToken { senders, healths }, sealers: fixture.sealers());
    let new = NewAccessToken {
        sender: sender.id,
        token: token(),
    };
    attempt!(
        ManageSenders,
        replace.execute(new, by()),
        ReplaceAccessTokenError::Forbidden
    );
    let stop = built!(fixture, StopSender { healths });
    attempt!(
        ManageSenders,
        stop.execute(sender.id, by()),
        StopSenderError::Forbidden
    );
    let resume = built!(fixture, ResumeSender { healths });
    attempt!(
        ManageSenders,
        resume.execute(sender.id, by()),
        ResumeSenderError::Forbidden
    );
    let remove = built!(fixture, RemoveSender { senders });
    attempt!(
        ManageSenders,
        remove.execute(doomed.id, by()),
        RemoveSenderError::Forbidden
    );
    let add = built!(fixture, AddTemplate { senders, templates });
    let approved = ApprovedTemplate {
        sender_id: sender.id,
        name: TemplateName::parse("otp_code").expect("a name"),
        language: language.clone(),
    };
    attempt!(
        ManageSenders,
        add.execute(approved, by()),
        AddTemplateError::Forbidden
    );
    let sync = sync_templates(world, registry());
    attempt!(
        ManageSenders,
        sync.execute(&sender, by()),
        AdministerTemplatesError::Forbidden
    );
    let create = CreateTemplates {
        ports: ports(world, registry()),
    };
    let expiry = CodeExpiry::from_minutes(5).expect("an expiry");
    let new = NewTemplate {
        sender: &sender,
        draft: &TemplateDraft::try_new(name(), expiry, None).expect("a draft"),
        languages: &[],
    };
    attempt!(
        ManageSenders,
        create.execute(new, by()),
        AdministerTemplatesError::Forbidden
    );
    all
}

#[tokio::test]
async fn the_desk_forbids_each_role_what_its_table_does_not_allow() {
    let gateway = Gateway::new().await;
    let person = holder(&gateway, ADDRESS).await;
    for role in StaffRole::ALL {
        for has_second_factor in [true, false] {
            let mut viewer = person.clone();
            viewer.staff = Some(ViewerStaff {
                role,
                has_second_factor,
            });
            for (action, is_forbidden) in tried(&gateway, || StaffActor::Viewer(&viewer)).await {
                let may = has_second_factor && staff_allowed(role, action);
                assert_eq!(is_forbidden, !may, "{role:?}: {action:?}");
            }
        }
    }
    let tried = tried(&gateway, || StaffActor::Viewer(&person)).await;
    assert!(tried.iter().all(|(_, is_forbidden)| *is_forbidden));
}

#[tokio::test]
async fn what_cannot_be_taken_back_asks_for_a_fresh_proof() {
    let gateway = Gateway::new().await;
    let fixture = &gateway.world.fixture;
    let account = fixture.another_account().await;
    let number = ProviderId::parse("1060001").expect("digits");
    let sender = fixture.add_sender(account, number).await;
    let plan = gateway.plan("Standard").await;
    let given = fixture.grant_to(account, 5).await;
    let mut admin = holder(&gateway, ADDRESS).await;
    admin.staff = Some(ViewerStaff {
        role: StaffRole::Admin,
        has_second_factor: true,
    });
    fixture.clock.advance(FRESH);
    let by = || StaffActor::Viewer(&admin);

    let create = built!(fixture, CreatePlan { plans });
    let new = NewPlan {
        name: "Other".to_owned(),
        credits: Credits::ONE,
        price: None,
    };
    let created = create.execute(new, by()).await;
    assert!(matches!(created, Err(CreatePlanError::NotFresh)));
    let retire = built!(fixture, RetirePlan { plans });
    let retired = retire.execute(plan.id, by()).await;
    assert!(matches!(retired, Err(RetirePlanError::NotFresh)));
    let grant = built!(
        fixture,
        GrantSubscription {
            subscriptions,
            plans
        }
    );
    let new = NewSubscription {
        account_id: account,
        credits: Credits::ONE,
        plan_id: None,
    };
    let granted = grant.execute(new, by()).await;
    assert!(matches!(granted, Err(GrantSubscriptionError::NotFresh)));
    let revoke = built!(fixture, RevokeSubscription { subscriptions });
    let revoked = revoke.execute(given, by()).await;
    assert!(matches!(revoked, Err(RevokeSubscriptionError::NotFresh)));
    let change = built!(fixture, ChangeAccount { accounts }, sealers: fixture.sealers());
    let changed = change.execute(account, AccountEdit::default(), by()).await;
    assert!(matches!(changed, Err(ChangeAccountError::NotFresh)));
    let stop = built!(fixture, StopSender { healths });
    let stopped = stop.execute(sender.id, by()).await;
    assert!(matches!(stopped, Err(StopSenderError::NotFresh)));
    let resume = built!(fixture, ResumeSender { healths });
    let resumed = resume.execute(sender.id, by()).await;
    assert!(matches!(resumed, Err(ResumeSenderError::NotFresh)));

    // A price can be set again, and a list that was pasted is not lost.
    let set = built!(fixture, SetPrices { prices });
    let done = set.execute(&[(PriceKey::Email, Credits::ONE)], by()).await;
    done.expect("set");
}
