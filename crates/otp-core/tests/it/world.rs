//! A gateway in memory: an account with key, sender, templates and credits, and a scripted provider.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{AccessToken, ProviderId};
use otp_core::contact_number::ContactNumber;
use otp_core::ids::TemplateId;
use otp_core::language::LanguageTag;
use otp_core::passcode::Passcode;
use otp_core::ports::Storage;
use otp_core::usecases::add_sender::{NewSender, add_sender};
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::send_message::{
    SendMessage, SendMessagePorts, SendMessageRequest, SendPolicy,
};
use otp_testkit::contract::fixture::{Fixture, START, recipient};
use otp_testkit::{MemoryStore, ScriptedSender};

pub(crate) struct World {
    pub(crate) fixture: Fixture,
    pub(crate) provider: Arc<ScriptedSender>,
    pub(crate) send_message: SendMessage,
}

pub(crate) const POLICY: SendPolicy = SendPolicy {
    request_deadline: Duration::from_secs(10),
    provider_timeout: Duration::from_secs(8),
    message_lifetime: Duration::from_secs(600),
};

/// The use case over the world's store.
pub(crate) fn apply_template_events(fixture: &Fixture) -> ApplyTemplateEvents {
    ApplyTemplateEvents {
        templates: fixture.store.clone(),
        senders: fixture.store.clone(),
        outbox: fixture.store.clone(),
        clock: fixture.clock.clone(),
    }
}

impl World {
    /// An account with 10 credits, a sender and templates in Arabic and English.
    pub(crate) async fn with_provider(provider: ScriptedSender) -> Self {
        let world = Self::bare(provider).await;
        world.fixture.grant(10).await;
        world.add_sender(&["ar", "en_US"]).await;
        world
    }

    /// An account without sender and credits.
    pub(crate) async fn bare(provider: ScriptedSender) -> Self {
        let store: Arc<dyn Storage> = Arc::new(MemoryStore::default());
        let fixture = Fixture::new(Arc::clone(&store)).await;
        let provider = Arc::new(provider);
        let ports = SendMessagePorts {
            directory: store.clone(),
            ledger: store,
            sender: provider.clone(),
            templates: apply_template_events(&fixture),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        };
        let send_message = SendMessage::new(ports, fixture.sealer.clone(), POLICY);
        Self {
            fixture,
            provider,
            send_message,
        }
    }

    pub(crate) async fn add_sender(&self, languages: &[&str]) {
        let fixture = &self.fixture;
        let new = NewSender {
            account_id: fixture.account,
            phone_number_id: ProviderId::parse("106540352242922").expect("digits"),
            waba_id: ProviderId::parse("102290129340398").expect("digits"),
            phone: ContactNumber::parse("+15550783881").expect("a number"),
            access_token: AccessToken::parse("EAAGtoken").expect("token"),
        };
        let sender = add_sender(&*fixture.store, fixture.world(), &fixture.sealer, new).await;
        let sender = sender.expect("sender");
        for language in languages {
            let template = AuthenticationTemplate::vouched_for(
                TemplateId::generate(START, &*fixture.randomness),
                sender.id,
                TemplateName::parse("otp_code").expect("name"),
                LanguageTag::parse(language).expect("language"),
                START,
            );
            fixture
                .store
                .add_template(&template)
                .await
                .expect("template");
        }
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller {
            account_id: self.fixture.account,
            api_key_id: self.fixture.api_key,
        }
    }

    pub(crate) fn request(&self, number: u32) -> SendMessageRequest {
        SendMessageRequest {
            caller: self.caller(),
            passcode: Passcode::parse(Some("482913")).expect("passcode"),
            to: recipient(number),
            language: None,
            notice_language: None,
            idempotency_key: None,
        }
    }
}
