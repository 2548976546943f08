//! Mails to people about their own sign-in.

use std::sync::Mutex;

use async_trait::async_trait;
use otp_core::notice::{MailNotice, NoticeKind};
use otp_core::ports::{AddressedNotice, NoticeError, NoticeSender, PortError, TestMail};
use otp_core::usecases::begin_session::BeginSession;
use otp_core::usecases::change_password::ChangePassword;
use otp_core::usecases::mail_notices::MailNotices;
use otp_core::usecases::prove_person::ProvePerson;
use otp_core::usecases::sign_in::SignIn;
use otp_core::usecases::staff_actor::StaffActor;
use otp_core::usecases::tell_person::TellPerson;

use super::second_factor::turn_on;
use super::*;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Signs a person in with a browser.
async fn sign_in_with(sign_in: &SignIn, user_agent: Option<&str>) -> BegunSession {
    let request = SignInRequest {
        network: "198.51.100.1".to_owned(),
        email: EmailAddress::parse(ADDRESS).expect("an address"),
        password: Password::typed(PASSWORD.to_owned()),
        device: Device::of_user_agent(user_agent),
        instead_of: None,
    };
    sign_in.execute(request).await.expect("signed in")
}

/// Returns the notices that wait, oldest first.
async fn waiting(gateway: &Gateway) -> Vec<MailNotice> {
    let store = &gateway.world.fixture.store;
    let waiting = store.list_unsent(100).await.expect("listed");
    waiting.into_iter().map(|queued| queued.notice).collect()
}

async fn kinds(gateway: &Gateway) -> Vec<&'static str> {
    let waiting = waiting(gateway).await;
    waiting.iter().map(|notice| notice.kind.as_str()).collect()
}

#[tokio::test]
async fn a_person_is_told_of_each_new_device_once_and_never_of_the_first() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let sign_in = gateway.sign_in();
    sign_in_with(&sign_in, None).await;
    assert_eq!(waiting(&gateway).await, []);
    for _ in 0..2 {
        gateway.advance(Duration::from_secs(60));
        sign_in_with(&sign_in, Some(FIREFOX)).await;
    }
    let told = waiting(&gateway).await;
    let [notice] = &told[..] else {
        panic!("one notice, not {told:?}");
    };
    let expected = NoticeKind::NewDevice {
        person_id: viewer.person.id,
        device: Device::of_user_agent(Some(FIREFOX)),
    };
    assert_eq!(notice.kind, expected);
    assert_eq!(notice.language, Some(UiLanguage::Arabic));
    assert_eq!(
        Some(notice.account_id),
        viewer.account.map(|account| account.id)
    );
}

#[tokio::test]
async fn a_person_is_told_of_every_change_of_their_sign_in() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    turn_on(&gateway, &viewer).await;
    gateway.advance(Duration::from_secs(1));
    let removed = gateway.manage_second_factor().remove(&viewer).await;
    removed.expect("turned off");
    gateway.advance(Duration::from_secs(1));
    let (old, new) = (PASSWORD, "quiet lemon harbour");
    let typed = |text: &str| Password::typed(text.to_owned());
    let change = gateway.change_password();
    let wrong = change.execute(&viewer, &typed(new), &typed(new)).await;
    assert!(wrong.is_err());
    let changed = change.execute(&viewer, &typed(old), &typed(new)).await;
    changed.expect("changed");
    gateway.advance(Duration::from_secs(1));
    turn_on(&gateway, &viewer).await;
    gateway.advance(Duration::from_secs(1));
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let operator = otp_core::audit::Actor::parse("operator").expect("a name");
    let reset = gateway.reset_second_factor();
    reset
        .execute(&address, StaffActor::Operator(operator))
        .await
        .expect("reset");
    let expected = [
        "SecondFactorOn",
        "SecondFactorOff",
        "PasswordChanged",
        "SecondFactorOn",
        "SecondFactorOff",
    ];
    assert_eq!(kinds(&gateway).await, expected);
}

#[tokio::test]
async fn whoever_resets_a_password_by_mail_is_told_too() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    gateway.advance(Duration::from_secs(600));
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let reset = gateway.reset_password();
    let sent = reset.begin(address, UiLanguage::English).await;
    let verification = sent.expect("sent").id;
    let request = otp_core::usecases::reset_password::ResetPasswordRequest {
        verification,
        guess: Guess::parse(&gateway.code(verification).await).expect("a guess"),
        password: Password::typed("quiet lemon harbour".to_owned()),
        device: Device::of_user_agent(Some(FIREFOX)),
        instead_of: None,
    };
    reset.execute(request).await.expect("reset");
    let mut kinds = kinds(&gateway).await;
    kinds.sort_unstable();
    assert_eq!(kinds, ["NewDevice", "PasswordChanged"]);
}

#[tokio::test]
async fn a_gateway_without_a_mail_server_tells_nobody() {
    let gateway = Gateway::new().await;
    let viewer = holder(&gateway, ADDRESS).await;
    let tell = TellPerson {
        house: None,
        ..gateway.tell_person()
    };
    let begin_session = BeginSession {
        tell,
        ..gateway.begin_session()
    };
    let sign_in = SignIn {
        begin_session: begin_session.clone(),
        ..gateway.sign_in()
    };
    sign_in_with(&sign_in, Some(FIREFOX)).await;
    let change = gateway.change_password();
    let change = ChangePassword {
        prove: ProvePerson {
            begin_session,
            ..change.prove.clone()
        },
        ..change
    };
    let typed = |text: &str| Password::typed(text.to_owned());
    let (old, new) = (typed(PASSWORD), typed("quiet lemon harbour"));
    let changed = change.execute(&viewer, &old, &new).await;
    changed.expect("changed");
    assert_eq!(waiting(&gateway).await, []);
}

/// Keeps the mails it is given.
#[derive(Default)]
pub(super) struct Mails(pub(super) Mutex<Vec<AddressedNotice>>);

/// Mails the notices of a gateway whose own address is not configured.
pub(super) fn mail_notices(gateway: &Gateway, sent: &Arc<Mails>) -> MailNotices {
    let fixture = &gateway.world.fixture;
    MailNotices {
        outbox: fixture.store.clone(),
        accounts: fixture.store.clone(),
        persons: fixture.store.clone(),
        teams: fixture.store.clone(),
        sealers: fixture.sealers(),
        installation: Arc::clone(&fixture.installation),
        sender: sent.clone(),
        clock: fixture.clock.clone(),
        orders_to: None,
        gateway: None,
    }
}

#[async_trait]
impl NoticeSender for Mails {
    async fn send(&self, mail: &AddressedNotice) -> Result<(), NoticeError> {
        self.0.lock().expect("no panic").push(mail.clone());
        Ok(())
    }

    async fn send_test(&self, _: &TestMail) -> Result<(), NoticeError> {
        unreachable!("nobody tests the settings here")
    }
}

#[tokio::test]
async fn a_mail_about_a_persons_sign_in_goes_to_the_person() -> Result<(), PortError> {
    let gateway = Gateway::new().await;
    holder(&gateway, ADDRESS).await;
    let sign_in = gateway.sign_in();
    sign_in_with(&sign_in, Some(FIREFOX)).await;
    let sent = Arc::new(Mails::default());
    let mail = mail_notices(&gateway, &sent);
    while mail.execute().await?.is_some() {}
    let sent = sent.0.lock().expect("no panic");
    let [mail] = &sent[..] else {
        panic!("one mail, not {}", sent.len());
    };
    assert_eq!(mail.to.address.as_str(), ADDRESS);
    assert_eq!(mail.to.name.as_str(), "Sara");
    assert_eq!(mail.to.company.as_str(), "Noor");
    Ok(())
}
