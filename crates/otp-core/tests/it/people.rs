//! Signing up, signing in and resetting a password, over a store in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use otp_core::account::{AccountRules, ContactLine, HOUSE_ACCOUNT, HOUSE_CREDITS};
use otp_core::audit::AuditAction;
use otp_core::contact_number::ContactNumber;
use otp_core::ids::VerificationId;
use otp_core::person::AccountRole;
use otp_core::person::device::Device;
use otp_core::person::password::{Password, PasswordHash, RefusedPassword};
use otp_core::person::session::{IDLE, LONGEST, SessionToken};
use otp_core::ports::{
    Accounts, PasswordMatch, Passwords, PortError, ProofSigner, Subscriptions, VerificationKey,
};
use otp_core::proof::{Proof, ProofClaims};
use otp_core::recipient::EmailAddress;
use otp_core::sealing::Purpose;
use otp_core::ui_language::UiLanguage;
use otp_core::usecases::begin_session::{BeginSession, BegunSession};
use otp_core::usecases::check_verification::CheckVerification;
use otp_core::usecases::create_account::CreateAccount;
use otp_core::usecases::create_verification::CreateVerification;
use otp_core::usecases::end_sessions::EndSessions;
use otp_core::usecases::forget_sign_ins::ForgetSignIns;
use otp_core::usecases::open_house_account::OpenHouseAccount;
use otp_core::usecases::prove_address::{ProveAddress, ProveAddressError};
use otp_core::usecases::resend_verification::ResendVerification;
use otp_core::usecases::reset_password::{ResetPassword, ResetPasswordError, ResetPasswordRequest};
use otp_core::usecases::resume_session::{Activity, ResumeSession, Viewer};
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::usecases::sign_in::{SignIn, SignInError, SignInRequest};
use otp_core::usecases::sign_up::{SignUp, SignUpError, SignUpPolicy, SignUpRequest};
use otp_core::verification::Guess;
use otp_testkit::contract::fixture::new_account;
use otp_testkit::{ScriptedSender, World};

const ADDRESS: &str = "sara@noor.example";
const PASSWORD: &str = "maroon-tulip-ferry";

/// Signs nothing: no page shows the proof.
struct NoProofs;

#[async_trait]
impl ProofSigner for NoProofs {
    async fn sign(&self, _: &ProofClaims) -> Result<Proof, PortError> {
        Ok(Proof::new(String::new()))
    }
}

/// Keeps passwords in the clear, with the strength of the hash before them, and counts comparisons.
struct PlainPasswords {
    strength: usize,
    compared: AtomicUsize,
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash_password(&self, password: &Password) -> Result<PasswordHash, PortError> {
        let (strength, password) = (self.strength, password.expose());
        Ok(PasswordHash(format!("{strength}:{password}")))
    }

    async fn match_password(
        &self,
        password: &Password,
        hash: Option<PasswordHash>,
    ) -> Result<PasswordMatch, PortError> {
        self.compared.fetch_add(1, Ordering::Relaxed);
        let Some(PasswordHash(hash)) = hash else {
            return Ok(PasswordMatch::Wrong);
        };
        let (strength, text) = hash.split_once(':').expect("one of ours");
        Ok(if text != password.expose() {
            PasswordMatch::Wrong
        } else if strength == self.strength.to_string() {
            PasswordMatch::Right
        } else {
            PasswordMatch::RightButWeaklyHashed
        })
    }
}

struct Gateway {
    world: World,
    passwords: Arc<PlainPasswords>,
    policy: SignUpPolicy,
}

impl Gateway {
    async fn new() -> Self {
        let gateway = Self {
            world: World::bare(ScriptedSender::default()).await,
            passwords: Arc::new(PlainPasswords {
                strength: 1,
                compared: AtomicUsize::new(0),
            }),
            policy: SignUpPolicy::Open,
        };
        gateway.open_house().await;
        gateway
    }

    async fn open_house(&self) {
        let store = &self.world.fixture.store;
        let open = OpenHouseAccount {
            accounts: store.clone(),
            create_account: self.create_account(),
            subscriptions: store.clone(),
        };
        open.execute(new_account()).await.expect("opened");
    }

    fn create_account(&self) -> CreateAccount {
        let fixture = &self.world.fixture;
        CreateAccount {
            accounts: fixture.store.clone(),
            master_keys: Arc::clone(&fixture.master_keys),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    fn prove(&self) -> ProveAddress {
        let (fixture, send) = (&self.world.fixture, &self.world.send_message);
        let show = ShowVerification {
            verifications: fixture.store.clone(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
        };
        ProveAddress {
            create: CreateVerification {
                send: send.clone(),
                show: show.clone(),
            },
            resend: ResendVerification {
                send: send.clone(),
                show,
                fallbacks: fixture.store.clone(),
            },
            check: CheckVerification {
                ledger: fixture.store.clone(),
                directory: fixture.store.clone(),
                verifications: fixture.store.clone(),
                sealers: fixture.sealers(),
                proofs: Arc::new(NoProofs),
                clock: fixture.clock.clone(),
            },
        }
    }

    fn begin_session(&self) -> BeginSession {
        let fixture = &self.world.fixture;
        BeginSession {
            sessions: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    fn sign_up(&self) -> SignUp {
        let fixture = &self.world.fixture;
        SignUp {
            policy: self.policy,
            prove: self.prove(),
            create_account: self.create_account(),
            rules: AccountRules::default(),
            persons: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    fn reset(&self) -> ResetPassword {
        let fixture = &self.world.fixture;
        ResetPassword {
            prove: self.prove(),
            persons: fixture.store.clone(),
            attempts: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    /// Sends a code to an address, and returns its id.
    async fn begin(&self, address: &str) -> VerificationId {
        let address = EmailAddress::parse(address).expect("an address");
        let sent = self.sign_up().begin(address, UiLanguage::Arabic).await;
        sent.expect("sent").id
    }

    /// Returns the code that was sent, as only its reader knows it.
    async fn code(&self, id: VerificationId) -> String {
        let fixture = &self.world.fixture;
        let key = VerificationKey::Id(id);
        let found = fixture
            .store
            .find_verification(HOUSE_ACCOUNT, key, self.now())
            .await;
        let sealed = found.expect("look up").expect("a verification").code;
        let sealer = fixture.sealer_of(HOUSE_ACCOUNT).await;
        let code = sealer.open(
            Purpose::VerificationCode,
            id.0,
            &sealed.expect("still valid"),
        );
        code.expect("opens").to_string()
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
        }
    }

    /// Signs a person up.
    async fn signed_up(&self, address: &str) -> BegunSession {
        let id = self.begin(address).await;
        let request = self.request(id).await;
        self.sign_up().execute(request).await.expect("signed up")
    }

    async fn sign_in(&self, address: &str, password: &str) -> Result<BegunSession, SignInError> {
        let fixture = &self.world.fixture;
        let sign_in = SignIn {
            persons: fixture.store.clone(),
            attempts: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        };
        let request = SignInRequest {
            email: EmailAddress::parse(address).expect("an address"),
            password: Password::typed(password.to_owned()),
            device: Device::of_user_agent(None),
            instead_of: None,
        };
        sign_in.execute(request).await
    }

    async fn viewer(&self, token: &SessionToken, activity: Activity) -> Option<Viewer> {
        let fixture = &self.world.fixture;
        let resume = ResumeSession {
            sessions: fixture.store.clone(),
            persons: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            clock: fixture.clock.clone(),
        };
        resume.execute(token, activity).await.expect("looked up")
    }

    fn end_sessions(&self) -> EndSessions {
        EndSessions {
            sessions: self.world.fixture.store.clone(),
            clock: self.world.fixture.clock.clone(),
        }
    }

    fn now(&self) -> otp_core::time::Timestamp {
        self.begin_session().clock.now()
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
    let [membership] = viewer.memberships[..] else {
        panic!("one account: {:?}", viewer.memberships);
    };
    assert_eq!(membership.role, AccountRole::Owner);
    let fixture = &gateway.world.fixture;
    let account = Accounts::find(&*fixture.store, membership.account_id).await;
    let account = account.expect("look up").expect("an account");
    let sealer = fixture.sealer_of(account.id).await;
    let contact = account.contact.open(&sealer).expect("opens");
    assert_eq!(
        (contact.company.as_str(), contact.email.as_str()),
        ("Noor", ADDRESS)
    );
    let entries = fixture.store.list_audit_entries(9).await.expect("list");
    let actions: Vec<_> = entries
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
        gateway.policy = policy;
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
        let before = gateway.passwords.compared.load(Ordering::Relaxed);
        for attempt in 0..7 {
            let refused = gateway.sign_in(address, "some other words").await;
            match (attempt, refused) {
                (0..5, Err(SignInError::Wrong)) => {}
                (5.., Err(SignInError::TooMany { wait })) => {
                    assert_eq!(wait, Duration::from_secs(30));
                }
                (_, other) => panic!("{address}, attempt {attempt}: {other:?}"),
            }
        }
        let after = gateway.passwords.compared.load(Ordering::Relaxed);
        assert_eq!(after - before, 5, "{address}");
    }
}

#[tokio::test]
async fn a_right_password_signs_in_and_forgets_the_wrong_ones() {
    let gateway = Gateway::new().await;
    gateway.signed_up(ADDRESS).await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert!(gateway.sign_in(ADDRESS, "some other words").await.is_err());
        }
        let begun = gateway.sign_in("SARA@noor.example", PASSWORD).await;
        let token = begun.expect("signed in").token;
        assert!(gateway.viewer(&token, Activity::Person).await.is_some());
    }
}

#[tokio::test]
async fn a_weak_hash_is_replaced_at_the_next_sign_in() {
    let mut gateway = Gateway::new().await;
    let person = gateway.signed_up(ADDRESS).await.session.person_id;
    gateway.passwords = Arc::new(PlainPasswords {
        strength: 2,
        compared: AtomicUsize::new(0),
    });
    assert!(gateway.sign_in(ADDRESS, PASSWORD).await.is_ok());
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

    let token = gateway.sign_in(ADDRESS, PASSWORD).await.expect("in").token;
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
    let second = gateway.sign_in(ADDRESS, PASSWORD).await.expect("in");
    let third = gateway.sign_in(ADDRESS, PASSWORD).await.expect("in");
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
async fn whoever_proves_their_address_sets_a_new_password_and_is_out_everywhere_else() {
    let gateway = Gateway::new().await;
    let before = gateway.signed_up(ADDRESS).await;
    for _ in 0..6 {
        let refused = gateway.sign_in(ADDRESS, "some other words").await;
        assert!(refused.is_err());
    }
    gateway.advance(Duration::from_secs(600));
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let sent = gateway.reset().begin(address, UiLanguage::English).await;
    let id = sent.expect("sent").id;
    let request = |password: &str, code: &str| ResetPasswordRequest {
        verification: id,
        guess: Guess::parse(code).expect("a guess"),
        password: Password::typed(password.to_owned()),
        device: Device::of_user_agent(None),
    };
    let code = gateway.code(id).await;
    let weak = gateway
        .reset()
        .execute(request("123456789012", &code))
        .await;
    assert!(
        matches!(weak, Err(ResetPasswordError::Password(_))),
        "{weak:?}"
    );
    let new = "quiet lemon harbour";
    let reset = gateway.reset().execute(request(new, &code)).await;
    let token = reset.expect("reset").token;
    assert!(gateway.viewer(&token, Activity::Person).await.is_some());
    assert_eq!(gateway.viewer(&before.token, Activity::Person).await, None);
    assert!(gateway.sign_in(ADDRESS, PASSWORD).await.is_err());
    assert!(gateway.sign_in(ADDRESS, new).await.is_ok());
}

#[tokio::test]
async fn only_the_owner_of_an_address_learns_that_nobody_has_it() {
    let gateway = Gateway::new().await;
    let address = EmailAddress::parse(ADDRESS).expect("an address");
    let sent = gateway.reset().begin(address, UiLanguage::English).await;
    let id = sent.expect("a code is sent to every address").id;
    let request = ResetPasswordRequest {
        verification: id,
        guess: Guess::parse(&gateway.code(id).await).expect("a guess"),
        password: Password::typed(PASSWORD.to_owned()),
        device: Device::of_user_agent(None),
    };
    let refused = gateway.reset().execute(request).await;
    assert!(
        matches!(refused, Err(ResetPasswordError::NobodyHasAddress)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_code_is_sent_again_after_its_cooldown_and_never_under_an_unknown_id() {
    let gateway = Gateway::new().await;
    let id = gateway.begin(ADDRESS).await;
    let code = gateway.code(id).await;
    let soon = gateway.prove().resend(id).await;
    let Err(ProveAddressError::CoolingDown { wait }) = soon else {
        panic!("{soon:?}");
    };
    gateway.advance(wait);
    let again = gateway.prove().resend(id).await.expect("sent again");
    assert_eq!((again.id, again.address.as_str()), (id, ADDRESS));
    assert_eq!(gateway.code(id).await, code);
    let unknown = VerificationId(uuid::Uuid::from_u128(9));
    let refused = gateway.prove().resend(unknown).await;
    assert!(
        matches!(refused, Err(ProveAddressError::NotFound)),
        "{refused:?}"
    );
}

#[tokio::test]
async fn sessions_and_failures_that_are_over_are_forgotten() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    assert!(gateway.sign_in(ADDRESS, "some other words").await.is_err());
    let fixture = &gateway.world.fixture;
    let forget = ForgetSignIns {
        sessions: fixture.store.clone(),
        attempts: fixture.store.clone(),
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
        let refused = gateway.sign_in(ADDRESS, "some other words").await;
        assert!(matches!(refused, Err(SignInError::Wrong)), "{refused:?}");
    }
}
