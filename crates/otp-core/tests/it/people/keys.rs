//! The keys of a person's account.

use otp_core::api_key::ApiKeyMode;
use otp_core::ids::ApiKeyId;
use otp_core::usecases::manage_own_keys::{ManageOwnKeysError, OwnKey};

use super::*;

fn new(name: &str, mode: ApiKeyMode) -> OwnKey {
    OwnKey {
        name: ContactLine::parse(name).expect("one line"),
        mode,
        lifetime: None,
    }
}

#[tokio::test]
async fn a_person_creates_replaces_and_revokes_keys_of_both_modes() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_keys();
    for mode in ApiKeyMode::ALL {
        let (key, secret) = manage
            .create(&viewer, new("shop", mode))
            .await
            .expect("a key");
        assert!(secret.expose().starts_with(mode.prefix()));
        let (successor, _) = manage.rotate(&viewer, key.id).await.expect("replaced");
        assert_ne!(successor.id, key.id);
        manage.revoke(&viewer, successor.id).await.expect("revoked");
        let again = manage.rotate(&viewer, successor.id).await;
        assert!(
            matches!(again, Err(ManageOwnKeysError::NotActive)),
            "{again:?}"
        );
    }
    let listed = manage.list(&viewer).await.expect("listed");
    assert_eq!(listed.len(), 4);
    let lifetime = Some(Duration::from_secs(86_400));
    let brief = OwnKey {
        lifetime,
        ..new("brief", ApiKeyMode::Live)
    };
    let (key, _) = manage.create(&viewer, brief).await.expect("a key");
    assert_eq!(
        key.expires_at,
        lifetime.map(|lifetime| gateway.now() + lifetime)
    );
}

#[tokio::test]
async fn a_key_is_made_only_after_a_fresh_proof_and_revoked_at_any_time() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_keys();
    let created = manage.create(&viewer, new("shop", ApiKeyMode::Live)).await;
    let (key, _) = created.expect("a key");
    gateway.advance(FRESH);
    let created = manage.create(&viewer, new("more", ApiKeyMode::Live)).await;
    let rotated = manage.rotate(&viewer, key.id).await;
    for refused in [created, rotated] {
        let refused = refused.map(|_| ());
        assert!(
            matches!(refused, Err(ManageOwnKeysError::NotFresh)),
            "{refused:?}"
        );
    }
    manage.revoke(&viewer, key.id).await.expect("revoked");
}

#[tokio::test]
async fn a_key_of_another_account_is_as_unknown_as_one_that_never_was() {
    let gateway = Gateway::new().await;
    let one = holder(&gateway, ADDRESS).await;
    let other = holder(&gateway, "huda@other.example").await;
    let manage = gateway.manage_own_keys();
    let created = manage.create(&one, new("shop", ApiKeyMode::Live)).await;
    let (key, _) = created.expect("a key");
    for id in [key.id, ApiKeyId(uuid::Uuid::from_u128(9))] {
        let found = manage.find_managed(&other, id).await.map(|_| ());
        let rotated = manage.rotate(&other, id).await.map(|_| ());
        for refused in [found, rotated, manage.revoke(&other, id).await] {
            assert!(
                matches!(refused, Err(ManageOwnKeysError::NotFound)),
                "{refused:?}"
            );
        }
    }
    assert!(manage.list(&other).await.expect("listed").is_empty());
    let still = manage.find_managed(&one, key.id).await.expect("there");
    assert_eq!(still.revoked_at, None);
}

#[tokio::test]
async fn a_role_that_may_not_manage_keys_only_looks() {
    let gateway = Gateway::new().await;
    let mut viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_keys();
    let created = manage.create(&viewer, new("shop", ApiKeyMode::Live)).await;
    let (key, _) = created.expect("a key");
    for role in [AccountRole::Billing, AccountRole::Viewer] {
        viewer.account.as_mut().expect("an account").role = role;
        assert!(!manage.may_manage(&viewer));
        assert_eq!(manage.list(&viewer).await.expect("listed").len(), 1);
        let created = manage.create(&viewer, new("more", ApiKeyMode::Live)).await;
        let created = created.map(|_| ());
        for refused in [created, manage.revoke(&viewer, key.id).await] {
            assert!(
                matches!(refused, Err(ManageOwnKeysError::NotFound)),
                "{refused:?}"
            );
        }
    }
    viewer.account = None;
    let listed = manage.list(&viewer).await;
    assert!(
        matches!(listed, Err(ManageOwnKeysError::NotFound)),
        "{listed:?}"
    );
}

#[tokio::test]
async fn an_account_has_a_hundred_active_keys_at_most() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let manage = gateway.manage_own_keys();
    let create = || manage.create(&viewer, new("shop", ApiKeyMode::Test));
    let (first, _) = create().await.expect("a key");
    for _ in 1..100 {
        create().await.expect("a key");
    }
    let more = create().await.map(|_| ());
    assert!(matches!(more, Err(ManageOwnKeysError::TooMany)), "{more:?}");
    manage.revoke(&viewer, first.id).await.expect("revoked");
    assert!(create().await.is_ok());
}
