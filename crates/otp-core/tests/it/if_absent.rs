//! Creates that a script repeats: the second one returns what the first one created.

use std::sync::Arc;

use otp_core::account::{AccountChange, AccountStanding};
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::AccountId;
use otp_core::language::LanguageTag;
use otp_core::ports::{Plans, Prices, Senders};
use otp_core::pricing::PriceKey;
use otp_core::usecases::add_sender::{AddSender, NewSender};
use otp_core::usecases::add_template::{AddTemplate, ApprovedTemplate};
use otp_core::usecases::create_plan::{CreatePlan, NewPlan};
use otp_core::usecases::find_accounts::FindAccounts;
use otp_core::usecases::set_prices::SetPrices;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, contact, credits, staff_operator};

async fn fixture() -> Fixture {
    Fixture::new(Arc::new(MemoryStore::default())).await
}

#[tokio::test]
async fn a_plan_is_created_once_under_its_name() {
    let fixture = fixture().await;
    let create = CreatePlan {
        plans: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let plan = |name: &str, amount| NewPlan {
        name: name.to_owned(),
        credits: credits(amount),
        price: None,
    };
    let other = create
        .execute_if_absent(plan("Other", 1), staff_operator())
        .await;
    other.expect("created");
    let created = create
        .execute_if_absent(plan("Start", 5), staff_operator())
        .await;
    let created = created.expect("created");
    let again = create
        .execute_if_absent(plan("Start", 6), staff_operator())
        .await;
    assert_eq!(again.expect("found"), created);
    let plans = Plans::list(&*fixture.store).await.expect("list");
    assert_eq!(plans.len(), 2);
}

#[tokio::test]
async fn a_sender_and_its_template_are_added_once() {
    let fixture = fixture().await;
    let add = AddSender {
        senders: fixture.store.clone(),
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let new = |account_id: AccountId, token: &str| NewSender {
        account_id,
        phone_number_id: ProviderId::parse("100").expect("digits"),
        waba_id: ProviderId::parse("200").expect("digits"),
        phone: ContactNumber::parse("+15550783881").expect("a number"),
        access_token: AccessToken::parse(token).expect("a token"),
    };
    let other = fixture.another_account().await;
    let of_other = add
        .execute_if_absent(new(other, "EAAGother"), staff_operator())
        .await;
    let of_other = of_other.expect("added");
    let added = add
        .execute_if_absent(new(fixture.account, "EAAGfirst"), staff_operator())
        .await;
    let added = added.expect("added");
    let again = add
        .execute_if_absent(new(fixture.account, "EAAGsecond"), staff_operator())
        .await;
    assert_eq!(again.expect("found"), added);
    let senders = Senders::list(&*fixture.store).await.expect("list");
    assert_eq!(senders, [of_other, added.clone()]);

    let add_template = AddTemplate {
        senders: fixture.store.clone(),
        templates: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    let approved = |language: &str| ApprovedTemplate {
        sender_id: added.id,
        name: TemplateName::parse("otp_code").expect("a name"),
        language: LanguageTag::parse(language).expect("a language"),
    };
    let english = add_template
        .execute_if_absent(approved("en"), staff_operator())
        .await;
    let arabic = add_template
        .execute_if_absent(approved("ar"), staff_operator())
        .await;
    assert_ne!(
        english.expect("added"),
        arabic.as_ref().expect("added").clone()
    );
    let again = add_template
        .execute_if_absent(approved("ar"), staff_operator())
        .await;
    assert_eq!(again.expect("found"), arabic.expect("added"));
}

#[tokio::test]
async fn a_price_that_is_set_is_kept() {
    let fixture = fixture().await;
    let key = |text: &str| PriceKey::parse(text).expect("a key");
    let (sa, eg) = (key("SA"), key("EG"));
    let set = SetPrices {
        prices: fixture.store.clone(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    };
    set.execute(&[(sa, credits(2))], staff_operator())
        .await
        .expect("set");
    let wanted = [(eg, credits(4)), (sa, credits(3))];
    let prices = set
        .execute_if_absent(&wanted, staff_operator())
        .await
        .expect("set");
    assert_eq!(prices, [(eg, credits(4)), (sa, credits(2))]);
    let listed = Prices::list(&*fixture.store).await.expect("list");
    assert_eq!(listed, [(eg, credits(4)), (sa, credits(2))]);
}

#[tokio::test]
async fn an_account_is_found_by_its_address_until_it_is_closed() {
    let fixture = fixture().await;
    let find = FindAccounts {
        accounts: fixture.store.clone(),
        keyring: fixture.store.clone(),
        master_keys: Arc::clone(&fixture.master_keys),
    };
    let second = fixture.another_account().await;
    let email = contact().email;
    let oldest = find.find_by_email(&email).await.expect("find");
    assert_eq!(oldest.map(|found| found.account.id), Some(fixture.account));
    for (closed, left) in [(fixture.account, Some(second)), (second, None)] {
        let change = AccountChange {
            standing: Some(AccountStanding::Closed),
            ..AccountChange::default()
        };
        let changed = fixture.change(closed, &change).await;
        assert!(changed.expect("change"));
        let found = find.find_by_email(&email).await.expect("find");
        assert_eq!(found.map(|found| found.account.id), left);
    }
}
