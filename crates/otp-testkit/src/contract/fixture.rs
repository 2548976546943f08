//! An account ready to send, and attempts made to measure.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use otp_core::account::{AccountChange, AccountRules, Contact, ContactLine};
use otp_core::api_key::{ApiKey, ApiKeySecret};
use otp_core::audit::{Actor, AuditAction, AuditEntry, GATEWAY};
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{self, AccessToken, ProviderId, Sender};
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SenderId, SubscriptionId, TemplateId};
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::message::Message;
use otp_core::opt_out::consent::ConsentEntry;
use otp_core::opt_out::{ConsentRequest, ConsentSource};
use otp_core::ports::{Clock, Messages, PortError, Storage, Subscriptions};
use otp_core::recipient::EmailAddress;
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::{AccountSealer, InstallationSealer, Purpose};
use otp_core::send::{Admission, Outcome, RoutedTo, SendAttempt, Settlement};
use otp_core::subscription::Subscription;
use otp_core::time::Timestamp;
use otp_core::usecases::account_actor::AccountActor;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::add_sender::{AddSender, NewSender};
use otp_core::usecases::create_account::{CreateAccount, NewAccount};
use otp_core::usecases::create_api_key::{CreateApiKey, NewApiKey};
use otp_core::usecases::grant_subscription::{GrantSubscription, NewSubscription};
use otp_core::usecases::open_keyring::OpenKeyring;
use otp_core::usecases::open_test_account::OpenTestAccount;
use otp_core::usecases::staff_actor::StaffActor;
use uuid::Uuid;

use crate::{ManualClock, SeededRandomness};

/// When the tests' time begins.
pub const START: Timestamp = Timestamp::from_unix_millis(1_800_000_000_123);

/// The master key of every fixture, as the setting `security.master_key` has it.
pub const MASTER_KEY: &str = "b3RwLXRlc3RraXQ6IG5vdCBhIHNlY3JldCBhdCBhbGw=";

/// A store with one account that has a key, and what it takes to make attempts of it.
#[derive(Clone)]
pub struct Fixture {
    /// The store under test.
    pub store: Arc<dyn Storage>,
    /// The tests' time.
    pub clock: Arc<ManualClock>,
    /// The tests' chance.
    pub randomness: Arc<SeededRandomness>,
    /// Wraps the keyring; the same in every test.
    pub master_keys: Arc<MasterKeys>,
    /// Seals what belongs to the installation.
    pub installation: Arc<InstallationSealer>,
    /// Seals what belongs to the account.
    pub sealer: Arc<AccountSealer>,
    /// The sender that its attempts name. It need not exist.
    pub sender_id: SenderId,
    /// The account.
    pub account: AccountId,
    /// Its key.
    pub api_key: ApiKeyId,
}

/// The operator who sets up what the tests need.
pub fn operator() -> Actor {
    Actor::parse("fixture").expect("an actor")
}

/// Returns the operator as somebody who may do everything.
pub fn staff_operator() -> StaffActor<'static> {
    StaffActor::Operator(operator())
}

impl Fixture {
    /// An account without credits.
    pub async fn new(store: Arc<dyn Storage>) -> Self {
        static SEED: AtomicU32 = AtomicU32::new(1);
        let randomness = Arc::new(SeededRandomness::new(
            SEED.fetch_add(1, Ordering::Relaxed).into(),
        ));
        let clock = Arc::new(ManualClock::starting_at(START));
        let master_keys = Arc::new(MasterKeys::new(&master_key(), &[]));
        let open_keyring = OpenKeyring {
            keyring: store.clone(),
            master_keys: Arc::clone(&master_keys),
            randomness: randomness.clone(),
        };
        let installation = open_keyring.execute().await.expect("a keyring");
        let create_account = CreateAccount {
            accounts: store.clone(),
            master_keys: Arc::clone(&master_keys),
            clock: clock.clone(),
            randomness: randomness.clone(),
        };
        let account = create_account
            .execute(new_account(), staff_operator())
            .await;
        let account = account.expect("account").id;
        let sealers = AccountSealers {
            directory: store.clone(),
            master_keys: Arc::clone(&master_keys),
        };
        let sealer = sealers.find(account).await.expect("a key");
        let mut fixture = Self {
            store,
            clock,
            randomness,
            master_keys,
            installation: Arc::new(installation),
            sealer: sealer.expect("an account has a key"),
            sender_id: SenderId(Uuid::from_u128(1)),
            account,
            api_key: ApiKeyId(Uuid::nil()),
        };
        fixture.api_key = fixture.another_key(fixture.account).await;
        fixture
    }

    /// An account with one subscription of `credits`.
    pub async fn with_credits(store: Arc<dyn Storage>, credits: i64) -> Self {
        let fixture = Self::new(store).await;
        fixture.grant(credits).await;
        fixture
    }

    /// An entry of the audit trail, for a change whose entry does not matter to the test.
    pub fn entry(&self) -> AuditEntry {
        let (by, action, now) = (operator(), AuditAction::SetPrices, self.clock.now());
        AuditEntry::new(by, action, GATEWAY, now, &*self.randomness)
    }

    /// Opens the keys of accounts.
    pub fn sealers(&self) -> AccountSealers {
        AccountSealers {
            directory: self.store.clone(),
            master_keys: Arc::clone(&self.master_keys),
        }
    }

    /// The sealer of any account.
    pub async fn sealer_of(&self, account: AccountId) -> Arc<AccountSealer> {
        let sealer = self.sealers().find(account).await.expect("a key");
        sealer.expect("an account has a key")
    }

    /// One more account.
    pub async fn another_account(&self) -> AccountId {
        self.account_with_rules(AccountRules::default()).await
    }

    /// Changes one account.
    pub async fn change(&self, id: AccountId, change: &AccountChange) -> Result<bool, PortError> {
        let changes = BTreeMap::from([(id, change.clone())]);
        let entry = self.entry();
        self.store.change(&changes, &entry).await
    }

    /// The test account of an account.
    pub async fn test_account(&self, of: AccountId) -> AccountId {
        let open_test_account = OpenTestAccount {
            accounts: self.store.clone(),
            sealers: self.sealers(),
            master_keys: Arc::clone(&self.master_keys),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
        };
        let opened = open_test_account.execute(of, staff_operator()).await;
        opened.expect("a test account").id
    }

    /// One more account with these rules.
    pub async fn account_with_rules(&self, rules: AccountRules) -> AccountId {
        let create_account = CreateAccount {
            accounts: self.store.clone(),
            master_keys: Arc::clone(&self.master_keys),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
        };
        let new = NewAccount {
            rules,
            ..new_account()
        };
        let created = create_account.execute(new, staff_operator()).await;
        created.expect("account").id
    }

    /// One more key of an account.
    pub async fn another_key(&self, account_id: AccountId) -> ApiKeyId {
        self.issue_key(account_id).await.0.id
    }

    /// One more key of an account, and its secret, which authenticates a request.
    pub async fn issue_key(&self, account_id: AccountId) -> (ApiKey, ApiKeySecret) {
        let create_api_key = CreateApiKey {
            keys: self.store.clone(),
            accounts: self.store.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
        };
        let new = NewApiKey {
            account_id,
            name: "contract".to_owned(),
            expires_at: None,
        };
        create_api_key
            .execute(new, AccountActor::Operator(operator()))
            .await
            .expect("key")
    }

    /// A sender of an account, from this number.
    pub async fn add_sender(&self, account_id: AccountId, phone_number_id: ProviderId) -> Sender {
        let add_sender = AddSender {
            senders: self.store.clone(),
            sealers: self.sealers(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
        };
        let new = NewSender {
            account_id,
            phone_number_id,
            waba_id: ProviderId::parse("102290129340398").expect("digits"),
            phone: ContactNumber::parse("+15550783881").expect("a number"),
            access_token: AccessToken::parse("EAAGtoken").expect("a token"),
        };
        add_sender
            .execute(new, staff_operator())
            .await
            .expect("a sender")
    }

    /// A sender of the account with a template, and an attempt to send with them to the `number`-th of the
    /// tests' recipients.
    pub async fn routed_attempt(&self, number: u32) -> (SendAttempt, Sender, TemplateName) {
        let digits = ProviderId::parse("106540352242922").expect("digits");
        let sender = self.add_sender(self.account, digits).await;
        let template = AuthenticationTemplate::assumed_approved(
            TemplateId::generate(self.clock.now(), &*self.randomness),
            sender.id,
            TemplateName::parse("otp_code").expect("name"),
            LanguageTag::parse("en_US").expect("language"),
            self.clock.now(),
        );
        let entry = self.entry();
        let added = self.store.add_template(&template, &entry).await;
        added.expect("template");
        let attempt = SendAttempt {
            route: Ok(RoutedTo::WhatsApp(whatsapp::RoutedTo {
                sender_id: sender.id,
                template_id: template.id,
                language: template.language,
            })),
            ..self.attempt(number)
        };
        (attempt, sender, template.name)
    }

    /// Credits for the account.
    pub async fn grant(&self, credits: i64) -> SubscriptionId {
        self.grant_to(self.account, credits).await
    }

    /// Credits for any account.
    pub async fn grant_to(&self, account_id: AccountId, amount: i64) -> SubscriptionId {
        let grant_subscription = GrantSubscription {
            subscriptions: self.store.clone(),
            plans: self.store.clone(),
            clock: self.clock.clone(),
            randomness: self.randomness.clone(),
        };
        let new = NewSubscription {
            account_id,
            credits: credits(amount),
            plan_id: None,
        };
        let granted = grant_subscription.execute(new, staff_operator()).await;
        granted.expect("subscription").id
    }

    /// An attempt of the account to send to the `number`-th of the tests' recipients, for one credit.
    pub fn attempt(&self, number: u32) -> SendAttempt {
        let now = self.clock.now();
        let to = recipient(number);
        let message_id = MessageId::generate(now, &*self.randomness);
        SendAttempt {
            message_id,
            account_id: self.account,
            api_key_id: self.api_key,
            idempotency_key: None,
            recipient_index: self.sealer.index(&to),
            recipient: self.sealer.seal(
                Purpose::Recipient,
                message_id.0,
                to.e164(),
                &*self.randomness,
            ),
            region: Some(to.region()),
            price: Credits::ONE,
            route: Ok(RoutedTo::WhatsApp(whatsapp::RoutedTo {
                sender_id: self.sender_id,
                template_id: TemplateId(Uuid::from_u128(2)),
                language: LanguageTag::parse("en_US").expect("language"),
            })),
            notice_language: None,
            at: now,
            expires_at: now + Duration::from_secs(600),
            verification: None,
        }
    }

    /// The same under an idempotency key.
    pub fn attempt_with_key(&self, number: u32, key: u128) -> SendAttempt {
        let idempotency_key = Some(IdempotencyKey(Uuid::from_u128(key)));
        SendAttempt {
            idempotency_key,
            ..self.attempt(number)
        }
    }

    /// Judges one attempt.
    pub async fn admit(&self, attempt: &SendAttempt) -> Admission {
        self.admit_all(vec![attempt.clone()]).await[0]
    }

    /// Judges a batch.
    pub async fn admit_all(&self, attempts: Vec<SendAttempt>) -> Vec<Admission> {
        let expected = attempts.len();
        let admissions = self.store.admit(Arc::from(attempts)).await.expect("admit");
        assert_eq!(admissions.len(), expected, "one admission for each attempt");
        admissions
    }

    /// Admits a send that has to pass.
    pub async fn send(&self, number: u32) -> SendAttempt {
        let attempt = self.attempt(number);
        assert_eq!(self.admit(&attempt).await, Admission::Admitted);
        attempt
    }

    /// Settles one message.
    pub async fn settle(&self, attempt: &SendAttempt, outcome: Outcome) {
        self.settle_reported_at(attempt, outcome, None).await;
    }

    /// Settles one message by something that happened at this time of the provider's clock.
    pub async fn settle_reported_at(
        &self,
        attempt: &SendAttempt,
        outcome: Outcome,
        provider_time: Option<Timestamp>,
    ) {
        let settlement = Settlement {
            message_id: attempt.message_id,
            account_id: attempt.account_id,
            outcome,
            provider_time,
            at: self.clock.now(),
        };
        self.store
            .settle(Arc::from([settlement]))
            .await
            .expect("settle");
    }

    /// A recipient's request as an operator records it: it holds from now on.
    pub async fn request(&self, number: u32, request: ConsentRequest) {
        let entry = ConsentEntry {
            account_id: self.account,
            recipient_index: self.sealer.index(&recipient(number)),
            request,
            source: ConsentSource::Operator,
            message: None,
            requested_at: self.clock.now(),
            recorded_at: self.clock.now(),
        };
        let recorded = self.store.record_consent(Arc::from([entry])).await;
        recorded.expect("recorded");
    }

    /// The message of an attempt, if there is one.
    pub async fn find(&self, attempt: &SendAttempt) -> Option<Message> {
        let id = attempt.message_id;
        Messages::find(&*self.store, attempt.account_id, id)
            .await
            .expect("find")
    }

    /// The message of an admitted attempt.
    pub async fn message(&self, attempt: &SendAttempt) -> Message {
        self.find(attempt)
            .await
            .expect("an admitted message exists")
    }

    /// The account's subscriptions, newest first.
    pub async fn subscriptions(&self) -> Vec<Subscription> {
        Subscriptions::list(&*self.store, self.account)
            .await
            .expect("subscriptions")
    }

    /// Returns the credits that are left in all subscriptions.
    pub async fn balance(&self) -> i64 {
        self.subscriptions()
            .await
            .iter()
            .map(|row| row.remaining.get())
            .sum()
    }

    /// Every subscription's balance equals the sum of its ledger entries and is not negative.
    pub async fn assert_ledger_balances(&self) {
        let ledger = self.store.ledger(self.account).await.expect("ledger");
        for row in self.subscriptions().await {
            let entries = ledger
                .iter()
                .filter(|entry| entry.subscription_id == row.id);
            let sum: i64 = entries.map(|entry| entry.signed_amount()).sum();
            assert_eq!(row.remaining.get(), sum, "balance and ledger of {}", row.id);
        }
    }
}

/// The master key of every fixture.
pub fn master_key() -> MasterKey {
    MasterKey::parse(MASTER_KEY).expect("a master key")
}

/// An amount of credits.
pub fn credits(amount: i64) -> Credits {
    Credits::new(amount).expect("credits")
}

/// The `number`-th of the tests' recipients.
pub fn recipient(number: u32) -> PhoneNumber {
    PhoneNumber::parse(&format!("+96655{:07}", number % 10_000_000)).expect("a Saudi mobile number")
}

/// An account to create.
pub fn new_account() -> NewAccount {
    NewAccount {
        contact: contact(),
        default_language: LanguageTag::parse("en").expect("language"),
        rules: AccountRules::default(),
    }
}

/// Contact details.
pub fn contact() -> Contact {
    Contact {
        name: ContactLine::parse("Amal").expect("name"),
        email: EmailAddress::parse("amal@example.com").expect("address"),
        phone: ContactNumber::parse("+4930901820").expect("a number"),
        company: ContactLine::parse("Amal Group").expect("company"),
        address: Some(ContactLine::parse("Suedstrasse 49f").expect("address")),
    }
}
