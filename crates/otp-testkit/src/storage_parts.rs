//! A store made of parts: each port by the adapter that has it.

mod whole;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use otp_core::account::{Account, AccountChange};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::audit::AuditEntry;
use otp_core::audit::chain::{ChainHead, ChainedEntry};
use otp_core::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::credits::Credits;
use otp_core::credits::audit::{PaymentCount, SubscriptionSums};
use otp_core::credits::ledger::{LedgerEntry, LedgerLine, LedgerPosition};
use otp_core::idempotency::{Fingerprint, Judgement, RequestKey};
use otp_core::ids::{
    AccountId, ApiKeyId, InvitationId, MessageId, OrderId, PersonId, PlanId, SenderId, SessionId,
    SubscriptionId, VerificationId, WebhookEndpointId, WebhookEventId,
};
use otp_core::insights::{
    CountedSlot, FunnelFacts, InsightsQuery, RollupState, Rollups, SettledSlot, Tallies,
};
use otp_core::keyring::{AccountKey, KeyOwner, KeyringEntry, MasterKeyId, WrappedKey};
use otp_core::lease::Lease;
use otp_core::message::{
    ClaimedMessage, ExpiryPosition, FoundMessages, JudgedOutcome, Message, MessageHistory,
    MessageQuery, MessageRecord, PendingMessage, RecordedOutcome,
};
use otp_core::notice::{MailNotice, NoticeOutcome, QueuedNotice};
use otp_core::opt_out::UnresolvedConsent;
use otp_core::opt_out::consent::{ConsentEntry, OptOut, Recipient};
use otp_core::order::{NewOrder, Order, OrderChange};
use otp_core::page::PagePosition;
use otp_core::person::device::Device;
use otp_core::person::password::PasswordHash;
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::person::session::{Session, SessionHash};
use otp_core::person::sign_in::SignInLink;
use otp_core::person::staff::{StaffChange, StaffMember, StaffRefusal};
use otp_core::person::team::{Team, TeamChange, TeamInvitation, TeamRefusal};
use otp_core::person::{Membership, NewHolder, Person, SecurityRecord};
use otp_core::plan::Plan;
use otp_core::ports::{
    Accounts, AdmissionFacts, ApiKeys, AuditTrail, ConsentTargets, CreditAudit, Directory, Erasure,
    Fallbacks, IdempotentAnswers, InsightRollups, Insights, Keyring, MessageOutcomes, Messages,
    NoticeOutbox, OptOuts, Orders, OutboxBacklog, OutgoingQueue, Persons, Plans, PortError, Prices,
    ProofKeys, QueueBacklog, Recalled, Receipts, RecipientIdentities, ReviewerNumbers,
    RewrappedKey, Schema, SecondFactors, SendLedger, SenderHealths, Senders, Sessions,
    SignInAttempts, SignInLinks, Staff, Storage, StorageDurability, StorageHealth, StorageSetting,
    StoredRecipient, Subscriptions, Teams, Templates, TestInbox, VerificationKey,
    VerificationLedger, Verifications, WebhookBacklog, WebhookDeliveries, WebhookEndpoints,
};
use otp_core::pricing::{PriceChange, PriceKey, PriceList};
use otp_core::proof::{ProofKey, ProofKeyRotation};
use otp_core::receipt::{MessageReference, ReceiptFacts, UnmatchedReceipt};
use otp_core::recipient_identity::KnownIdentity;
use otp_core::reviewer::ReviewerNumber;
use otp_core::sealing::{IdentityIndex, PersonIndex, ProviderMessageIndex, RecipientIndex, Sealed};
use otp_core::send::{Admission, SendAttempt, SendFacts, SendingProfile, Settlement};
use otp_core::subscription::Subscription;
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::ui_language::UiLanguage;
use otp_core::verification::check::{CheckAttempt, CheckVerdict, Uncancelable};
use otp_core::verification::fallback::{
    DueFallback, FallbackPosition, FallbackReview, FallbackStep,
};
use otp_core::verification::{FoundVerifications, VerificationQuery, VerificationRecord};
use otp_core::webhook::WebhookEvent;
use otp_core::webhook::delivery_log::{DeliveryQuery, Replay, StoredAttempt, StoredDelivery};
use otp_core::webhook::endpoint::{WebhookEndpoint, WebhookEndpointChange};
use otp_core::webhook::turn::{DueDelivery, EndedTurn, WebhookTurn};

/// Declares [`StorageParts`]: a field for each port, and each method passed on to it.
macro_rules! storage_parts {
    ($($part:ident: $port:ident {
        $(async fn $method:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty;)*
    })*) => {
        /// A store made of parts.
        ///
        /// A new store starts as one port over a [`MemoryStore`](crate::MemoryStore), passes the
        /// storage contract, and takes over the next port. Ports that change together have to move
        /// together: a `SendLedger` writes what `Messages` and `Subscriptions` read.
        ///
        /// ```
        /// use std::sync::Arc;
        /// use otp_core::ports::{Plans, Storage};
        /// use otp_testkit::{MemoryStore, StorageParts};
        ///
        /// fn with_plans_of(plans: Arc<dyn Plans>) -> Arc<dyn Storage> {
        ///     let rest = StorageParts::of(Arc::new(MemoryStore::default()));
        ///     Arc::new(StorageParts { plans, ..rest })
        /// }
        /// ```
        #[derive(Clone)]
        pub struct StorageParts {
            $(
                #[doc = concat!("[`", stringify!($port), "`].")]
                pub $part: Arc<dyn $port>,
            )*
            /// [`Schema`].
            pub schema: Arc<dyn Schema>,
            /// [`StorageHealth`].
            pub storage_health: Arc<dyn StorageHealth>,
        }

        impl StorageParts {
            /// Takes every part from one store.
            pub fn of(store: Arc<dyn Storage>) -> Self {
                Self {
                    $($part: store.clone(),)*
                    schema: store.clone(),
                    storage_health: store,
                }
            }
        }

        $(
            #[async_trait]
            impl $port for StorageParts {
                $(
                    async fn $method(
                        &self,
                        $($argument: $type),*
                    ) -> Result<$answer, PortError> {
                        self.$part.$method($($argument),*).await
                    }
                )*
            }
        )*
    };
}

storage_parts! {
    accounts: Accounts {
        async fn create(account: &Account, key: &WrappedKey, entry: &AuditEntry) -> ();
        async fn change(changes: &BTreeMap<AccountId, AccountChange>, entry: &AuditEntry) -> bool;
        async fn find(id: AccountId) -> Option<Account>;
        async fn find_test_account(of: AccountId) -> Option<Account>;
        async fn list_accounts(before: PagePosition, limit: usize) -> Vec<Account>;
        async fn list() -> Vec<Account>;
    }
    admission_facts: AdmissionFacts {
        async fn facts_of(attempt: &SendAttempt) -> SendFacts;
    }
    api_keys: ApiKeys {
        async fn create(key: &ApiKey, entry: &AuditEntry) -> ();
        async fn find(id: ApiKeyId) -> Option<ApiKey>;
        async fn list(account: AccountId) -> Vec<ApiKey>;
        async fn list_expiring(after: Timestamp, until: Timestamp) -> Vec<ApiKey>;
        async fn revoke(id: ApiKeyId, at: Timestamp, entry: &AuditEntry) -> bool;
        async fn keep_uses(uses: &[(ApiKeyId, Timestamp)]) -> ();
        async fn replace(
            old: ApiKeyId, old_expires_at: Timestamp, successor: &ApiKey, entry: &AuditEntry,
        ) -> ();
    }
    audit_trail: AuditTrail {
        async fn append_audit_entries(entries: &[AuditEntry]) -> ();
        async fn list_audit_entries(before: u64, limit: usize) -> Vec<ChainedEntry>;
        async fn read_audit_chain(after: u64, limit: usize) -> Vec<ChainedEntry>;
        async fn audit_head() -> ChainHead;
    }
    credit_audit: CreditAudit {
        async fn sum_subscriptions() -> Vec<SubscriptionSums>;
        async fn count_payments() -> Vec<PaymentCount>;
    }
    directory: Directory {
        async fn find_api_key(hash: &ApiKeyHash) -> Option<Arc<ApiKey>>;
        async fn find_sending_profile(account: AccountId) -> Option<Arc<SendingProfile>>;
        async fn find_account_key(account: AccountId) -> Option<Arc<AccountKey>>;
        async fn price_list() -> Arc<PriceList>;
    }
    erasure: Erasure {
        async fn erase_recipient(recipient: Recipient) -> usize;
    }
    fallbacks: Fallbacks {
        async fn list_due_fallbacks(
            after: FallbackPosition,
            now: Timestamp,
            most: usize,
        ) -> Vec<DueFallback>;
        async fn find_fallback_steps(
            account: AccountId,
            verification: VerificationId,
        ) -> Vec<FallbackStep>;
        async fn review_fallbacks(reviews: Arc<[FallbackReview]>) -> ();
    }
    idempotent_answers: IdempotentAnswers {
        async fn begin(key: RequestKey, fingerprint: Fingerprint, now: Timestamp) -> Judgement;
        async fn finish(key: RequestKey, begun_at: Timestamp, answer: &Sealed) -> ();
        async fn forget(key: RequestKey, begun_at: Timestamp) -> ();
        async fn remove_older(before: Timestamp, most: usize) -> usize;
    }
    insight_rollups: InsightRollups {
        async fn rollup_states(from: AccountId, most: usize) -> Vec<RollupState>;
        async fn keep_counted(counted: &CountedSlot) -> bool;
        async fn keep_settled(settled: &SettledSlot) -> bool;
        async fn settled_day(account: AccountId, day: Timestamp) -> Tallies;
        async fn rollups(account: AccountId, from: Timestamp) -> Rollups;
    }
    insights: Insights {
        async fn funnel_facts(query: &InsightsQuery) -> Option<FunnelFacts>;
    }
    keyring: Keyring {
        async fn find_key(owner: KeyOwner) -> Option<WrappedKey>;
        async fn find_account_keys(accounts: &[AccountId]) -> BTreeMap<AccountId, WrappedKey>;
        async fn create_installation_key(key: &WrappedKey) -> WrappedKey;
        async fn list_master_keys() -> Vec<MasterKeyId>;
        async fn list_keys(after: Option<KeyOwner>, limit: usize) -> Vec<KeyringEntry>;
        async fn rewrap_keys(rewrapped: &[RewrappedKey]) -> usize;
        async fn delete_account_key(account: AccountId) -> bool;
    }
    message_outcomes: MessageOutcomes {
        async fn record_outcome(
            account: AccountId,
            message: MessageId,
            reported: RecordedOutcome,
        ) -> Option<JudgedOutcome>;
    }
    messages: Messages {
        async fn find(account: AccountId, message: MessageId) -> Option<Message>;
        async fn find_all(wanted: &[(AccountId, MessageId)]) -> Vec<Option<Message>>;
        async fn find_account(message: MessageId) -> Option<AccountId>;
        async fn find_history(account: AccountId, message: MessageId) -> Option<MessageHistory>;
        async fn find_records(account: AccountId, messages: &[MessageId]) -> Vec<MessageRecord>;
        async fn list(query: &MessageQuery) -> FoundMessages;
    }
    notice_outbox: NoticeOutbox {
        async fn enqueue(notices: &[MailNotice]) -> ();
        async fn claim(lease: Lease, limit: usize) -> Vec<QueuedNotice>;
        async fn record(outcomes: &[NoticeOutcome]) -> ();
        async fn list_unsent(limit: usize) -> Vec<QueuedNotice>;
        async fn backlog() -> OutboxBacklog;
        async fn forget_ended(before: Timestamp) -> ();
    }
    opt_outs: OptOuts {
        async fn find_consent_targets(
            numbers: &BTreeSet<ProviderId>,
            answered: &BTreeSet<ProviderMessageIndex>,
        ) -> ConsentTargets;
        async fn find_contacted(
            recipients: &BTreeSet<Recipient>,
        ) -> HashMap<Recipient, StoredRecipient>;
        async fn record_consent(entries: Arc<[ConsentEntry]>) -> ();
        async fn list_opt_outs(account: AccountId) -> Vec<OptOut>;
        async fn consent_log(
            account: AccountId,
            recipient: Option<RecipientIndex>,
        ) -> Vec<ConsentEntry>;
        async fn keep_unresolved(requests: &[UnresolvedConsent]) -> ();
        async fn list_unresolved() -> Vec<UnresolvedConsent>;
        async fn forget_unresolved(
            requests: &[UnresolvedConsent],
            before: Timestamp,
            most: usize,
        ) -> usize;
    }
    orders: Orders {
        async fn place_order(new: &NewOrder) -> bool;
        async fn find_order(id: OrderId) -> Option<Order>;
        async fn list_orders_of(account: AccountId, limit: usize) -> Vec<Order>;
        async fn list_open_orders(limit: usize) -> Vec<Order>;
        async fn list_orders(before: PagePosition, limit: usize) -> Vec<Order>;
        async fn change_order(change: &OrderChange) -> bool;
        async fn activate_order(
            change: &OrderChange, subscription: &Subscription, grant: &LedgerEntry,
        ) -> bool;
    }
    outgoing_queue: OutgoingQueue {
        async fn claim_queued(now: Timestamp, room: &Room) -> Vec<ClaimedMessage>;
        async fn postpone_queued(message: MessageId, due_at: Timestamp, failed_attempts: u32) -> ();
        async fn remove_queued(message: MessageId) -> ();
        async fn queue_backlog(now: Timestamp) -> QueueBacklog;
        async fn list_abandoned(claimed_before: Timestamp, most: usize) -> Vec<ClaimedMessage>;
    }
    persons: Persons {
        async fn open_account(new: &NewHolder, entry: &AuditEntry) -> bool;
        async fn join_account(person: &Person, membership: &Membership, entry: &AuditEntry) -> bool;
        async fn find_person(id: PersonId) -> Option<Person>;
        async fn find_person_by_email(email: PersonIndex) -> Option<Person>;
        async fn list_memberships(person: PersonId) -> Vec<Membership>;
        async fn set_password(
            person: PersonId, password: &PasswordHash, keep: Option<Session>, record: &SecurityRecord,
        ) -> bool;
        async fn set_details(person: PersonId, name: &Sealed, language: UiLanguage) -> bool;
        async fn rehash_password(person: PersonId, before: &PasswordHash, after: &PasswordHash) -> ();
    }
    plans: Plans {
        async fn create(plan: &Plan, entry: &AuditEntry) -> ();
        async fn retire(id: PlanId, at: Timestamp, entry: &AuditEntry) -> bool;
        async fn find(id: PlanId) -> Option<Plan>;
        async fn list() -> Vec<Plan>;
    }
    prices: Prices {
        async fn set(prices: &[(PriceKey, Credits)], entry: &AuditEntry) -> ();
        async fn replace_prices(changes: &[PriceChange], entry: &AuditEntry) -> bool;
        async fn unset(key: PriceKey, entry: &AuditEntry) -> bool;
        async fn list() -> Vec<(PriceKey, Credits)>;
    }
    proof_keys: ProofKeys {
        async fn list_proof_keys() -> Arc<[ProofKey]>;
        async fn rotate_proof_keys(rotation: &ProofKeyRotation) -> bool;
    }
    receipts: Receipts {
        async fn locate(references: &[MessageReference]) -> Vec<ReceiptFacts>;
        async fn keep_unmatched(receipts: &[UnmatchedReceipt]) -> ();
        async fn list_unmatched(limit: usize) -> Vec<UnmatchedReceipt>;
        async fn forget_unmatched(receipts: &[UnmatchedReceipt], before: Timestamp) -> ();
        async fn list_expired(
            after: ExpiryPosition,
            until: Timestamp,
            limit: usize,
        ) -> Vec<PendingMessage>;
    }
    reviewer_numbers: ReviewerNumbers {
        async fn add_reviewer_number(number: &ReviewerNumber, entry: &AuditEntry) -> bool;
        async fn remove_reviewer_number(
            account: AccountId, recipient: RecipientIndex, entry: &AuditEntry,
        ) -> bool;
        async fn list_reviewer_numbers(account: AccountId) -> Vec<ReviewerNumber>;
    }
    recipient_identities: RecipientIdentities {
        async fn recall(asked: &[(MessageId, IdentityIndex)]) -> Vec<Option<Recalled>>;
        async fn find_identities(
            wanted: &[(AccountId, IdentityIndex)],
        ) -> HashMap<(AccountId, IdentityIndex), (RecipientIndex, Timestamp)>;
        async fn remember(known: &[KnownIdentity]) -> ();
    }
    second_factors: SecondFactors {
        async fn enrol_second_factor(factor: &SecondFactor) -> bool;
        async fn find_second_factor(person: PersonId) -> Option<SecondFactor>;
        async fn confirm_second_factor(
            person: PersonId, step: i64, at: Timestamp, recovery_codes: &[RecoveryHash],
            keep: SessionId, record: &SecurityRecord,
        ) -> bool;
        async fn use_step(person: PersonId, step: i64) -> bool;
        async fn use_recovery_code(person: PersonId, code: RecoveryHash) -> bool;
        async fn count_recovery_codes(person: PersonId) -> usize;
        async fn remove_second_factor(
            person: PersonId, keep: Option<SessionId>, record: &SecurityRecord,
        ) -> bool;
    }
    send_ledger: SendLedger {
        async fn admit(attempts: Arc<[SendAttempt]>) -> Vec<Admission>;
        async fn settle(settlements: Arc<[Settlement]>) -> ();
    }
    sender_healths: SenderHealths {
        async fn list_health() -> Vec<SenderHealth>;
        async fn list_due_checks(now: Timestamp, most: usize) -> Vec<SenderId>;
        async fn change_health(
            sender: SenderId, change: &HealthChange, at: Timestamp, entry: Option<AuditEntry>,
        ) -> HealthChanged;
    }
    senders: Senders {
        async fn add(sender: &Sender, entry: &AuditEntry) -> ();
        async fn find(id: SenderId) -> Option<Sender>;
        async fn replace_token(id: SenderId, token: &Sealed, entry: &AuditEntry) -> bool;
        async fn remove(id: SenderId, at: Timestamp, entry: &AuditEntry) -> bool;
        async fn list() -> Vec<Sender>;
    }
    sessions: Sessions {
        async fn begin_session(
            session: &Session,
            password: &PasswordHash,
            instead_of: Option<SessionHash>,
            notices: &[MailNotice],
        ) -> bool;
        async fn find_session(hash: SessionHash) -> Option<Session>;
        async fn replace_session(before: SessionHash, after: &Session) -> bool;
        async fn end_session(person: PersonId, id: SessionId) -> bool;
        async fn end_sessions(person: PersonId, keep: SessionId) -> ();
        async fn known_devices(person: PersonId) -> Vec<Device>;
        async fn list_sessions(person: PersonId) -> Vec<Session>;
        async fn forget_sessions(before: Timestamp, limit: usize) -> usize;
    }
    sign_in_attempts: SignInAttempts {
        async fn count_attempt(email: PersonIndex, now: Timestamp) -> Option<Timestamp>;
        async fn clear_attempts(email: PersonIndex) -> ();
        async fn forget_attempts(before: Timestamp, limit: usize) -> usize;
    }
    sign_in_links: SignInLinks {
        async fn add_sign_in_link(link: &SignInLink) -> ();
        async fn take_sign_in_link(hash: SessionHash) -> Option<SignInLink>;
        async fn forget_sign_in_links(before: Timestamp, limit: usize) -> usize;
    }
    staff: Staff {
        async fn invite_staff(person: &Person, member: &StaffMember, entry: &AuditEntry) -> bool;
        async fn change_staff(change: &StaffChange, entry: &AuditEntry) -> Result<(), StaffRefusal>;
        async fn find_staff_member(person: PersonId) -> Option<StaffMember>;
        async fn list_staff() -> Vec<StaffMember>;
    }
    storage_durability: StorageDurability {
        async fn durability_settings() -> Vec<StorageSetting>;
    }
    subscriptions: Subscriptions {
        async fn grant(subscription: &Subscription, grant: &LedgerEntry, entry: &AuditEntry) -> ();
        async fn revoke_subscription(
            id: SubscriptionId, at: Timestamp, entry: &AuditEntry,
        ) -> Option<Subscription>;
        async fn list(account: AccountId) -> Vec<Subscription>;
        async fn ledger(account: AccountId) -> Vec<LedgerEntry>;
        async fn ledger_before(
            account: AccountId, before: LedgerPosition, limit: usize,
        ) -> Vec<LedgerLine>;
    }
    teams: Teams {
        async fn change_team(
            account: AccountId, change: &TeamChange, record: &SecurityRecord,
        ) -> Result<(), TeamRefusal>;
        async fn find_team(account: AccountId) -> Team;
        async fn find_invitation(id: InvitationId) -> Option<TeamInvitation>;
        async fn list_invitations_to(email: PersonIndex) -> Vec<TeamInvitation>;
        async fn forget_invitations(before: Timestamp, limit: usize) -> usize;
    }
    templates: Templates {
        async fn add_template(template: &AuthenticationTemplate, entry: &AuditEntry) -> ();
        async fn list_templates(sender: Option<SenderId>) -> Vec<AuthenticationTemplate>;
        async fn list_templates_of_business(waba: &ProviderId) -> Vec<AuthenticationTemplate>;
        async fn replace_template(
            before: &AuthenticationTemplate,
            after: &AuthenticationTemplate,
            at: Timestamp,
        ) -> bool;
    }
    test_inbox: TestInbox {
        async fn receive(message: &TestMessage, kept: usize) -> ();
        async fn list_received(query: TestInboxQuery) -> Vec<TestMessage>;
        async fn list_due(until: Timestamp, limit: usize) -> Vec<TestMessage>;
        async fn advance(progress: &[LifeProgress]) -> ();
        async fn forget_received(before: Timestamp, limit: usize) -> usize;
    }
    verification_ledger: VerificationLedger {
        async fn check_codes(checks: Arc<[CheckAttempt]>) -> Vec<CheckVerdict>;
        async fn cancel_verification(
            account: AccountId,
            verification: VerificationId,
            at: Timestamp,
        ) -> Result<(), Uncancelable>;
        async fn expire_verifications(now: Timestamp, most: usize) -> usize;
    }
    verifications: Verifications {
        async fn find_verification(
            account: AccountId,
            key: VerificationKey,
            now: Timestamp,
        ) -> Option<VerificationRecord>;
        async fn list_verifications(query: &VerificationQuery) -> FoundVerifications;
    }
    webhook_deliveries: WebhookDeliveries {
        async fn add_webhook_events(events: &[WebhookEvent]) -> ();
        async fn route_webhook_events(now: Timestamp, most: usize) -> usize;
        async fn claim_webhook_turns(lease: Lease, room: &Room) -> Vec<WebhookTurn>;
        async fn end_webhook_turn(turn: &EndedTurn) -> bool;
        async fn add_webhook_delivery(
            endpoint: WebhookEndpointId, event: &WebhookEvent, now: Timestamp,
        ) -> ();
        async fn list_webhook_deliveries(query: &DeliveryQuery) -> Vec<StoredDelivery>;
        async fn find_webhook_delivery(
            endpoint: WebhookEndpointId, event: WebhookEventId,
        ) -> Option<(StoredDelivery, Vec<StoredAttempt>)>;
        async fn replay_webhook_deliveries(
            endpoint: WebhookEndpointId, replay: Replay, now: Timestamp,
        ) -> Vec<WebhookEventId>;
        async fn hold_listener_turn(
            listener: WebhookEndpointId, received: &[WebhookEventId], until: Timestamp,
        ) -> bool;
        async fn list_due_webhook_deliveries(
            endpoint: WebhookEndpointId, now: Timestamp,
        ) -> Vec<DueDelivery>;
        async fn webhook_backlog(now: Timestamp) -> WebhookBacklog;
        async fn forget_webhook_deliveries(before: Timestamp, most: usize) -> usize;
    }
    webhook_endpoints: WebhookEndpoints {
        async fn add_webhook_endpoint(endpoint: &WebhookEndpoint, entry: &AuditEntry) -> bool;
        async fn change_webhook_endpoint(
            account: AccountId, id: WebhookEndpointId, change: &WebhookEndpointChange, entry: &AuditEntry,
        ) -> Option<WebhookEndpoint>;
        async fn remove_webhook_endpoint(
            account: AccountId, id: WebhookEndpointId, entry: &AuditEntry,
        ) -> bool;
        async fn find_webhook_endpoint(
            account: AccountId, id: WebhookEndpointId,
        ) -> Option<WebhookEndpoint>;
        async fn list_webhook_endpoints(account: AccountId) -> Vec<WebhookEndpoint>;
        async fn list_failing_webhook_endpoints(
            account: AccountId,
        ) -> Vec<(WebhookEndpointId, Timestamp)>;
    }
}
