//! The ports: the core's interfaces to the outside world, one trait in each file.
//!
//! Each method's documentation says what an adapter MUST do; `otp-testkit` has a contract test for each
//! of those sentences. A method is atomic: it takes effect as a whole or not at all. All ports are
//! object-safe, so that an adapter can be chosen at start-up. With the feature `mocks`, every port has a
//! mock (`MockSendLedger` for [`SendLedger`], and so on).

mod accounts;
mod admission_facts;
mod api_keys;
mod audit_trail;
mod clock;
mod credit_audit;
mod directory;
mod erasure;
mod error;
mod fallbacks;
mod idempotent_answers;
mod inbox_bell;
mod insight_rollups;
mod insights;
mod key_uses;
mod keyring;
mod mail_server_probe;
mod message_outcomes;
mod message_sender;
mod messages;
mod notice_outbox;
mod notice_sender;
mod opt_outs;
mod orders;
mod outgoing_queue;
mod passwords;
mod persons;
mod plans;
mod prices;
mod proof_key_pairs;
mod proof_keys;
mod proof_signer;
mod provider_error;
mod provider_inspector;
mod provider_webhook;
mod randomness;
mod receipts;
mod recipient_identities;
mod reviewer_numbers;
mod schema;
mod second_factors;
mod send_ledger;
mod sender_examiner;
mod sender_healths;
mod senders;
mod sessions;
mod sign_in_attempts;
mod sign_in_links;
mod staff;
mod storage;
mod storage_durability;
mod storage_health;
mod subscriptions;
mod teams;
mod template_registry;
mod templates;
mod test_inbox;
mod verification_ledger;
mod verifications;
mod webhook_bodies;
mod webhook_caller;
mod webhook_deliveries;
mod webhook_endpoints;

pub use accounts::Accounts;
pub use admission_facts::AdmissionFacts;
pub use api_keys::ApiKeys;
pub use audit_trail::AuditTrail;
pub use clock::Clock;
pub use credit_audit::CreditAudit;
pub use directory::Directory;
pub use erasure::Erasure;
pub use error::{OutOfSpace, PortError};
pub use fallbacks::Fallbacks;
pub use idempotent_answers::IdempotentAnswers;
pub use inbox_bell::{InboxBell, InboxListener};
pub use insight_rollups::InsightRollups;
pub use insights::Insights;
pub use key_uses::KeyUses;
pub use keyring::{Keyring, RewrappedKey};
pub use mail_server_probe::{MailServerError, MailServerProbe};
pub use message_outcomes::MessageOutcomes;
#[cfg(feature = "mocks")]
pub use message_sender::OutgoingDouble;
pub use message_sender::{
    Accepted, MessageSender, OutgoingMessage, ProviderRefusal, RefusalScope, SendError,
};
pub use messages::{MAX_PER_LOOKUP, MAX_READ_TIME, Messages};
pub use notice_outbox::{MAX_WAITING_NOTICES, NoticeOutbox, OutboxBacklog};
pub use notice_sender::{AddressedNotice, NoticeError, NoticeRecipient, NoticeSender, TestMail};
pub use opt_outs::{AnsweredMessage, ConsentTargets, OptOuts, StoredRecipient};
pub use orders::Orders;
pub use outgoing_queue::{OutgoingQueue, QueueBacklog};
pub use passwords::{PasswordMatch, Passwords};
pub use persons::Persons;
pub use plans::Plans;
pub use prices::Prices;
pub use proof_key_pairs::ProofKeyPairs;
pub use proof_keys::ProofKeys;
pub use proof_signer::ProofSigner;
pub use provider_error::ProviderError;
pub use provider_inspector::{AccountFacts, ProviderInspector, SubscribedApp, TokenFacts};
pub use provider_webhook::{ProviderWebhook, WebhookRefusal};
pub use randomness::Randomness;
pub use receipts::Receipts;
pub use recipient_identities::{KnownRecipient, Recalled, RecipientIdentities};
pub use reviewer_numbers::ReviewerNumbers;
pub use schema::{KnownMigrations, Schema, SchemaError, SchemaState};
pub use second_factors::SecondFactors;
pub use send_ledger::SendLedger;
pub use sender_examiner::{Examination, SenderExaminer};
pub use sender_healths::SenderHealths;
pub use senders::Senders;
pub use sessions::Sessions;
pub use sign_in_attempts::SignInAttempts;
pub use sign_in_links::SignInLinks;
pub use staff::Staff;
pub use storage::Storage;
pub use storage_durability::{StorageDurability, StorageSetting};
pub use storage_health::{ConnectionUse, StorageHealth};
pub use subscriptions::Subscriptions;
pub use teams::Teams;
pub use template_registry::{BusinessAccount, CreatedTemplate, TemplateRegistry};
pub use templates::Templates;
pub use test_inbox::TestInbox;
pub use verification_ledger::VerificationLedger;
pub use verifications::{VerificationKey, Verifications};
pub use webhook_bodies::WebhookBodies;
pub use webhook_caller::WebhookCaller;
pub use webhook_deliveries::{WebhookBacklog, WebhookDeliveries};
pub use webhook_endpoints::WebhookEndpoints;

/// Mocks of the ports, with the feature `mocks`.
///
/// Each method of a port has an `expect_…` method on its mock, which says how often the method may be
/// called, with what, and what it returns; see [mockall](https://docs.rs/mockall). A call without an
/// expectation panics, and so does a mock that is dropped before its expected calls came.
#[cfg(feature = "mocks")]
pub mod mocks {
    pub use super::accounts::MockAccounts;
    pub use super::admission_facts::MockAdmissionFacts;
    pub use super::api_keys::MockApiKeys;
    pub use super::audit_trail::MockAuditTrail;
    pub use super::clock::MockClock;
    pub use super::credit_audit::MockCreditAudit;
    pub use super::directory::MockDirectory;
    pub use super::erasure::MockErasure;
    pub use super::fallbacks::MockFallbacks;
    pub use super::idempotent_answers::MockIdempotentAnswers;
    pub use super::inbox_bell::MockInboxBell;
    pub use super::insight_rollups::MockInsightRollups;
    pub use super::insights::MockInsights;
    pub use super::key_uses::MockKeyUses;
    pub use super::keyring::MockKeyring;
    pub use super::mail_server_probe::MockMailServerProbe;
    pub use super::message_outcomes::MockMessageOutcomes;
    pub use super::message_sender::MockMessageSender;
    pub use super::messages::MockMessages;
    pub use super::notice_outbox::MockNoticeOutbox;
    pub use super::notice_sender::MockNoticeSender;
    pub use super::opt_outs::MockOptOuts;
    pub use super::orders::MockOrders;
    pub use super::outgoing_queue::MockOutgoingQueue;
    pub use super::passwords::MockPasswords;
    pub use super::persons::MockPersons;
    pub use super::plans::MockPlans;
    pub use super::prices::MockPrices;
    pub use super::proof_key_pairs::MockProofKeyPairs;
    pub use super::proof_keys::MockProofKeys;
    pub use super::proof_signer::MockProofSigner;
    pub use super::provider_inspector::MockProviderInspector;
    pub use super::provider_webhook::MockProviderWebhook;
    pub use super::randomness::MockRandomness;
    pub use super::receipts::MockReceipts;
    pub use super::recipient_identities::MockRecipientIdentities;
    pub use super::reviewer_numbers::MockReviewerNumbers;
    pub use super::schema::MockSchema;
    pub use super::second_factors::MockSecondFactors;
    pub use super::send_ledger::MockSendLedger;
    pub use super::sender_examiner::MockSenderExaminer;
    pub use super::sender_healths::MockSenderHealths;
    pub use super::senders::MockSenders;
    pub use super::sessions::MockSessions;
    pub use super::sign_in_attempts::MockSignInAttempts;
    pub use super::sign_in_links::MockSignInLinks;
    pub use super::staff::MockStaff;
    pub use super::storage_durability::MockStorageDurability;
    pub use super::storage_health::MockStorageHealth;
    pub use super::subscriptions::MockSubscriptions;
    pub use super::teams::MockTeams;
    pub use super::template_registry::MockTemplateRegistry;
    pub use super::templates::MockTemplates;
    pub use super::test_inbox::MockTestInbox;
    pub use super::verification_ledger::MockVerificationLedger;
    pub use super::verifications::MockVerifications;
    pub use super::webhook_bodies::MockWebhookBodies;
    pub use super::webhook_caller::MockWebhookCaller;
    pub use super::webhook_deliveries::MockWebhookDeliveries;
    pub use super::webhook_endpoints::MockWebhookEndpoints;
}
#[cfg(feature = "mocks")]
pub use mocks::*;
