//! Every storage port in memory. One lock stands for a transaction; the rules are the core's, as in
//! every adapter.

mod administration;
mod audit_trail;
mod credit_audit;
mod erasure;
mod fallbacks;
mod idempotent_answers;
mod insight_rollups;
mod insights;
mod keyring;
mod ledger;
mod message_outcomes;
mod messages;
mod notice_outbox;
mod opt_outs;
mod orders;
mod outgoing_queue;
mod persons;
mod proof_keys;
mod receipts;
mod recipient_identities;
mod reviewer_numbers;
mod sender_healths;
mod staff;
mod teams;
mod templates;
mod test_inbox;
mod verifications;
mod webhook_deliveries;
mod webhook_endpoints;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use otp_core::account::Account;
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::audit::chain::ChainedEntry;
use otp_core::channel::email;
use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::health::SenderHealth;
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::credits::Credits;
use otp_core::credits::ledger::LedgerEntry;
use otp_core::idempotency::{IdempotencyKey, RequestKey, StoredRequest};
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SenderId, SubscriptionId, VerificationId};
use otp_core::keyring::{AccountKey, KeyOwner, WrappedKey};
use otp_core::message::{Message, MessageEvent, RecordedOutcome};
use otp_core::notice::{Announced, QueuedNotice};
use otp_core::opt_out::consent::{ConsentEntry, Recipient};
use otp_core::opt_out::{CurrentConsent, UnresolvedConsent};
use otp_core::order::Order;
use otp_core::person::staff::StaffMember;
use otp_core::person::team::TeamInvitation;
use otp_core::plan::Plan;
use otp_core::ports::{
    ConnectionUse, Directory, PortError, Schema, SchemaError, SchemaState, StorageDurability,
    StorageHealth, StorageSetting,
};
use otp_core::pricing::{PriceKey, PriceList};
use otp_core::proof::ProofKey;
use otp_core::receipt::UnmatchedReceipt;
use otp_core::region::Region;
use otp_core::reviewer::ReviewerNumber;
use otp_core::sealing::{IdentityIndex, RecipientIndex};
use otp_core::send::{RoutedTo, SendingProfile};
use otp_core::subscription::Subscription;
use otp_core::test_inbox::TestMessage;
use otp_core::time::Timestamp;
use otp_core::webhook::endpoint::WebhookEndpoint;

use self::insight_rollups::AccountRollups;
use self::outgoing_queue::InQueue;
use self::persons::PersonRows;
use self::verifications::VerificationRows;
use self::webhook_deliveries::WebhookRows;

/// A store in memory; clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

/// Rows in the order in which they came.
#[derive(Debug, Default)]
struct State {
    accounts: Vec<Account>,
    keyring: BTreeMap<KeyOwner, WrappedKey>,
    api_keys: Vec<ApiKey>,
    audit: Vec<ChainedEntry>,
    plans: Vec<Plan>,
    orders: Vec<Order>,
    subscriptions: Vec<Subscription>,
    /// The notices that were given about subscriptions, if any.
    announced: HashMap<SubscriptionId, Announced>,
    ledger: Vec<LedgerEntry>,
    prices: BTreeMap<PriceKey, Credits>,
    proof_keys: Vec<ProofKey>,
    senders: Vec<Sender>,
    /// Senders that were removed, without their tokens.
    removed_senders: Vec<Sender>,
    sender_health: BTreeMap<SenderId, SenderHealth>,
    templates: Vec<AuthenticationTemplate>,
    last_requests: HashMap<Recipient, CurrentConsent>,
    consent_log: Vec<ConsentEntry>,
    unresolved: Vec<UnresolvedConsent>,
    identities: HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>,
    messages: HashMap<MessageId, StoredMessage>,
    unmatched: Vec<UnmatchedReceipt>,
    /// With the time at which each ended.
    notices: Vec<(QueuedNotice, Option<Timestamp>)>,
    by_key: HashMap<(ApiKeyId, IdempotencyKey), MessageId>,
    queue: Vec<InQueue>,
    rollups: HashMap<AccountId, AccountRollups>,
    verified: VerificationRows,
    requests: HashMap<RequestKey, StoredRequest>,
    test_messages: Vec<TestMessage>,
    reviewer_numbers: Vec<ReviewerNumber>,
    people: PersonRows,
    staff: Vec<StaffMember>,
    invitations: Vec<TeamInvitation>,
    webhook_endpoints: Vec<WebhookEndpoint>,
    webhooks: WebhookRows,
}

#[derive(Debug)]
struct StoredMessage {
    expires_at: Timestamp,
    message: Message,
    recipient_index: Option<RecipientIndex>,
    region: Option<Region>,
    routed_to: RoutedTo,
    events: Vec<MessageEvent>,
    verification_id: Option<VerificationId>,
    /// The credits that it costs now, if it shares a charge with other messages of its verification.
    shared_charge: Option<Credits>,
    outcome: Option<RecordedOutcome>,
}

impl MemoryStore {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0
            .lock()
            .expect("no method panics while it holds the lock")
    }
}

impl State {
    /// Returns every sender, even if it was removed.
    fn every_sender(&self) -> impl Iterator<Item = &Sender> {
        self.senders.iter().chain(&self.removed_senders)
    }

    fn account_key(&self, account: AccountId) -> Option<AccountKey> {
        let wrapped = self.keyring.get(&KeyOwner::Account(account))?;
        Some(AccountKey::new(account, wrapped.clone()))
    }
}

fn conflict(what: &str) -> PortError {
    PortError::Conflict(what.into())
}

#[async_trait]
impl Directory for MemoryStore {
    async fn find_api_key(&self, hash: &ApiKeyHash) -> Result<Option<Arc<ApiKey>>, PortError> {
        let state = self.state();
        Ok(state
            .api_keys
            .iter()
            .find(|key| key.hash == *hash)
            .cloned()
            .map(Arc::new))
    }

    async fn find_sending_profile(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<SendingProfile>>, PortError> {
        let state = self.state();
        let Some(found) = state.accounts.iter().find(|row| row.id == account) else {
            return Ok(None);
        };
        let senders: Vec<_> = state
            .senders
            .iter()
            .filter(|sender| sender.account_id == account)
            .cloned()
            .collect();
        let templates = state
            .templates
            .iter()
            .filter(|template| senders.iter().any(|sender| sender.id == template.sender_id))
            .cloned()
            .collect();
        let stop_of = |sender: Sender| {
            let health = state.sender_health.get(&sender.id);
            let stop = health.and_then(|health| health.stop.clone());
            (sender, stop)
        };
        let senders = senders.into_iter().map(stop_of).collect();
        let language = found.default_language.clone();
        let key = state.account_key(account);
        let email = email::SenderProfile {
            company: found.contact.company.clone(),
            sender: found.email_sender.clone(),
        };
        let profile = SendingProfile::new(key, language, senders, templates, email);
        Ok(Some(Arc::new(SendingProfile {
            is_test: found.test_of.is_some(),
            proof_subject: found.proof_subject,
            reviewers: state.reviewers_of(account),
            ..profile
        })))
    }

    async fn find_account_key(
        &self,
        account: AccountId,
    ) -> Result<Option<Arc<AccountKey>>, PortError> {
        Ok(self.state().account_key(account).map(Arc::new))
    }

    async fn price_list(&self) -> Result<Arc<PriceList>, PortError> {
        Ok(Arc::new(
            self.state()
                .prices
                .iter()
                .map(|(key, price)| (*key, *price))
                .collect(),
        ))
    }
}

/// Nothing outlives the process, so there is nothing to set.
#[async_trait]
impl StorageDurability for MemoryStore {
    async fn durability_settings(&self) -> Result<Vec<StorageSetting>, PortError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl StorageHealth for MemoryStore {
    async fn check(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn check_space(&self) -> Result<(), PortError> {
        Ok(())
    }

    fn connection_use(&self) -> ConnectionUse {
        ConnectionUse::default()
    }
}

/// There is nothing to migrate.
#[async_trait]
impl Schema for MemoryStore {
    async fn state(&self) -> Result<SchemaState, SchemaError> {
        Ok(SchemaState::UpToDate)
    }

    async fn migrate(&self) -> Result<usize, SchemaError> {
        Ok(0)
    }
}
