//! E-mail: the sender of an account's mails, from the operator's words to the route of a mail.

use std::sync::Arc;

use otp_core::account::ContactLine;
use otp_core::channel::email::{BrandColour, EmailSender};
use otp_core::ids::AccountId;
use otp_core::language::LanguageTag;
use otp_core::recipient::{Domain, EmailAddress};
use otp_core::send::{Refusal, SendingProfile};
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::change_account::{AccountEdit, ChangeAccount, ChangeAccountError};
use otp_core::usecases::find_accounts::FindAccounts;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::{Fixture, contact, staff_operator};
use uuid::Uuid;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

fn change_account(fixture: &Fixture) -> ChangeAccount {
    ChangeAccount {
        accounts: fixture.store.clone(),
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    }
}

fn of_sender(sender: Option<EmailSender>) -> AccountEdit {
    AccountEdit {
        email_sender: Some(sender),
        ..AccountEdit::default()
    }
}

fn sender() -> EmailSender {
    let line = |text| ContactLine::parse(text).expect("a line");
    EmailSender {
        address: Some(address("codes@shop.example")),
        name: Some(line("أمل للتجارة")),
        product: None,
        colour: Some(BrandColour::parse("#0a7d33").expect("a colour")),
        domain: Some(Domain::parse("shop.example").expect("a domain")),
    }
}

async fn profile(fixture: &Fixture) -> Arc<SendingProfile> {
    let found = fixture.store.find_sending_profile(fixture.account).await;
    found.expect("look up").expect("an account")
}

#[tokio::test]
async fn a_sender_that_an_operator_sets_is_shown_and_named_by_the_next_mail() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let find = FindAccounts {
        accounts: fixture.store.clone(),
        keyring: fixture.store.clone(),
        master_keys: fixture.master_keys.clone(),
    };
    let gateway = address("otp@gateway.example");
    let tag = LanguageTag::parse("ar_EG").expect("a tag");
    let change = change_account(&fixture);
    for set in [None, Some(sender()), None] {
        let changed = change
            .execute(fixture.account, of_sender(set.clone()), staff_operator())
            .await;
        changed.expect("changed");
        let shown = find.find(fixture.account).await.expect("find");
        assert_eq!(shown.expect("an account").email_sender, set);
        let profile = profile(&fixture).await;
        let route = profile.email_route(Some(&gateway), Some(&tag), &fixture.sealer);
        let route = route.expect("opens").expect("a route");
        let expected = set
            .unwrap_or_default()
            .identity(&gateway, contact().company);
        assert_eq!(route.identity, expected);
        assert_eq!(route.language, UiLanguage::Arabic);
    }
}

#[tokio::test]
async fn a_gateway_without_a_mail_server_has_no_sender_of_mails() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let change = change_account(&fixture);
    let changed = change.execute(fixture.account, of_sender(Some(sender())), staff_operator());
    changed.await.expect("changed");
    let route = profile(&fixture).await;
    let route = route.email_route(None, None, &fixture.sealer);
    assert_eq!(route.expect("opens"), Err(Refusal::EmailSenderNotFound));
}

#[tokio::test]
async fn a_sender_sealed_for_another_account_does_not_open() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let other = fixture.another_account().await;
    let sealed = sender().seal(&*fixture.sealer_of(other).await, &*fixture.randomness);
    let mut profile = SendingProfile::clone(&*profile(&fixture).await);
    profile.email.sender = Some(sealed);
    let gateway = address("otp@gateway.example");
    let route = profile.email_route(Some(&gateway), None, &fixture.sealer);
    assert!(route.is_err(), "{route:?}");
}

#[tokio::test]
async fn nobody_has_a_sender_of_mails() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let nobody = AccountId(Uuid::from_u128(42));
    let changed = change_account(&fixture)
        .execute(nobody, of_sender(None), staff_operator())
        .await;
    assert!(matches!(changed, Err(ChangeAccountError::NotFound(id)) if id == nobody));
}
