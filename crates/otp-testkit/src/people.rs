//! People who sign up and sign in, over a store in memory.

mod browsing;
mod desk;
mod own;
mod team;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use otp_core::account::{AccountRules, HOUSE_ACCOUNT};
use otp_core::audit::Actor;
use otp_core::ids::{OrderId, VerificationId, parse_uuid};
use otp_core::person::password::{Password, PasswordHash};
use otp_core::plan::{Money, Plan};
use otp_core::ports::{
    Clock as _, PasswordMatch, Passwords, PortError, ProofSigner, VerificationKey,
};
use otp_core::proof::{Proof, ProofClaims};
use otp_core::sealing::Purpose;
use otp_core::usecases::begin_session::BeginSession;
use otp_core::usecases::change_order::ChangeOrder;
use otp_core::usecases::change_password::ChangePassword;
use otp_core::usecases::check_verification::CheckVerification;
use otp_core::usecases::create_account::CreateAccount;
use otp_core::usecases::create_api_key::CreateApiKey;
use otp_core::usecases::create_plan::NewPlan;
use otp_core::usecases::create_verification::CreateVerification;
use otp_core::usecases::end_sessions::EndSessions;
use otp_core::usecases::handle_orders::{Activation, HandleOrders};
use otp_core::usecases::list_api_keys::ListApiKeys;
use otp_core::usecases::list_audit_entries::ListAuditEntries;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::manage_own_keys::ManageOwnKeys;
use otp_core::usecases::manage_own_orders::ManageOwnOrders;
use otp_core::usecases::manage_second_factor::ManageSecondFactor;
use otp_core::usecases::manage_staff::ManageStaff;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpoints;
use otp_core::usecases::open_house_account::OpenHouseAccount;
use otp_core::usecases::open_test_account::OpenTestAccount;
use otp_core::usecases::prove_address::ProveAddress;
use otp_core::usecases::prove_person::ProvePerson;
use otp_core::usecases::resend_verification::ResendVerification;
use otp_core::usecases::reset_password::ResetPassword;
use otp_core::usecases::reset_second_factor::ResetSecondFactor;
use otp_core::usecases::resume_session::ResumeSession;
use otp_core::usecases::revoke_api_key::RevokeApiKey;
use otp_core::usecases::rotate_api_key::RotateApiKey;
use otp_core::usecases::show_overview::ShowOverview;
use otp_core::usecases::show_own_credits::ShowOwnCredits;
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::usecases::sign_in::SignIn;
use otp_core::usecases::sign_in_by_link::SignInByLink;
use otp_core::usecases::sign_up::{SignUp, SignUpPolicy};
use otp_core::usecases::staff_actor::StaffActor;
use otp_core::usecases::tell_person::TellPerson;
use otp_core::webhook::PrivateTargets;

use crate::contract::fixture::{Fixture, credits, new_account, staff_operator};
use crate::{ScriptedSender, World};

pub use browsing::{browse_messages, browse_verifications, explain_own_send};

/// A gateway where people sign up: the use cases of its pages, with the house account opened.
pub struct People {
    /// The store, the clock and the keys.
    pub world: World,
    /// Keeps the passwords, and counts their comparisons.
    pub passwords: Arc<PlainPasswords>,
    /// The people who may sign up.
    pub policy: SignUpPolicy,
}

/// Keeps passwords in the clear, with the strength of the hash before them, and counts comparisons.
pub struct PlainPasswords {
    strength: usize,
    compared: AtomicUsize,
}

impl PlainPasswords {
    /// Passwords whose hashes have this strength; those of another one count as weak.
    pub fn of_strength(strength: usize) -> Self {
        Self {
            strength,
            compared: AtomicUsize::new(0),
        }
    }

    /// Returns how many comparisons there were.
    pub fn compared(&self) -> usize {
        self.compared.load(Ordering::Relaxed)
    }
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

/// Signs nothing: no page shows a proof.
struct NoProofs;

#[async_trait]
impl ProofSigner for NoProofs {
    async fn sign(&self, _: &ProofClaims) -> Result<Proof, PortError> {
        Ok(Proof::new(String::new()))
    }
}

/// Shows overviews of the fixture's accounts.
pub fn show_overview(fixture: &Fixture) -> ShowOverview {
    let store = || fixture.store.clone();
    ShowOverview {
        accounts: store(),
        subscriptions: store(),
        keys: store(),
        directory: store(),
        list_messages: ListMessages {
            messages: store(),
            sealers: fixture.sealers(),
        },
        endpoints: ManageWebhookEndpoints {
            endpoints: store(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
            private_targets: PrivateTargets::Forbidden,
        },
        sealers: fixture.sealers(),
        clock: fixture.clock.clone(),
    }
}

impl People {
    /// A gateway where everybody may sign up.
    pub async fn new() -> Self {
        let people = Self {
            world: World::bare(ScriptedSender::default()).await,
            passwords: Arc::new(PlainPasswords::of_strength(1)),
            policy: SignUpPolicy::Open,
        };
        people.open_house().await;
        people
    }

    /// Opens the house account, as each start of a gateway does.
    pub async fn open_house(&self) {
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

    /// Proves addresses.
    pub fn prove(&self) -> ProveAddress {
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

    /// Begins sessions.
    pub fn begin_session(&self) -> BeginSession {
        let fixture = &self.world.fixture;
        BeginSession {
            sessions: fixture.store.clone(),
            factors: fixture.store.clone(),
            tell: self.tell_person(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Makes the mails about people's own sign-in.
    pub fn tell_person(&self) -> TellPerson {
        TellPerson {
            persons: self.world.fixture.store.clone(),
            accounts: self.world.fixture.store.clone(),
            house: Some(HOUSE_ACCOUNT),
        }
    }

    /// Signs people up.
    pub fn sign_up(&self) -> SignUp {
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

    /// Signs people in.
    pub fn sign_in(&self) -> SignIn {
        let fixture = &self.world.fixture;
        SignIn {
            persons: fixture.store.clone(),
            attempts: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    /// Signs people in by links.
    pub fn sign_in_by_link(&self) -> SignInByLink {
        SignInByLink {
            links: self.world.fixture.store.clone(),
            persons: self.world.fixture.store.clone(),
            begin_session: self.begin_session(),
        }
    }

    /// Sets new passwords.
    pub fn reset_password(&self) -> ResetPassword {
        let fixture = &self.world.fixture;
        ResetPassword {
            prove: self.prove(),
            persons: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    /// Resumes sessions.
    pub fn resume_session(&self) -> ResumeSession {
        let fixture = &self.world.fixture;
        ResumeSession {
            sessions: fixture.store.clone(),
            persons: fixture.store.clone(),
            names: self.named_accounts(),
            staff: fixture.store.clone(),
            factors: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            clock: fixture.clock.clone(),
        }
    }

    /// Manages staff.
    pub fn manage_staff(&self) -> ManageStaff {
        let fixture = &self.world.fixture;
        ManageStaff {
            staff: fixture.store.clone(),
            persons: fixture.store.clone(),
            factors: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            links: self.sign_in_by_link(),
        }
    }

    /// Lists the audit trail.
    pub fn list_audit_entries(&self) -> ListAuditEntries {
        ListAuditEntries {
            audit: self.world.fixture.store.clone(),
        }
    }

    /// Proves people again.
    pub fn prove_person(&self) -> ProvePerson {
        let fixture = &self.world.fixture;
        ProvePerson {
            sessions: fixture.store.clone(),
            persons: fixture.store.clone(),
            factors: fixture.store.clone(),
            attempts: fixture.store.clone(),
            passwords: self.passwords.clone(),
            installation: Arc::clone(&fixture.installation),
            begin_session: self.begin_session(),
        }
    }

    /// Manages the keys of people's accounts.
    pub fn manage_own_keys(&self) -> ManageOwnKeys {
        let fixture = &self.world.fixture;
        let store = || fixture.store.clone();
        ManageOwnKeys {
            list: ListApiKeys {
                keys: store(),
                accounts: store(),
            },
            create: CreateApiKey {
                keys: store(),
                accounts: store(),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
            open_test_account: OpenTestAccount {
                accounts: store(),
                sealers: fixture.sealers(),
                master_keys: Arc::clone(&fixture.master_keys),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
            rotate: RotateApiKey {
                keys: store(),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
            revoke: RevokeApiKey {
                keys: store(),
                clock: fixture.clock.clone(),
                randomness: fixture.randomness.clone(),
            },
        }
    }

    /// Changes orders.
    fn change_order(&self) -> ChangeOrder {
        let fixture = &self.world.fixture;
        ChangeOrder {
            orders: fixture.store.clone(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Manages the orders of people's accounts. The operators want a mail for each.
    pub fn manage_own_orders(&self) -> ManageOwnOrders {
        let fixture = &self.world.fixture;
        ManageOwnOrders {
            plans: fixture.store.clone(),
            accounts: fixture.store.clone(),
            sealers: fixture.sealers(),
            change: self.change_order(),
            tells_operators: true,
        }
    }

    /// Shows the credits of people's accounts.
    pub fn show_own_credits(&self) -> ShowOwnCredits {
        ShowOwnCredits {
            subscriptions: self.world.fixture.store.clone(),
        }
    }

    /// Handles orders.
    pub fn handle_orders(&self) -> HandleOrders {
        let fixture = &self.world.fixture;
        HandleOrders {
            accounts: fixture.store.clone(),
            subscriptions: fixture.store.clone(),
            sealers: fixture.sealers(),
            audit: fixture.store.clone(),
            change: self.change_order(),
        }
    }

    /// Activates an order, as an operator does.
    pub async fn activate(&self, order: &str) {
        let activation = Activation {
            id: OrderId(parse_uuid(order).expect("an id")),
            credits: None,
            payment: None,
        };
        let operator = Actor::parse("uid 0").expect("a name");
        let by = StaffActor::Operator(operator);
        let activated = self.handle_orders().activate(by, activation).await;
        activated.expect("activated");
    }

    /// A plan with 1,000 credits.
    pub async fn plan(&self, name: &str) -> Plan {
        let create = self.create_plan();
        let new = NewPlan {
            name: name.to_owned(),
            credits: credits(1_000),
            price: Some(Money::parse("19.99", "USD").expect("money")),
        };
        create.execute(new, staff_operator()).await.expect("a plan")
    }

    /// Changes passwords.
    pub fn change_password(&self) -> ChangePassword {
        ChangePassword {
            persons: self.world.fixture.store.clone(),
            prove: self.prove_person(),
        }
    }

    /// Turns second factors on and off.
    pub fn manage_second_factor(&self) -> ManageSecondFactor {
        let fixture = &self.world.fixture;
        ManageSecondFactor {
            factors: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            issuer: "Gateway".to_owned(),
            tell: self.tell_person(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Resets second factors.
    pub fn reset_second_factor(&self) -> ResetSecondFactor {
        let fixture = &self.world.fixture;
        ResetSecondFactor {
            persons: fixture.store.clone(),
            factors: fixture.store.clone(),
            installation: Arc::clone(&fixture.installation),
            tell: self.tell_person(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Ends sessions.
    pub fn end_sessions(&self) -> EndSessions {
        EndSessions {
            sessions: self.world.fixture.store.clone(),
            clock: self.world.fixture.clock.clone(),
        }
    }

    /// Returns the code that was sent under this id, as only its reader knows it.
    pub async fn code(&self, id: VerificationId) -> String {
        let fixture = &self.world.fixture;
        let (key, now) = (VerificationKey::Id(id), fixture.clock.now());
        let found = fixture.store.find_verification(HOUSE_ACCOUNT, key, now);
        let found = found.await.expect("look up").expect("a verification");
        let sealed = found.code.expect("still valid");
        let sealer = fixture.sealer_of(HOUSE_ACCOUNT).await;
        let code = sealer.open(Purpose::VerificationCode, id.0, &sealed);
        code.expect("opens").to_string()
    }
}
