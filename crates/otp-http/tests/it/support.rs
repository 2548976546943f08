//! A small world for the API: one account with a live, an expired and a revoked key. Its ports are
//! mocks; a test sets their expectations.

mod answer;
mod requests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::test::TestRequest;
use otp_core::api_key::{ApiKey, ApiKeyMode, ApiKeySecret};
use otp_core::channel::email;
use otp_core::channel::whatsapp::health::SenderStop;
use otp_core::channel::whatsapp::template::{AuthenticationTemplate, TemplateName};
use otp_core::channel::whatsapp::{ProviderId, Sender, SenderProfile};
use otp_core::ids::{AccountId, ApiKeyId, SenderId, TemplateId};
use otp_core::keyring::{AccountKey, KeyOwner, MasterKey, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::ports::{
    Clock, IdempotentAnswers, InboxBell, MockAdmissionFacts, MockApiKeys, MockClock, MockDirectory,
    MockFallbacks, MockIdempotentAnswers, MockInboxBell, MockInsights, MockKeyUses,
    MockMessageOutcomes, MockMessageSender, MockMessages, MockNoticeOutbox, MockOptOuts,
    MockProofKeys, MockProofSigner, MockReceipts, MockRecipientIdentities, MockSendLedger,
    MockSenderHealths, MockSenders, MockStorageHealth, MockSubscriptions, MockTemplates,
    MockTestInbox, MockVerificationLedger, MockVerifications, MockWebhookDeliveries,
    MockWebhookEndpoints, ProviderWebhook, Randomness, SendLedger, StorageHealth,
    WebhookDeliveries, WebhookEndpoints,
};
use otp_core::pricing::PriceList;
use otp_core::proof::ProofSubject;
use otp_core::recipient::EmailAddress;
use otp_core::sealing::{AccountSealer, InstallationSealer, Purpose, Sealed};
use otp_core::send::SendingProfile;
use otp_core::time::Timestamp;
use otp_core::usecases::account_sealers::AccountSealers;
use otp_core::usecases::answer_once::AnswerOnce;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::cancel_verification::CancelVerification;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::check_verification::CheckVerification;
use otp_core::usecases::create_verification::CreateVerification;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::find_event_resource::FindEventResource;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::list_verifications::ListVerifications;
use otp_core::usecases::listen_for_events::ListenForEvents;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpoints;
use otp_core::usecases::publish_proof_keys::PublishProofKeys;
use otp_core::usecases::read_test_inbox::ReadTestInbox;
use otp_core::usecases::record_consent::RecordConsent;
use otp_core::usecases::record_outcome::RecordOutcome;
use otp_core::usecases::resend_verification::ResendVerification;
use otp_core::usecases::send_message::{SendMessage, SendPolicy};
use otp_core::usecases::show_insights::ShowInsights;
use otp_core::usecases::show_message::ShowMessage;
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::verification::VerificationPolicy;
use otp_core::webhook::PrivateTargets;
use otp_edge::UseCaseRunner;
use otp_http::{Api, ApiState, HttpOptions, JsonWebhookBodies, WhatsAppWebhook};
use otp_testkit::SeededRandomness;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub(super) use answer::Answer;
pub(super) use requests::{ask, ask_at, get, post};

pub(super) const NOW: Timestamp = Timestamp::from_unix_millis(1_780_000_000_000);
pub(super) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(0xacc));

/// Randomness that is always the same byte, so that keys can be predicted.
pub(super) struct Fixed(pub(super) u8);

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

pub(super) fn live_key() -> ApiKeySecret {
    ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(1))
}

pub(super) fn expired_key() -> ApiKeySecret {
    ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(2))
}

pub(super) fn revoked_key() -> ApiKeySecret {
    ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(3))
}

pub(super) fn unknown_key() -> ApiKeySecret {
    ApiKeySecret::generate(ApiKeyMode::Live, &Fixed(4))
}

fn master_keys() -> Arc<MasterKeys> {
    Arc::new(MasterKeys::new(&MasterKey::generate(&Fixed(5)), &[]))
}

fn account_key() -> Arc<AccountKey> {
    let wrapped = master_keys().generate_key(KeyOwner::Account(ACCOUNT), &Fixed(9));
    Arc::new(AccountKey::new(ACCOUNT, wrapped))
}

/// The account's sealer.
pub(super) fn sealer() -> Arc<AccountSealer> {
    account_key().open(&master_keys()).expect("opens")
}

/// The installation's sealer.
pub(super) fn installation() -> Arc<InstallationSealer> {
    let key = master_keys().generate_key(KeyOwner::Installation, &Fixed(10));
    Arc::new(master_keys().installation_sealer(&key).expect("opens"))
}

/// Opens the account's key and knows no other.
fn sealers() -> AccountSealers {
    let mut directory = MockDirectory::new();
    directory
        .expect_find_account_key()
        .returning(|account| Ok((account == ACCOUNT).then(account_key)));
    AccountSealers {
        directory: Arc::new(directory),
        master_keys: master_keys(),
    }
}

/// The ports. A call without an expectation panics, and the answer is a 500.
pub(super) struct World {
    pub(super) directory: MockDirectory,
    pub(super) ledger: MockSendLedger,
    /// Replaces `ledger` in tests that need a slow one.
    pub(super) slow_ledger: Option<Arc<dyn SendLedger>>,
    pub(super) sender: MockMessageSender,
    /// The address that mails come from, if there is a mail server.
    pub(super) mail_from: Option<EmailAddress>,
    pub(super) facts: MockAdmissionFacts,
    pub(super) messages: MockMessages,
    pub(super) outcomes: MockMessageOutcomes,
    pub(super) verification_ledger: MockVerificationLedger,
    pub(super) fallbacks: MockFallbacks,
    pub(super) verifications: MockVerifications,
    pub(super) insights: MockInsights,
    pub(super) proofs: MockProofSigner,
    pub(super) answers: Arc<dyn IdempotentAnswers>,
    pub(super) webhook_endpoints: Arc<dyn WebhookEndpoints>,
    pub(super) webhook_deliveries: Arc<dyn WebhookDeliveries>,
    pub(super) health: Arc<dyn StorageHealth>,
    /// WhatsApp's webhook, if there is one, and the receipts behind it.
    pub(super) webhook: Option<(Arc<dyn ProviderWebhook>, MockReceipts)>,
    pub(super) opt_outs: MockOptOuts,
    pub(super) proof_keys: MockProofKeys,
    pub(super) inbox: MockTestInbox,
    pub(super) bell: MockInboxBell,
    pub(super) options: HttpOptions,
}

impl World {
    /// A world with the keys, a sender with templates in `ar` and `en`, and no prices.
    pub(super) fn new() -> Self {
        Self::with_profile(profile())
    }

    /// The same world, but an operator has stopped the sender.
    pub(super) fn with_stopped_sender() -> Self {
        let mut profile = profile();
        for sender in &mut profile.senders {
            sender.stop = Some(SenderStop::by_operator(NOW));
        }
        Self::with_profile(profile)
    }

    /// The same world, but the account is a test account.
    pub(super) fn of_test_account() -> Self {
        let mut profile = profile();
        profile.is_test = true;
        Self::with_profile(profile)
    }

    fn with_profile(profile: SendingProfile) -> Self {
        let mut world = Self::without_directory();
        let keys: HashMap<_, _> = [
            stored(&live_key(), None, None),
            stored(&expired_key(), Some(NOW), None),
            stored(&revoked_key(), None, Some(NOW)),
        ]
        .into_iter()
        .map(|key| (key.hash, Arc::new(key)))
        .collect();
        let (profile, prices) = (Arc::new(profile), Arc::new(PriceList::default()));
        let found = move |hash: &_| Ok(keys.get(hash).cloned());
        let directory = &mut world.directory;
        directory.expect_find_api_key().returning(found);
        let profile = move |_| Ok(Some(profile.clone()));
        directory.expect_find_sending_profile().returning(profile);
        directory
            .expect_price_list()
            .returning(move || Ok(prices.clone()));
        world
    }

    pub(super) fn without_directory() -> Self {
        Self {
            directory: MockDirectory::new(),
            ledger: MockSendLedger::new(),
            slow_ledger: None,
            sender: MockMessageSender::new(),
            mail_from: None,
            facts: MockAdmissionFacts::new(),
            messages: MockMessages::new(),
            outcomes: MockMessageOutcomes::new(),
            verification_ledger: MockVerificationLedger::new(),
            fallbacks: MockFallbacks::new(),
            verifications: MockVerifications::new(),
            insights: MockInsights::new(),
            proofs: MockProofSigner::new(),
            answers: Arc::new(MockIdempotentAnswers::new()),
            webhook_endpoints: Arc::new(MockWebhookEndpoints::new()),
            webhook_deliveries: Arc::new(MockWebhookDeliveries::new()),
            health: Arc::new(MockStorageHealth::new()),
            webhook: None,
            opt_outs: MockOptOuts::new(),
            proof_keys: MockProofKeys::new(),
            inbox: MockTestInbox::new(),
            bell: MockInboxBell::new(),
            options: HttpOptions::default(),
        }
    }

    /// Returns the API over these ports; use cases run on the current runtime.
    pub(super) fn api(self) -> Api {
        let mut uses = MockKeyUses::new();
        uses.expect_note().return_const(());
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        clock.expect_monotonic().return_const(Duration::ZERO);
        clock.expect_sleep().return_const(());
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let directory = Arc::new(self.directory);
        let ledger = self.slow_ledger.unwrap_or(Arc::new(self.ledger));
        let whatsapp_webhook = self.webhook.map(|(provider, receipts)| WhatsAppWebhook {
            provider,
            handle_provider_webhook: HandleProviderWebhook {
                apply_receipts: ApplyReceipts {
                    receipts: Arc::new(receipts),
                    ledger: ledger.clone(),
                    identities: Arc::new(MockRecipientIdentities::new()),
                    sealers: sealers(),
                    installation: installation(),
                    randomness: Arc::new(Fixed(6)),
                },
                record_consent: RecordConsent {
                    opt_outs: Arc::new(self.opt_outs),
                    identities: Arc::new(MockRecipientIdentities::new()),
                    sealers: sealers(),
                    installation: installation(),
                    clock: clock.clone(),
                    randomness: Arc::new(Fixed(6)),
                },
                apply_template_events: no_templates(),
                apply_sender_events: ApplySenderEvents {
                    senders: Arc::new(MockSenders::new()),
                    healths: Arc::new(MockSenderHealths::new()),
                    clock: clock.clone(),
                },
            },
            clock: clock.clone(),
        });
        let messages = Arc::new(self.messages);
        let send_message = SendMessage {
            directory: directory.clone(),
            ledger,
            sender: Arc::new(self.sender),
            templates: no_templates(),
            master_keys: master_keys(),
            installation: installation(),
            clock: clock.clone(),
            randomness: Arc::new(Fixed(6)),
            mail_from: self.mail_from,
            policy: SendPolicy {
                request_deadline: Duration::from_secs(10),
                provider_timeout: Duration::from_secs(5),
                message_lifetime: Duration::from_secs(600),
            },
        };
        let verification_ledger = Arc::new(self.verification_ledger);
        let verifications = Arc::new(self.verifications);
        let show_verification = ShowVerification {
            verifications: verifications.clone(),
            sealers: sealers(),
            clock: clock.clone(),
        };
        let find_resource = FindEventResource {
            messages: messages.clone(),
            show_verification: show_verification.clone(),
            endpoints: ManageWebhookEndpoints {
                endpoints: Arc::clone(&self.webhook_endpoints),
                sealers: sealers(),
                clock: clock.clone(),
                randomness: Arc::new(SeededRandomness::new(12)),
                private_targets: PrivateTargets::Forbidden,
            },
            subscriptions: Arc::new(MockSubscriptions::new()),
            keys: Arc::new(MockApiKeys::new()),
            senders: Arc::new(MockSenders::new()),
            healths: Arc::new(MockSenderHealths::new()),
            templates: Arc::new(MockTemplates::new()),
            opt_outs: Arc::new(MockOptOuts::new()),
            sealers: sealers(),
        };
        let bell: Arc<dyn InboxBell> = Arc::new(self.bell);
        let state = ApiState {
            publish_proof_keys: PublishProofKeys {
                keys: Arc::new(self.proof_keys),
                clock: clock.clone(),
            },
            answer_once: AnswerOnce {
                answers: self.answers,
                sealers: sealers(),
                clock: clock.clone(),
                randomness: Arc::new(Fixed(6)),
            },
            record_outcome: RecordOutcome {
                outcomes: Arc::new(self.outcomes),
                clock: clock.clone(),
            },
            create_verification: CreateVerification {
                send: send_message.clone(),
                show: show_verification.clone(),
            },
            resend_verification: ResendVerification {
                send: send_message.clone(),
                show: show_verification.clone(),
                fallbacks: Arc::new(self.fallbacks),
            },
            check_verification: CheckVerification {
                directory: directory.clone(),
                ledger: verification_ledger.clone(),
                verifications: verifications.clone(),
                sealers: sealers(),
                proofs: Arc::new(self.proofs),
                clock: clock.clone(),
            },
            cancel_verification: CancelVerification {
                ledger: verification_ledger,
                show: show_verification.clone(),
                clock: clock.clone(),
            },
            show_verification,
            list_verifications: ListVerifications {
                verifications,
                sealers: sealers(),
                clock: clock.clone(),
            },
            show_insights: ShowInsights {
                insights: Arc::new(self.insights),
                clock: clock.clone(),
            },
            listen_for_events: ListenForEvents {
                endpoints: Arc::clone(&self.webhook_endpoints),
                deliveries: Arc::clone(&self.webhook_deliveries),
                find_resource,
                bodies: Arc::new(JsonWebhookBodies),
                bell: Arc::clone(&bell),
                clock: clock.clone(),
            },
            inspect_webhook_deliveries: InspectWebhookDeliveries {
                endpoints: Arc::clone(&self.webhook_endpoints),
                deliveries: self.webhook_deliveries,
                sealers: sealers(),
                clock: clock.clone(),
            },
            manage_webhook_endpoints: ManageWebhookEndpoints {
                endpoints: self.webhook_endpoints,
                sealers: sealers(),
                clock: clock.clone(),
                randomness: Arc::new(SeededRandomness::new(11)),
                private_targets: PrivateTargets::Forbidden,
            },
            read_test_inbox: ReadTestInbox {
                inbox: Arc::new(self.inbox),
                directory: directory.clone(),
                sealers: sealers(),
                bell,
                clock: clock.clone(),
            },
            verification_policy: VerificationPolicy::default(),
            authenticate: Authenticate {
                directory,
                uses: Arc::new(uses),
                clock,
            },
            explain_send: ExplainSend {
                send: send_message.clone(),
                facts: Arc::new(self.facts),
            },
            send_message,
            check_message_status: CheckMessageStatus {
                messages: messages.clone(),
                sealers: sealers(),
            },
            show_message: ShowMessage {
                messages: messages.clone(),
                sealers: sealers(),
            },
            list_messages: ListMessages {
                messages,
                sealers: sealers(),
            },
            whatsapp_webhook,
            health: self.health,
            runner: UseCaseRunner {
                runtime: tokio::runtime::Handle::current(),
                tasks: TaskTracker::new(),
            },
        };
        Api::new(state, self.options)
    }

    /// Makes one request.
    pub(super) async fn ask(self, request: TestRequest) -> Answer {
        ask(&self.api(), request).await
    }
}

pub(super) fn stored(
    key: &ApiKeySecret,
    expires: Option<Timestamp>,
    revoked: Option<Timestamp>,
) -> ApiKey {
    ApiKey {
        id: ApiKeyId(Uuid::from_u128(1)),
        account_id: ACCOUNT,
        name: "shop".to_owned(),
        hash: key.hash(),
        hint: key.hint(),
        created_at: NOW,
        expires_at: expires,
        revoked_at: revoked,
        last_used_on: None,
    }
}

/// Template events, which no test here expects.
fn no_templates() -> ApplyTemplateEvents {
    ApplyTemplateEvents {
        templates: Arc::new(MockTemplates::new()),
        senders: Arc::new(MockSenders::new()),
        outbox: Arc::new(MockNoticeOutbox::new()),
        clock: Arc::new(MockClock::new()),
    }
}

fn profile() -> SendingProfile {
    let id = SenderId(Uuid::from_u128(2));
    let sender = Sender {
        id,
        account_id: ACCOUNT,
        phone_number_id: ProviderId::parse("1").unwrap(),
        waba_id: ProviderId::parse("2").unwrap(),
        phone: Sealed(Vec::new()),
        access_token: sealer().seal(Purpose::AccessToken, id.0, "EAAG", &Fixed(7)),
        created_at: NOW,
    };
    let templates = ["ar", "en"].map(|language| {
        AuthenticationTemplate::assumed_approved(
            TemplateId(Uuid::from_u128(3)),
            sender.id,
            TemplateName::parse("otp_code").unwrap(),
            LanguageTag::parse(language).unwrap(),
            NOW,
        )
    });
    SendingProfile {
        key: Some(account_key()),
        default_language: LanguageTag::parse("ar").unwrap(),
        senders: vec![SenderProfile {
            sender,
            stop: None,
            templates: templates.to_vec(),
        }],
        email: email::SenderProfile {
            company: sealer().seal(Purpose::ContactCompany, ACCOUNT.0, "Amal Group", &Fixed(8)),
            sender: None,
        },
        is_test: false,
        proof_subject: ProofSubject::default(),
        reviewers: Vec::new(),
    }
}
