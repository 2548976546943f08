//! Signing up, signing in and resetting a password, over a store in memory.

mod chosen_notices;
mod credits;
mod desk_roles;
mod insights;
mod keys;
mod messages;
mod notices;
mod order_roles;
mod orders;
mod passwords;
mod second_factor;
mod staff;
mod team;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{ContactLine, HOUSE_ACCOUNT, HOUSE_CREDITS};
use otp_core::audit::AuditAction;
use otp_core::contact_number::ContactNumber;
use otp_core::ids::VerificationId;
use otp_core::person::AccountRole;
use otp_core::person::device::Device;
use otp_core::person::password::{Password, RefusedPassword};
use otp_core::person::session::{FRESH, IDLE, LONGEST, SessionToken};
use otp_core::ports::{Accounts, Clock as _, Subscriptions};
use otp_core::recipient::EmailAddress;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::BegunSession;
use otp_core::usecases::forget_sign_ins::ForgetSignIns;
use otp_core::usecases::prove_address::{ProofPurpose, ProveAddressError};
use otp_core::usecases::resume_session::{Activity, Viewer};
use otp_core::usecases::sign_in::{SignInError, SignInRequest};
use otp_core::usecases::sign_in_by_link::SignInByLinkError;
use otp_core::usecases::sign_up::{SignUpError, SignUpPolicy, SignUpRequest};
use otp_core::verification::Guess;
use otp_testkit::contract::audit_trail::audit_entries;
use otp_testkit::people::{People, PlainPasswords};

const ADDRESS: &str = "sara@noor.example";
const PASSWORD: &str = "maroon-tulip-ferry";

struct Gateway(People);

impl std::ops::Deref for Gateway {
    type Target = People;

    fn deref(&self) -> &People {
        &self.0
    }
}

/// A person who signed up, as their pages see them.
async fn holder(gateway: &Gateway, address: &str) -> Viewer {
    let begun = gateway.signed_up(address).await;
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    viewer.expect("signed in")
}

impl Gateway {
    async fn new() -> Self {
        Self(People::new().await)
    }

    /// Sends a code to an address, and returns its id.
    async fn begin(&self, address: &str) -> VerificationId {
        let address = EmailAddress::parse(address).expect("an address");
        let sent = self.sign_up().begin(address, UiLanguage::Arabic).await;
        sent.expect("sent").id
    }

    async fn request(&self, id: VerificationId) -> SignUpRequest {
        let line = |text| ContactLine::parse(text).expect("one line");
        SignUpRequest {
            verification: id,
            guess: Guess::parse(&self.code(id).await).expect("a guess"),
            name: line("Sara"),
            company: line("Noor"),
            phone: ContactNumber::parse("+96412345678").expect("a number"),
            address: None,
            password: Password::typed(PASSWORD.to_owned()),
            language: UiLanguage::Arabic,
            device: Device::of_user_agent(None),
            instead_of: None,
        }
    }

    /// Signs a person up.
    async fn signed_up(&self, address: &str) -> BegunSession {
        let id = self.begin(address).await;
        let request = self.request(id).await;
        self.sign_up().execute(request).await.expect("signed up")
    }

    async fn try_password(
        &self,
        address: &str,
        password: &str,
    ) -> Result<BegunSession, SignInError> {
        self.try_from("198.51.100.1", address, password).await
    }

    /// Tries to sign in from a network.
    async fn try_from(
        &self,
        network: &str,
        address: &str,
        password: &str,
    ) -> Result<BegunSession, SignInError> {
        let request = SignInRequest {
            network: network.to_owned(),
            email: EmailAddress::parse(address).expect("an address"),
            password: Password::typed(password.to_owned()),
            device: Device::of_user_agent(None),
            instead_of: None,
        };
        self.sign_in().execute(request).await
    }

    async fn viewer(&self, token: &SessionToken, activity: Activity) -> Option<Viewer> {
        let resumed = self.resume_session().execute(token, activity).await;
        resumed.expect("looked up")
    }

    fn now(&self) -> Timestamp {
        self.world.fixture.clock.now()
    }

    fn advance(&self, duration: Duration) {
        self.world.fixture.clock.advance(duration);
    }
}

#[tokio::test]
async fn the_house_account_is_opened_once_with_its_credits() {
    let gateway = Gateway::new().await;
    gateway.open_house().await;
    let store = &gateway.world.fixture.store;
    let account = Accounts::find(&**store, HOUSE_ACCOUNT).await;
    assert!(account.expect("look up").is_some());
    let subscriptions = Subscriptions::list(&**store, HOUSE_ACCOUNT).await;
    let granted: Vec<_> = subscriptions.expect("list");
    let credits: Vec<_> = granted.iter().map(|granted| granted.remaining).collect();
    assert_eq!(credits, [HOUSE_CREDITS]);
}

#[tokio::test]
async fn whoever_proves_an_address_has_an_account_and_is_signed_in() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    let viewer = viewer.expect("signed in");
    assert_eq!(viewer.details.email.as_str(), ADDRESS);
    assert_eq!(viewer.details.name.as_str(), "Sara");
    let viewed = viewer.account.expect("an account");
    assert_eq!(viewed.role, AccountRole::Owner);
    assert_eq!(viewed.company.expect("a name").as_str(), "Noor");
    let fixture = &gateway.world.fixture;
    let account = Accounts::find(&*fixture.store, viewed.id).await;
    let account = account.expect("look up").expect("an account");
    let sealer = fixture.sealer_of(account.id).await;
    let contact = account.contact.open(&sealer).expect("opens");
    assert_eq!(
        (contact.company.as_str(), contact.email.as_str()),
        ("Noor", ADDRESS)
    );
    let actions: Vec<_> = audit_entries(&*fixture.store)
        .await
        .iter()
        .map(|entry| (entry.action, entry.subject))
        .collect();
    assert_eq!(actions, [(AuditAction::SignUp, account.id.0)]);
}

#[tokio::test]
async fn a_fault_in_the_form_costs_no_guess_and_the_code_stays_valid() {
    let gateway = Gateway::new().await;
    let id = gateway.begin(ADDRESS).await;
    let request = gateway.request(id).await;
    let weak = SignUpRequest {
        password: Password::typed("noor-sara-2026".to_owned()),
        ..request.clone()
    };
    let refused = gateway.sign_up().execute(weak).await;
    assert!(
        matches!(
            refused,
            Err(SignUpError::Password(RefusedPassword::Guessable))
        ),
        "{refused:?}"
    );
    assert!(gateway.sign_up().execute(request).await.is_ok());
}

#[tokio::test]
async fn a_wrong_code_opens_nothing_and_a_right_one_is_accepted_once() {
    let gateway = Gateway::new().await;
    let id = gateway.begin(ADDRESS).await;
    let request = gateway.request(id).await;
    let wrong = SignUpRequest {
        guess: Guess::parse("12345678").expect("a guess"),
        ..request.clone()
    };
    let refused = gateway.sign_up().execute(wrong).await;
    let Err(SignUpError::Proof(ProveAddressError::Incorrect { attempts_left: 4 })) = refused else {
        panic!("{refused:?}");
    };
    let accounts = Accounts::list(&*gateway.world.fixture.store).await;
    assert_eq!(
        accounts.expect("list").len(),
        2,
        "the fixture's and the house"
    );
    assert!(gateway.sign_up().execute(request.clone()).await.is_ok());
    let again = gateway.sign_up().execute(request).await;
    let Err(SignUpError::Proof(ProveAddressError::Over(_))) = again else {
        panic!("{again:?}");
    };
}

#[tokio::test]
async fn only_the_owner_of_an_address_learns_that_it_is_taken() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    gateway.advance(Duration::from_secs(3_600));
    // Sending the code tells nothing: it is sent to every address.
    let id = gateway.begin("Sara@Noor.example").await;
    let request = gateway.request(id).await;
    let refused = gateway.sign_up().execute(request).await;
    assert!(
        matches!(refused, Err(SignUpError::AddressTaken)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_signs_up_unless_sign_up_is_open() {
    for policy in [SignUpPolicy::Invited, SignUpPolicy::Closed] {
        let mut gateway = Gateway::new().await;
        let id = gateway.begin(ADDRESS).await;
        let request = gateway.request(id).await;
        gateway.0.policy = policy;
        let address = EmailAddress::parse(ADDRESS).expect("an address");
        let begun = gateway.sign_up().begin(address, UiLanguage::English).await;
        assert!(matches!(begun, Err(SignUpError::NotOpen)), "{policy:?}");
        let done = gateway.sign_up().execute(request).await;
        assert!(matches!(done, Err(SignUpError::NotOpen)), "{policy:?}");
    }
}

#[tokio::test]
async fn an_unknown_address_is_refused_as_a_wrong_password_after_the_same_work() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    for address in [ADDRESS, "nobody@noor.example"] {
        let before = gateway.passwords.compared();
        for attempt in 0..7 {
            let refused = gateway.try_password(address, "some other words").await;
            match (attempt, refused) {
                (0..5, Err(SignInError::Wrong)) => {}
                (5.., Err(SignInError::TooMany { wait })) => {
                    assert_eq!(wait, Duration::from_secs(30));
                }
                (_, other) => panic!("{address}, attempt {attempt}: {other:?}"),
            }
        }
        let after = gateway.passwords.compared();
        assert_eq!(after - before, 5, "{address}");
    }
}

#[tokio::test]
async fn a_right_password_signs_in_and_forgets_the_wrong_ones() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(
                gateway
                    .try_password(ADDRESS, "some other words")
                    .await
                    .is_err()
            );
        }
        let begun = gateway.try_password("SARA@noor.example", PASSWORD).await;
        let token = begun.expect("signed in").token;
        assert!(gateway.viewer(&token, Activity::Person).await.is_some());
    }
}

#[tokio::test]
async fn a_weak_hash_is_replaced_at_the_next_sign_in() {
    let mut gateway = Gateway::new().await;
    let person = gateway.signed_up(ADDRESS).await.session.person_id;
    gateway.0.passwords = Arc::new(PlainPasswords::of_strength(2));
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_ok());
    let stored = gateway.world.fixture.store.find_person(person).await;
    let stored = stored.expect("look up").expect("a person");
    assert_eq!(stored.password.0, format!("2:{PASSWORD}"));
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_news_of_a_page_do_not_prolong_it() {
    let gateway = Gateway::new().await;
    let token = gateway.signed_up(ADDRESS).await.token;
    let minute = Duration::from_secs(60);
    for _ in 0..29 {
        gateway.advance(minute);
        assert!(gateway.viewer(&token, Activity::Page).await.is_some());
    }
    gateway.advance(minute);
    assert_eq!(gateway.viewer(&token, Activity::Page).await, None);

    let token = gateway
        .try_password(ADDRESS, PASSWORD)
        .await
        .expect("in")
        .token;
    let begun = gateway.now();
    while gateway.now().since(begun) + IDLE < LONGEST {
        gateway.advance(IDLE - minute);
        assert!(gateway.viewer(&token, Activity::Person).await.is_some());
    }
    gateway.advance(IDLE);
    assert_eq!(gateway.viewer(&token, Activity::Person).await, None);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_others_can_be_ended_too() {
    let gateway = Gateway::new().await;
    let first = gateway.signed_up(ADDRESS).await;
    let second = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    let third = gateway.try_password(ADDRESS, PASSWORD).await.expect("in");
    let end = gateway.end_sessions();
    let person = first.session.person_id;
    assert_eq!(end.list(person).await.expect("list").len(), 3);
    end.sign_out(&first.token).await.expect("signed out");
    end.sign_out(&first.token).await.expect("again");
    assert_eq!(gateway.viewer(&first.token, Activity::Person).await, None);
    end.end_others(&second.session).await.expect("ended");
    assert_eq!(gateway.viewer(&third.token, Activity::Person).await, None);
    assert_eq!(end.list(person).await.expect("list"), [second.session]);
}

#[tokio::test]
async fn wrong_passwords_from_one_network_do_not_lock_the_owner_out() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    let stranger = |password| gateway.try_from("203.0.113.9", ADDRESS, password);
    for _ in 0..5 {
        let wrong = stranger("some other words").await;
        assert!(matches!(wrong, Err(SignInError::Wrong)), "{wrong:?}");
    }
    let waits = stranger(PASSWORD).await;
    assert!(
        matches!(waits, Err(SignInError::TooMany { .. })),
        "{waits:?}"
    );
    assert!(gateway.try_password(ADDRESS, PASSWORD).await.is_ok());
    let waits = stranger(PASSWORD).await;
    assert!(
        matches!(waits, Err(SignInError::TooMany { .. })),
        "{waits:?}"
    );
}

#[tokio::test]
async fn a_code_is_sent_again_after_its_cooldown_and_never_under_an_unknown_id() {
    let gateway = &Gateway::new().await;
    let id = gateway.begin(ADDRESS).await;
    let code = gateway.code(id).await;
    let resend = |id| async move {
        let prove = gateway.prove();
        prove.resend(id, ProofPurpose::SignUp).await
    };
    let soon = resend(id).await;
    let Err(ProveAddressError::CoolingDown { wait }) = soon else {
        panic!("{soon:?}");
    };
    gateway.advance(wait);
    let again = resend(id).await.expect("sent again");
    assert_eq!((again.id, again.address.as_str()), (id, ADDRESS));
    assert_eq!(gateway.code(id).await, code);
    let unknown = VerificationId(uuid::Uuid::from_u128(9));
    let refused = resend(unknown).await;
    assert!(
        matches!(refused, Err(ProveAddressError::NotFound)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_link_signs_in_once_within_a_day() {
    let gateway = Gateway::new().await;
    let person = gateway.signed_up(ADDRESS).await.session.person_id;
    let links = gateway.sign_in_by_link();
    let device = Device::of_user_agent(None);
    let token = links.create(person).await.expect("a link");
    let begun = links.execute(&token, device, None).await;
    let begun = begun.expect("signed in");
    assert_eq!(begun.session.person_id, person);
    assert_ne!(begun.token, token);
    let again = links.execute(&token, device, None).await;
    assert!(
        matches!(again, Err(SignInByLinkError::NotFound)),
        "{again:?}"
    );
    let late = links.create(person).await.expect("a link");
    gateway.advance(Duration::from_secs(24 * 60 * 60));
    let late = links.execute(&late, device, None).await;
    assert!(matches!(late, Err(SignInByLinkError::NotFound)), "{late:?}");
}

#[tokio::test]
async fn sessions_and_failures_that_are_over_are_forgotten() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    assert!(
        gateway
            .try_password(ADDRESS, "some other words")
            .await
            .is_err()
    );
    let fixture = &gateway.world.fixture;
    let forget = ForgetSignIns {
        sessions: fixture.store.clone(),
        attempts: fixture.store.clone(),
        links: fixture.store.clone(),
        teams: fixture.store.clone(),
        clock: fixture.clock.clone(),
    };
    let sessions = || async {
        let listed = fixture.store.list_sessions(begun.session.person_id).await;
        listed.expect("list").len()
    };
    assert!(!forget.execute().await.expect("nothing to forget"));
    assert_eq!(sessions().await, 1);
    gateway.advance(Duration::from_secs(25 * 60 * 60));
    assert!(!forget.execute().await.expect("a batch that is not full"));
    assert_eq!(sessions().await, 0);
    for _ in 0..5 {
        let refused = gateway.try_password(ADDRESS, "some other words").await;
        assert!(matches!(refused, Err(SignInError::Wrong)), "{refused:?}");
    }
}

#[tokio::test]
async fn a_person_changes_their_name_and_language_and_nobody_elses() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let other = gateway.signed_up("huda@other.example").await;
    let seen = async |begun: &BegunSession| {
        let viewer = gateway.viewer(&begun.token, Activity::Person).await;
        let viewer = viewer.expect("signed in");
        let name = viewer.details.name.as_str().to_owned();
        (viewer.clone(), (name, viewer.person.language))
    };
    let (viewer, before) = seen(&begun).await;
    assert_eq!(before, ("Sara".to_owned(), UiLanguage::Arabic));
    let name = ContactLine::parse("سارة").expect("one line");
    let change = gateway.change_own_details();
    let changed = change.execute(&viewer, &name, UiLanguage::English).await;
    assert!(changed.expect("changed"));
    let expected = ("سارة".to_owned(), UiLanguage::English);
    assert_eq!(seen(&begun).await.1, expected);
    assert_eq!(seen(&other).await.1, before);
}
