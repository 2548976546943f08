//! `FindAccounts`: contact details in the clear, as long as the account has its key.

use std::sync::Arc;

use otp_core::account::Account;
use otp_core::ids::AccountId;
use otp_core::ports::{Accounts, MockAccounts};
use otp_core::usecases::find_accounts::{FindAccounts, FindAccountsError};
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;
use uuid::Uuid;

async fn fixture() -> Fixture {
    Fixture::new(Arc::new(MemoryStore::default())).await
}

fn find_accounts(fixture: &Fixture) -> FindAccounts {
    FindAccounts {
        accounts: fixture.store.clone(),
        keyring: fixture.store.clone(),
        master_keys: fixture.sealers().master_keys,
    }
}

async fn stored(fixture: &Fixture, id: AccountId) -> Account {
    let found = Accounts::find(&*fixture.store, id).await.expect("find");
    found.expect("stored")
}

#[tokio::test]
async fn an_account_is_found_with_its_contact_details() {
    let fixture = fixture().await;
    let found = find_accounts(&fixture).find(fixture.account).await;
    let found = found.expect("read").expect("found");
    let expected = found.account.contact.open(&fixture.sealer).expect("opens");
    assert_eq!(found.contact, Some(expected));
    assert_eq!(found.account.id, fixture.account);

    let unknown = AccountId(Uuid::from_u128(42));
    let found = find_accounts(&fixture).find(unknown).await;
    assert_eq!(found.expect("read"), None);
}

#[tokio::test]
async fn an_account_without_its_key_is_listed_without_contact_details() {
    let fixture = fixture().await;
    let other = fixture.another_account().await;
    let deleted = fixture.store.delete_account_key(fixture.account).await;
    assert!(deleted.expect("deleted"));
    let listed = find_accounts(&fixture).list().await.expect("listed");
    let shown: Vec<_> = listed
        .iter()
        .map(|found| (found.account.id, found.contact.is_some()))
        .collect();
    assert_eq!(shown, [(fixture.account, false), (other, true)]);
}

#[tokio::test]
async fn contact_details_of_another_account_do_not_open() {
    let fixture = fixture().await;
    let other = fixture.another_account().await;
    let mixed_up = Account {
        contact: stored(&fixture, other).await.contact,
        ..stored(&fixture, fixture.account).await
    };
    let mut accounts = MockAccounts::new();
    accounts
        .expect_list()
        .return_once(move || Ok(vec![mixed_up]));
    let find_accounts = FindAccounts {
        accounts: Arc::new(accounts),
        keyring: fixture.store.clone(),
        master_keys: fixture.sealers().master_keys,
    };
    let error = find_accounts.list().await.expect_err("does not open");
    assert!(
        matches!(error, FindAccountsError::Unreadable { account, .. } if account == fixture.account),
        "{error:?}"
    );
}
