//! Test accounts: their keys, and the commands about their account.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::AccountStanding;
use otp_core::api_key::ApiKeyMode;
use otp_core::recipient::EmailAddress;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::change_account::{AccountEdit, ChangeAccount, ChangeAccountError};
use otp_core::usecases::find_accounts::FindAccounts;
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::rotate_api_key::{RotateApiKey, RotateApiKeyRequest};
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_test_inbox::{ShowTestInbox, ShowTestInboxError};
use otp_testkit::contract::fixture::{operator, staff_operator};

use super::Tester;

fn find_accounts(tester: &Tester) -> FindAccounts {
    FindAccounts {
        accounts: tester.fixture().store.clone(),
        keyring: tester.fixture().store.clone(),
        master_keys: Arc::clone(&tester.fixture().master_keys),
    }
}

fn change_account(tester: &Tester) -> ChangeAccount {
    ChangeAccount {
        accounts: tester.fixture().store.clone(),
        sealers: tester.fixture().sealers(),
        clock: tester.fixture().clock.clone(),
        randomness: tester.fixture().randomness.clone(),
    }
}

#[tokio::test]
async fn a_key_of_a_test_account_says_what_it_is_and_so_does_its_successor() {
    let tester = Tester::new().await;
    let fixture = tester.fixture();
    for (account, mode) in [
        (tester.caller.account_id, ApiKeyMode::Test),
        (fixture.account, ApiKeyMode::Live),
    ] {
        let (key, secret) = fixture.issue_key(account).await;
        assert_eq!(key.mode(), mode);
        assert!(secret.expose().starts_with(mode.prefix()));
        let rotate = RotateApiKey {
            keys: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        };
        let request = RotateApiKeyRequest {
            id: key.id,
            overlap: Duration::ZERO,
            expires_at: None,
        };
        let (successor, secret) = rotate
            .execute(request, AccountActor::Operator(operator()))
            .await
            .expect("rotated");
        assert_eq!(successor.mode(), mode);
        assert!(secret.expose().starts_with(mode.prefix()));
    }
    let list = ListApiKeys {
        keys: fixture.store.clone(),
        accounts: fixture.store.clone(),
    };
    let keys = list.execute(fixture.account).await.expect("listed");
    let modes: Vec<_> = keys.iter().map(|key| key.mode().as_str()).collect();
    assert_eq!(modes, ["live", "live", "live", "test", "test", "test"]);
}

#[tokio::test]
async fn a_test_account_is_not_listed_and_changes_with_its_account() {
    let tester = Tester::new().await;
    let (of, test) = (tester.fixture().account, tester.caller.account_id);
    let accounts = find_accounts(&tester);
    let listed = accounts.list().await.expect("listed");
    let ids: Vec<_> = listed.iter().map(|found| found.account.id).collect();
    assert_eq!(ids, [of]);

    let edit = AccountEdit {
        email: Some(EmailAddress::parse("new@shop.example").expect("an address")),
        standing: Some(AccountStanding::Closed),
        ..AccountEdit::default()
    };
    let change = change_account(&tester);
    change
        .execute(of, edit.clone(), staff_operator())
        .await
        .expect("changed");
    for id in [of, test] {
        let found = accounts.find(id).await.expect("find").expect("an account");
        assert_eq!(found.account.rules.standing, AccountStanding::Closed);
        let contact = found.contact.expect("its key opens it");
        assert_eq!(contact.email.as_str(), "new@shop.example");
    }
    let refused = tester.send("+12025550100").await;
    assert!(matches!(refused, Err(SendMessageError::AccountClosed)));
    let refused = change
        .execute(test, edit, staff_operator())
        .await
        .expect_err("refused");
    assert!(matches!(refused, ChangeAccountError::TestAccount { .. }));
}

#[tokio::test]
async fn an_operator_sees_the_inbox_by_the_account_or_its_test_account() {
    let tester = Tester::new().await;
    tester.send("+12025550100").await.expect("sent");
    let fixture = tester.fixture();
    let show = ShowTestInbox {
        accounts: fixture.store.clone(),
        inbox: fixture.store.clone(),
        sealers: fixture.sealers(),
    };
    for account in [fixture.account, tester.caller.account_id] {
        let shown = show.execute(account, None).await.expect("shown");
        assert_eq!(shown, tester.inbox(None).await);
        assert_eq!(shown.len(), 1);
    }
    let other = fixture.another_account().await;
    let refused = show.execute(other, None).await.expect_err("no test key");
    assert!(matches!(refused, ShowTestInboxError::NoTestAccount));
}
