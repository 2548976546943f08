//! A gateway in memory: an account that can send, a clock set by hand, and a scripted provider.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{self, ProviderId};
use otp_core::ids::{AccountId, SenderId, TemplateId};
use otp_core::language::LanguageTag;
use otp_core::message::ProviderMessageId;
use otp_core::passcode::Passcode;
use otp_core::ports::{OutgoingMessage, Storage};
use otp_core::recipient::EmailAddress;
use otp_core::sealing::SealedProviderMessageId;
use otp_core::send::SendAttempt;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::record_consent::RecordConsent;
use otp_core::usecases::send_message::{SendMessage, SendMessageRequest, SendPolicy};

use crate::contract::fixture::{Fixture, START, recipient};
use crate::{MemoryStore, ScriptedSender};

/// A gateway in memory for tests of use cases: a store, a clock set by hand, a scripted provider, and
/// an account with 10 credits that can send.
///
/// This test shows that a message whose outcome is unknown is not sent again, and that the recipient
/// has to wait as after any other send:
///
/// ```
/// use std::time::Duration;
/// use otp_core::message::MessageStatus;
/// use otp_core::ports::SendError;
/// use otp_core::usecases::send_message::SendMessageError;
/// use otp_testkit::{ScriptedSender, World};
///
/// # tokio::runtime::Builder::new_current_thread().build().expect("runtime").block_on(async {
/// // The provider's first answer is lost; it accepts after that.
/// let world = World::with_provider(ScriptedSender::answering([Err(SendError::Unknown)])).await;
/// let send = || world.send_message.execute(world.request(1));
///
/// let sent = send().await.expect("recorded");
/// assert_eq!(sent.status, MessageStatus::Pending);
/// assert_eq!(world.provider.calls().len(), 1);
///
/// let refused = send().await.expect_err("too early");
/// assert!(matches!(refused, SendMessageError::CoolingDown { .. }));
///
/// world.fixture.clock.advance(Duration::from_secs(30));
/// assert_eq!(send().await.expect("sent").status, MessageStatus::Sent);
/// assert_eq!(world.fixture.balance().await, 8);
/// # });
/// ```
///
/// Every port of [`send_message`](Self::send_message) is a public field: replace it with a mock of
/// `otp_core::ports`, or with the adapter under test, as in
/// `SendMessage { sender: Arc::new(mine), ..world.send_message.clone() }`. A server over the same
/// store takes [`fixture.store`](Fixture::store) and [`MASTER_KEY`](crate::contract::fixture::MASTER_KEY).
pub struct World {
    /// The store, the clock, the account and the keys.
    pub fixture: Fixture,
    /// The provider, and the calls that it received.
    pub provider: Arc<ScriptedSender>,
    /// Sends messages.
    pub send_message: SendMessage,
}

/// The provider's id of the number that every sender of a [`World`] has.
pub const PHONE_NUMBER_ID: &str = "106540352242922";

/// The address that a [`World`] sends mails from.
pub const MAIL_FROM: &str = "otp@gateway.example";

/// How long things may take in a [`World`].
pub const POLICY: SendPolicy = SendPolicy {
    request_deadline: Duration::from_secs(10),
    provider_timeout: Duration::from_secs(8),
    message_lifetime: Duration::from_secs(600),
};

impl World {
    /// An account with 10 credits, a sender, and templates in Arabic and English.
    pub async fn with_provider(provider: ScriptedSender) -> Self {
        let mut world = Self::bare(provider).await;
        world.fixture.grant(10).await;
        let account = world.fixture.account;
        world.fixture.sender_id = world.add_sender_of(account, &["ar", "en_US"]).await;
        world
    }

    /// An account without sender and credits.
    pub async fn bare(provider: ScriptedSender) -> Self {
        let store: Arc<dyn Storage> = Arc::new(MemoryStore::default());
        Self::over(Fixture::new(store).await, Arc::new(provider))
    }

    /// The use cases over what there is already, as a process that starts builds them.
    pub fn over(fixture: Fixture, provider: Arc<ScriptedSender>) -> Self {
        let send_message = SendMessage {
            directory: fixture.store.clone(),
            ledger: fixture.store.clone(),
            sender: provider.clone(),
            templates: apply_template_events(&fixture),
            master_keys: Arc::clone(&fixture.master_keys),
            installation: Arc::clone(&fixture.installation),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
            mail_from: Some(EmailAddress::parse(MAIL_FROM).expect("an address")),
            policy: POLICY,
        };
        Self {
            fixture,
            provider,
            send_message,
        }
    }

    /// Adds a sender with a template in each of these languages.
    pub async fn add_sender(&self, languages: &[&str]) {
        self.add_sender_of(self.fixture.account, languages).await;
    }

    /// Adds a sender with the same number to any account.
    pub async fn add_sender_of(&self, account_id: AccountId, languages: &[&str]) -> SenderId {
        let fixture = &self.fixture;
        let number = ProviderId::parse(PHONE_NUMBER_ID).expect("digits");
        let sender = fixture.add_sender(account_id, number).await;
        for language in languages {
            let template = AuthenticationTemplate::assumed_approved(
                TemplateId::generate(START, &*fixture.randomness),
                sender.id,
                TemplateName::parse("otp_code").expect("name"),
                LanguageTag::parse(language).expect("language"),
                START,
            );
            let added = fixture
                .store
                .add_template(&template, &fixture.entry())
                .await;
            added.expect("template");
        }
        sender.id
    }

    /// The account's caller.
    pub fn caller(&self) -> Caller {
        Caller {
            account_id: self.fixture.account,
            api_key_id: self.fixture.api_key,
        }
    }

    /// A request to send to the `number`-th of the tests' recipients.
    pub fn request(&self, number: u32) -> SendMessageRequest {
        SendMessageRequest {
            caller: self.caller(),
            passcode: Passcode::parse(Some("482913")).expect("passcode"),
            to: recipient(number),
            language: None,
            notice_language: None,
            idempotency_key: None,
        }
    }

    /// The WhatsApp messages that the provider was handed.
    pub fn whatsapp_calls(&self) -> Vec<whatsapp::OutgoingMessage> {
        let whatsapp = |call| {
            let OutgoingMessage::WhatsApp(message) = call else {
                return None;
            };
            Some(message)
        };
        self.provider
            .calls()
            .into_iter()
            .filter_map(whatsapp)
            .collect()
    }

    /// Applies receipts to the store.
    pub fn apply_receipts(&self) -> ApplyReceipts {
        let fixture = &self.fixture;
        ApplyReceipts {
            receipts: fixture.store.clone(),
            ledger: fixture.store.clone(),
            identities: fixture.store.clone(),
            sealers: fixture.sealers(),
            installation: Arc::clone(&fixture.installation),
            randomness: fixture.randomness.clone(),
        }
    }

    /// Records consent in the store.
    pub fn record_consent(&self) -> RecordConsent {
        let fixture = &self.fixture;
        RecordConsent {
            opt_outs: fixture.store.clone(),
            identities: fixture.store.clone(),
            sealers: fixture.sealers(),
            installation: Arc::clone(&fixture.installation),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        }
    }

    /// The provider's id of an attempt's message, as a store is given it.
    pub fn seal_provider_message_id(
        &self,
        attempt: &SendAttempt,
        id: &ProviderMessageId,
    ) -> SealedProviderMessageId {
        let fixture = &self.fixture;
        fixture.sealer.seal_provider_message_id(
            attempt.message_id,
            id,
            &fixture.installation,
            &*fixture.randomness,
        )
    }
}

/// The use case over the fixture's store.
pub fn apply_template_events(fixture: &Fixture) -> ApplyTemplateEvents {
    ApplyTemplateEvents {
        templates: fixture.store.clone(),
        senders: fixture.store.clone(),
        outbox: fixture.store.clone(),
        clock: fixture.clock.clone(),
    }
}
