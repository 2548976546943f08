//! The second factor of a person: turned on, asked for, and turned off.

use otp_core::audit::Actor;
use otp_core::person::second_factor::{RecoveryCode, TotpSecret};
use otp_core::person::session::Stage;
use otp_core::usecases::change_password::ChangePasswordError;
use otp_core::usecases::manage_second_factor::{ManageSecondFactorError, SecondFactorState};
use otp_core::usecases::prove_person::{AskedProof, PersonProof, ProvePersonError};
use otp_core::usecases::reset_second_factor::ResetSecondFactorError;
use otp_core::usecases::staff_actor::StaffActor;

use super::*;

/// Turns the second factor of a person on. Returns its secret and the recovery codes.
pub(super) async fn turn_on(gateway: &Gateway, viewer: &Viewer) -> (TotpSecret, Vec<RecoveryCode>) {
    let manage = gateway.manage_second_factor();
    let enrolment = manage.enrol(viewer).await.expect("a secret");
    let secret = TotpSecret::parse(&enrolment.secret).expect("a secret");
    let code = code_of(&secret, gateway.now());
    let codes = manage.confirm(viewer, &code).await.expect("confirmed");
    (secret, codes)
}

/// Returns the code that the app shows.
fn code_of(secret: &TotpSecret, now: Timestamp) -> String {
    let shared = totp_rs::Secret::try_from_base32(&*secret.to_base32()).expect("a secret");
    let app = totp_rs::Builder::new()
        .with_secret(shared)
        .build_noncompliant();
    let seconds = u64::try_from(now.unix_millis() / 1_000).expect("after 1970");
    app.generate(seconds).to_string()
}

async fn viewer_of(gateway: &Gateway, token: &SessionToken) -> Viewer {
    let viewer = gateway.viewer(token, Activity::Person).await;
    viewer.expect("signed in")
}

#[tokio::test]
async fn a_second_factor_is_asked_for_at_sign_in_once_it_is_on() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let viewer = viewer_of(&gateway, &begun.token).await;
    let manage = gateway.manage_second_factor();
    let state = manage.state(viewer.person.id).await.expect("a state");
    assert_eq!(state, SecondFactorState::Off);
    let (secret, codes) = turn_on(&gateway, &viewer).await;
    let state = manage.state(viewer.person.id).await.expect("a state");
    assert_eq!(state, SecondFactorState::On { recovery_codes: 10 });
    let again = manage.enrol(&viewer).await.map(|_| ());
    assert!(matches!(again, Err(ManageSecondFactorError::IsOn)));

    gateway.advance(Duration::from_secs(90));
    let half = gateway.try_password(ADDRESS, PASSWORD).await;
    let half = half.expect("the password is right");
    assert_eq!(half.session.stage, Stage::AwaitingSecondFactor);
    assert_eq!(gateway.viewer(&half.token, Activity::Person).await, None);
    let prove = gateway.prove_person();
    let asked = prove.asked(&half.token).await.expect("asked");
    assert_eq!(asked, AskedProof::Code);
    let password = PersonProof::Password(Password::typed(PASSWORD.to_owned()));
    let wrong = prove.execute(&half.token, password).await;
    assert!(matches!(wrong, Err(ProvePersonError::Wrong)), "{wrong:?}");
    let code = code_of(&secret, gateway.now());
    let whole = prove.execute(&half.token, PersonProof::Code(code.clone()));
    let whole = whole.await.expect("proven");
    assert_ne!(whole.token, half.token);
    let viewer = viewer_of(&gateway, &whole.token).await;
    assert!(viewer.session.is_fresh_at(gateway.now()));
    let gone = prove.asked(&half.token).await;
    assert!(matches!(gone, Err(ProvePersonError::NoSession)), "{gone:?}");

    // A code is accepted once, and a recovery code too.
    let half = gateway
        .try_password(ADDRESS, PASSWORD)
        .await
        .expect("right");
    let again = prove.execute(&half.token, PersonProof::Code(code)).await;
    assert!(matches!(again, Err(ProvePersonError::Wrong)), "{again:?}");
    let recovery = codes[0].grouped().to_string();
    let whole = prove.execute(&half.token, PersonProof::Code(recovery.clone()));
    assert!(whole.await.is_ok());
    let half = gateway
        .try_password(ADDRESS, PASSWORD)
        .await
        .expect("right");
    let again = prove
        .execute(&half.token, PersonProof::Code(recovery))
        .await;
    assert!(matches!(again, Err(ProvePersonError::Wrong)), "{again:?}");
}

#[tokio::test]
async fn wrong_codes_wait_by_the_rule_of_passwords() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    turn_on(&gateway, &viewer_of(&gateway, &begun.token).await).await;
    let half = gateway
        .try_password(ADDRESS, PASSWORD)
        .await
        .expect("right");
    let prove = gateway.prove_person();
    for attempt in 0..7 {
        let wrong = PersonProof::Code("000".to_owned());
        match (attempt, prove.execute(&half.token, wrong).await) {
            (0..5, Err(ProvePersonError::Wrong)) => {}
            (5.., Err(ProvePersonError::TooMany { wait })) => {
                assert_eq!(wait, Duration::from_secs(30));
            }
            (_, other) => panic!("attempt {attempt}: {other:?}"),
        }
    }
    // Another sign-in has the same count.
    let half = gateway
        .try_password(ADDRESS, PASSWORD)
        .await
        .expect("right");
    let code = PersonProof::Code("000".to_owned());
    let refused = prove.execute(&half.token, code).await;
    assert!(
        matches!(refused, Err(ProvePersonError::TooMany { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_second_factor_is_changed_only_after_a_fresh_proof() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    gateway.advance(FRESH);
    let viewer = viewer_of(&gateway, &begun.token).await;
    let manage = gateway.manage_second_factor();
    let refused = manage.enrol(&viewer).await.map(|_| ());
    assert!(matches!(refused, Err(ManageSecondFactorError::NotFresh)));
    let prove = gateway.prove_person();
    let asked = prove.asked(&begun.token).await.expect("asked");
    assert_eq!(asked, AskedProof::Password);
    let password = |text: &str| PersonProof::Password(Password::typed(text.to_owned()));
    let wrong = prove
        .execute(&begun.token, password("some other words"))
        .await;
    assert!(matches!(wrong, Err(ProvePersonError::Wrong)), "{wrong:?}");
    let proven = prove.execute(&begun.token, password(PASSWORD)).await;
    let token = proven.expect("proven").token;
    let viewer = viewer_of(&gateway, &token).await;
    turn_on(&gateway, &viewer).await;
    manage.remove(&viewer).await.expect("removed");
    let again = manage.remove(&viewer).await;
    assert!(
        matches!(again, Err(ManageSecondFactorError::NotFound)),
        "{again:?}"
    );
    let begun = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    assert_eq!(begun.session.stage, Stage::SignedIn);
}

#[tokio::test]
async fn a_secret_is_shown_and_confirmed_only_where_it_was_made() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let thief = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    let thief = viewer_of(&gateway, &thief.token).await;
    let viewer = viewer_of(&gateway, &begun.token).await;
    let manage = gateway.manage_second_factor();
    let enrolment = manage.enrol(&thief).await.expect("a secret");
    let known = TotpSecret::parse(&enrolment.secret).expect("a secret");
    let shown = manage.enrolment(&viewer).await.map(|_| ());
    let code = code_of(&known, gateway.now());
    let confirmed = manage.confirm(&viewer, &code).await.map(|_| ());
    for refused in [shown, confirmed] {
        assert!(
            matches!(refused, Err(ManageSecondFactorError::NotFound)),
            "{refused:?}"
        );
    }
    // The person makes their own, and the other session is over once it is on.
    turn_on(&gateway, &viewer).await;
    let sessions = gateway.end_sessions().list(viewer.person.id).await;
    assert_eq!(sessions.expect("listed"), [viewer.session]);
}

#[tokio::test]
async fn a_person_with_a_second_factor_changes_the_password_after_a_fresh_proof() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let viewer = viewer_of(&gateway, &begun.token).await;
    let change = gateway.change_password();
    turn_on(&gateway, &viewer).await;
    gateway.advance(FRESH);
    assert!(!change.may_change(&viewer).await.expect("known"));
    let old = Password::typed(PASSWORD.to_owned());
    let new = Password::typed("quiet lemon harbour".to_owned());
    let late = change.execute(&viewer, &old, &new).await;
    assert!(
        matches!(late, Err(ChangePasswordError::NotFresh)),
        "{late:?}"
    );
}

#[tokio::test]
async fn an_operator_turns_a_lost_second_factor_off_and_signs_its_person_out() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let reset = gateway.reset_second_factor();
    let reset = &reset;
    let execute = |address: &'static str| {
        let address = EmailAddress::parse(address).expect("an address");
        let actor = Actor::parse("omar (uid 1000)").expect("an actor");
        async move { reset.execute(&address, StaffActor::Operator(actor)).await }
    };
    let none = execute(ADDRESS).await;
    assert!(
        matches!(none, Err(ResetSecondFactorError::NotFound)),
        "{none:?}"
    );
    turn_on(&gateway, &viewer_of(&gateway, &begun.token).await).await;
    let nobody = execute("nobody@noor.example").await;
    assert!(
        matches!(nobody, Err(ResetSecondFactorError::PersonNotFound)),
        "{nobody:?}"
    );
    execute(ADDRESS).await.expect("turned off");
    assert_eq!(gateway.viewer(&begun.token, Activity::Person).await, None);
    let begun = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    assert_eq!(begun.session.stage, Stage::SignedIn);
    let entries = audit_entries(&*gateway.world.fixture.store).await;
    assert_eq!(entries[0].action, AuditAction::RemoveSecondFactor);
    assert_eq!(entries[0].actor.as_str(), "omar (uid 1000)");
}
