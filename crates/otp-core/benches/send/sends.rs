//! The sends that are measured: as a store sees them, and the same in every run.

use std::time::Duration;

use otp_core::channel::whatsapp;
use otp_core::credits::Credits;
use otp_core::idempotency::IdempotencyKey;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SenderId, SubscriptionId, TemplateId};
use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::message::{MessageStatus, ProviderMessageId};
use otp_core::notice::Announced;
use otp_core::ports::Randomness as _;
use otp_core::recipient::PhoneNumber;
use otp_core::sealing::{AccountSealer, InstallationSealer, Purpose};
use otp_core::send::settlement::{MessageState, SettlementFacts};
use otp_core::send::{Outcome, RoutedTo, SendAttempt, SendFacts, Settlement};
use otp_core::subscription::SubscriptionBalance;
use otp_core::time::Timestamp;
use otp_core::webhook::WantedEvents;
use otp_testkit::SeededRandomness;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

/// The keys of one account and of the installation, the same in every run.
pub(crate) struct Keys {
    pub(crate) account: AccountSealer,
    pub(crate) installation: InstallationSealer,
    pub(crate) randomness: SeededRandomness,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let randomness = SeededRandomness::new(1);
        let master_keys = MasterKeys::new(&MasterKey::generate(&randomness), &[]);
        let account = AccountId::generate(NOW, &randomness);
        let key = master_keys.generate_key(KeyOwner::Account(account), &randomness);
        let installation = master_keys.generate_key(KeyOwner::Installation, &randomness);
        Self {
            account: master_keys.account_sealer(account, &key).expect("opens"),
            installation: master_keys
                .installation_sealer(&installation)
                .expect("opens"),
            randomness,
        }
    }
}

/// A Saudi mobile number; a different one for each of the first ten million.
pub(crate) fn saudi_number(place: usize) -> String {
    format!("+96655{place:07}")
}

/// An id of WhatsApp's length; a different one for each send.
pub(crate) fn provider_message_id(place: usize) -> ProviderMessageId {
    ProviderMessageId(format!(
        "wamid.HBgMOTY2NTUxMjM0NTY3FQIAERgSRUUxNTk3{place:012X}AA=="
    ))
}

/// Sends of different people's passcodes, taking turns through the accounts.
pub(crate) struct Sends {
    keys: Keys,
    attempts: Vec<SendAttempt>,
}

impl Sends {
    /// `count` sends of at most `accounts` accounts.
    pub(crate) fn new(count: usize, accounts: usize) -> Self {
        let keys = Keys::new();
        let made: Vec<Account> = (0..accounts.min(count))
            .map(|_| Account::new(&keys.randomness))
            .collect();
        let attempts = (0..count)
            .map(|place| made[place % made.len()].attempt(place, &keys))
            .collect();
        Self { keys, attempts }
    }

    /// As they come to admission.
    pub(crate) fn attempts(&self) -> &[SendAttempt] {
        &self.attempts
    }

    /// Facts under which all are admitted: each recipient was sent to an hour ago, and each account
    /// has two subscriptions that could pay.
    pub(crate) fn facts(&self) -> SendFacts {
        let mut facts = SendFacts::default();
        let mut accounts = std::collections::BTreeSet::new();
        for attempt in &self.attempts {
            let earlier = NOW - Duration::from_secs(3_600);
            facts.add_send(attempt.account_id, attempt.recipient_index, earlier);
            if accounts.insert(attempt.account_id) {
                for (number, remaining) in [(1, 400_000), (2, 900_000)] {
                    let balance = balance(attempt.account_id, number, remaining);
                    facts.add_balance(attempt.account_id, balance);
                }
            }
        }
        facts
    }

    /// The provider accepted them all.
    pub(crate) fn acceptances(&self) -> Vec<Settlement> {
        let sends = self.attempts.iter().enumerate();
        let accepted = sends.map(|(place, attempt)| {
            let id = provider_message_id(place);
            let Keys {
                account,
                installation,
                randomness,
            } = &self.keys;
            let message = attempt.message_id;
            let sealed = account.seal_provider_message_id(message, &id, installation, randomness);
            Settlement {
                message_id: attempt.message_id,
                account_id: attempt.account_id,
                outcome: Outcome::Accepted(sealed),
                provider_time: None,
                at: NOW + Duration::from_millis(300),
            }
        });
        accepted.collect()
    }

    /// All are on their way. No account is locked for an acceptance, so that no balance is known.
    pub(crate) fn settlement_facts(&self) -> SettlementFacts {
        let states = self.attempts.iter().map(|attempt| {
            let state = MessageState {
                account_id: attempt.account_id,
                status: MessageStatus::Pending,
                first_answer: None,
                price: attempt.price,
                subscription_id: Some(balance(attempt.account_id, 2, 0).id),
                expires_at: attempt.expires_at,
                is_erased: false,
                verification_id: None,
                shares_charge: false,
                wanted_events: WantedEvents::NONE,
            };
            (attempt.message_id, state)
        });
        SettlementFacts {
            messages: states.collect(),
            ..SettlementFacts::default()
        }
    }
}

/// The values that all sends of an account share.
struct Account {
    id: AccountId,
    api_key: ApiKeyId,
    routed_to: RoutedTo,
}

impl Account {
    fn new(randomness: &SeededRandomness) -> Self {
        Self {
            id: AccountId::generate(NOW, randomness),
            api_key: ApiKeyId::generate(NOW, randomness),
            routed_to: RoutedTo::WhatsApp(whatsapp::RoutedTo {
                sender_id: SenderId::generate(NOW, randomness),
                template_id: TemplateId::generate(NOW, randomness),
                language: LanguageTag::parse("en_US").expect("a language"),
            }),
        }
    }

    fn attempt(&self, place: usize, keys: &Keys) -> SendAttempt {
        let (sealer, randomness) = (&keys.account, &keys.randomness);
        let message_id = MessageId::generate(NOW, randomness);
        let number = PhoneNumber::parse(&saudi_number(place)).expect("a number");
        let mut key = [0; 16];
        randomness.fill(&mut key);
        SendAttempt {
            message_id,
            account_id: self.id,
            api_key_id: self.api_key,
            idempotency_key: Some(IdempotencyKey(Uuid::from_bytes(key))),
            recipient_index: sealer.index(&number),
            recipient: sealer.seal(Purpose::Recipient, message_id.0, number.e164(), randomness),
            region: Some(number.region()),
            price: Credits::ONE,
            route: Ok(self.routed_to.clone()),
            notice_language: None,
            at: NOW,
            expires_at: NOW + Duration::from_secs(600),
            verification: None,
        }
    }
}

/// A subscription whose id follows from its account and number.
fn balance(account: AccountId, number: u128, remaining: i64) -> SubscriptionBalance {
    SubscriptionBalance {
        id: SubscriptionId(Uuid::from_u128(account.0.as_u128() ^ number)),
        remaining: Credits::new(remaining).expect("credits"),
        granted: Credits::new(1_000_000).expect("credits"),
        created_at: NOW - Duration::from_secs(86_400),
        announced: Announced::Nothing,
        is_revoked: false,
    }
}
