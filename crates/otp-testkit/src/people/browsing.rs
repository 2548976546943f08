//! The messages and verifications that people look at, and how tests make some.

use std::sync::Arc;

use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::ports::Clock as _;
use otp_core::recipient::Recipient;
use otp_core::send::{Outcome, Settlement};
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::browse_messages::BrowseMessages;
use otp_core::usecases::browse_verifications::BrowseVerifications;
use otp_core::usecases::create_verification::{CodeSource, CreateVerificationRequest};
use otp_core::usecases::explain_own_send::ExplainOwnSend;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::list_verifications::ListVerifications;
use otp_core::usecases::own_accounts::OwnAccounts;
use otp_core::usecases::send_message::SendMessageRequest;
use otp_core::usecases::show_message::ShowMessage;
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::verification::fallback::FallbackPlan;
use otp_core::verification::{CodeLifetime, Context, Metadata, OwnCode};

use super::People;
use crate::World;
use crate::contract::fixture::{Fixture, recipient};

/// Shows people the messages of the fixture's accounts.
pub fn browse_messages(fixture: &Fixture) -> BrowseMessages {
    let store = || fixture.store.clone();
    BrowseMessages {
        own: OwnAccounts { accounts: store() },
        list: ListMessages {
            messages: store(),
            sealers: fixture.sealers(),
        },
        show: ShowMessage {
            messages: store(),
            sealers: fixture.sealers(),
        },
        clock: fixture.clock.clone(),
    }
}

/// Shows people the verifications of the fixture's accounts.
pub fn browse_verifications(fixture: &Fixture) -> BrowseVerifications {
    let store = || fixture.store.clone();
    BrowseVerifications {
        own: OwnAccounts { accounts: store() },
        list: ListVerifications {
            verifications: store(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
        },
        show: ShowVerification {
            verifications: store(),
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
        },
        clock: fixture.clock.clone(),
    }
}

/// Explains sends of the world's accounts to people.
pub fn explain_own_send(world: &World) -> ExplainOwnSend {
    ExplainOwnSend {
        own: OwnAccounts {
            accounts: world.fixture.store.clone(),
        },
        explain: ExplainSend {
            send: world.send_message.clone(),
            facts: world.fixture.store.clone(),
        },
    }
}

impl People {
    /// Gives an account credits, a sender and a key, and returns the caller who has that key.
    pub async fn enable(&self, account_id: AccountId) -> Caller {
        let fixture = &self.world.fixture;
        fixture.grant_to(account_id, 10).await;
        self.world.add_sender_of(account_id, &["ar", "en_US"]).await;
        Caller {
            account_id,
            api_key_id: fixture.another_key(account_id).await,
        }
    }

    /// Sends a message to the `number`-th of the tests' recipients.
    pub async fn send(&self, caller: Caller, number: u32) -> MessageId {
        let request = SendMessageRequest {
            caller,
            ..self.world.request(number)
        };
        let sent = self.world.send_message.execute(request).await;
        sent.expect("sent").id
    }

    /// Applies a provider's report about a message.
    pub async fn report(&self, account_id: AccountId, message_id: MessageId, outcome: Outcome) {
        let fixture = &self.world.fixture;
        let settlement = Settlement {
            message_id,
            account_id,
            outcome,
            provider_time: Some(fixture.clock.now()),
            at: fixture.clock.now(),
        };
        let settled = fixture.store.settle(Arc::from([settlement])).await;
        settled.expect("settled");
    }

    /// Begins a verification of the `number`-th of the tests' recipients, with the code 482913.
    pub async fn verify(&self, caller: Caller, number: u32) -> VerificationId {
        let metadata = vec![("order".to_owned(), "1042 <b>".to_owned())];
        let request = CreateVerificationRequest {
            caller,
            to: Recipient::Phone(recipient(number)),
            fallback: FallbackPlan::default(),
            code: CodeSource::Supplied(OwnCode::parse("482913").expect("a code")),
            lifetime: CodeLifetime::LONGEST,
            language: None,
            transaction: None,
            metadata: Metadata::try_new(metadata).expect("metadata"),
            context: Context::default(),
            notice_language: None,
            idempotency_key: None,
        };
        let created = self.prove().create.execute(request).await;
        created.expect("created").verification.id
    }
}
