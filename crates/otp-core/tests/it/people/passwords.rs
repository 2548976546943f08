//! New passwords: of a person who knows the old one, and of one who has proven their address.

use otp_core::usecases::change_password::ChangePasswordError;
use otp_core::usecases::reset_password::{ResetPasswordError, ResetPasswordRequest};

use super::*;

#[tokio::test]
async fn whoever_proves_their_address_sets_a_new_password_and_is_out_everywhere_else() {
    let gateway = Gateway::new().await;
    let before = gateway.signed_up(ADDRESS).await;
    for _ in 0..6 {
        let refused = gateway.try_password(ADDRESS, "some other words").await;
        assert!(refused.is_err());
    }
    gateway.advance(Duration::from_secs(600));
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let sent = gateway
        .reset_password()
        .begin(address, UiLanguage::English)
        .await;
    let id = sent.expect("sent").id;
    let request = |password: &str, code: &str| ResetPasswordRequest {
        verification: id,
        guess: Guess::parse(code).expect("a guess"),
        password: Password::typed(password.to_owned()),
        device: Device::of_user_agent(None),
        instead_of: None,
    };
    let code = gateway.code(id).await;
    let weak = gateway
        .reset_password()
        .execute(request("123456789012", &code))
        .await;
    assert!(
        matches!(weak, Err(ResetPasswordError::Password(_))),
        "{weak:?}"
    );
    let new = "quiet lemon harbour";
    let reset = gateway.reset_password().execute(request(new, &code)).await;
    let token = reset.expect("reset").token;
    assert!(gateway.viewer(&token, Activity::Person).await.is_some());
    assert_eq!(gateway.viewer(&before.token, Activity::Person).await, None);
    assert!(gateway.try_password(ADDRESS, new).await.is_ok());
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_err());
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_other_sessions() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let elsewhere = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    let viewer = viewer.expect("signed in");
    let change = gateway.change_password();
    let new = Password::typed("quiet lemon harbour".to_owned());
    let own = Password::typed("sara@noor.example!".to_owned());
    let old = Password::typed(PASSWORD.to_owned());
    let weak = change.execute(&viewer, &old, &own).await;
    assert!(
        matches!(weak, Err(ChangePasswordError::Password(_))),
        "{weak:?}"
    );
    let wrong = change.execute(&viewer, &own, &new).await;
    assert!(
        matches!(wrong, Err(ChangePasswordError::Wrong)),
        "{wrong:?}"
    );
    change.execute(&viewer, &old, &new).await.expect("changed");
    let other = gateway.viewer(&elsewhere.token, Activity::Person).await;
    assert_eq!(other, None);
    let here = gateway.viewer(&begun.token, Activity::Person).await;
    assert!(here.is_some());
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_err());
    // Whoever has only the session guesses the old password by the rule of signing in.
    for attempt in 0..6 {
        match (attempt, change.execute(&viewer, &own, &old).await) {
            (0..5, Err(ChangePasswordError::Wrong)) => {}
            (5, Err(ChangePasswordError::TooMany { .. })) => {}
            (_, other) => panic!("attempt {attempt}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_session_that_was_ended_changes_no_password() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    let viewer = viewer.expect("signed in");
    let end = gateway.end_sessions();
    end.sign_out(&begun.token).await.expect("signed out");
    let old = Password::typed(PASSWORD.to_owned());
    let new = Password::typed("quiet lemon harbour".to_owned());
    let late = gateway.change_password().execute(&viewer, &old, &new).await;
    assert!(
        matches!(late, Err(ChangePasswordError::NotFound)),
        "{late:?}"
    );
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_code_opens_only_what_it_was_sent_for() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    gateway.advance(Duration::from_secs(3_600));
    let id = gateway.begin(ADDRESS).await;
    let request = ResetPasswordRequest {
        verification: id,
        guess: Guess::parse(&gateway.code(id).await).expect("a guess"),
        password: Password::typed("quiet lemon harbour".to_owned()),
        device: Device::of_user_agent(None),
        instead_of: None,
    };
    let refused = gateway.reset_password().execute(request).await;
    assert!(
        matches!(
            refused,
            Err(ResetPasswordError::Proof(ProveAddressError::NotFound))
        ),
        "{refused:?}"
    );
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn only_the_owner_of_an_address_learns_that_nobody_has_it() {
    let gateway = Gateway::new().await;
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let sent = gateway
        .reset_password()
        .begin(address, UiLanguage::English)
        .await;
    let id = sent.expect("a code is sent to every address").id;
    let request = ResetPasswordRequest {
        verification: id,
        guess: Guess::parse(&gateway.code(id).await).expect("a guess"),
        password: Password::typed(PASSWORD.to_owned()),
        device: Device::of_user_agent(None),
        instead_of: None,
    };
    let refused = gateway.reset_password().execute(request).await;
    assert!(
        matches!(refused, Err(ResetPasswordError::NobodyHasAddress)),
        "{refused:?}"
    );
}
