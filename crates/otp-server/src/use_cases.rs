//! The use cases of a running gateway, each over the adapters it needs.

use std::sync::Arc;

use otp_core::ports::{NoticeSender, SenderExaminer, TemplateRegistry, WebhookCaller};
use otp_core::usecases::advance_fallbacks::AdvanceFallbacks;
use otp_core::usecases::announce_expiring_keys::AnnounceExpiringKeys;
use otp_core::usecases::answer_once::AnswerOnce;
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::cancel_verification::CancelVerification;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::check_verification::CheckVerification;
use otp_core::usecases::create_verification::CreateVerification;
use otp_core::usecases::deliver_queued::DeliverQueued;
use otp_core::usecases::deliver_webhooks::DeliverWebhooks;
use otp_core::usecases::examine_sender::ExamineSender;
use otp_core::usecases::expire_pending_messages::ExpirePendingMessages;
use otp_core::usecases::expire_verifications::ExpireVerifications;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::find_event_resource::FindEventResource;
use otp_core::usecases::forget_ended_notices::ForgetEndedNotices;
use otp_core::usecases::forget_old_answers::ForgetOldAnswers;
use otp_core::usecases::forget_sign_ins::ForgetSignIns;
use otp_core::usecases::forget_test_messages::ForgetTestMessages;
use otp_core::usecases::forget_webhook_deliveries::ForgetWebhookDeliveries;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::keep_key_uses::KeepKeyUses;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::list_verifications::ListVerifications;
use otp_core::usecases::listen_for_events::ListenForEvents;
use otp_core::usecases::mail_notices::MailNotices;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpoints;
use otp_core::usecases::publish_proof_keys::PublishProofKeys;
use otp_core::usecases::read_test_inbox::ReadTestInbox;
use otp_core::usecases::record_consent::RecordConsent;
use otp_core::usecases::record_outcome::RecordOutcome;
use otp_core::usecases::report_test_lives::ReportTestLives;
use otp_core::usecases::resend_verification::ResendVerification;
use otp_core::usecases::roll_up_insights::RollUpInsights;
use otp_core::usecases::rotate_proof_key::RotateProofKey;
use otp_core::usecases::send_message::{SendMessage, SendPolicy};
use otp_core::usecases::show_insights::ShowInsights;
use otp_core::usecases::show_message::ShowMessage;
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::usecases::sync_templates::{SyncTemplates, TemplatePorts};
use otp_http::JsonWebhookBodies;
use otp_proof::Ed25519KeyPairs;

use crate::adapters::Adapters;
use crate::metrics::CountedOutcomes;
use crate::settings::Settings;

/// The use cases that the API calls.
pub(crate) struct UseCases {
    pub(crate) authenticate: Authenticate,
    pub(crate) send_message: SendMessage,
    pub(crate) explain_send: ExplainSend,
    pub(crate) check_message_status: CheckMessageStatus,
    pub(crate) show_message: ShowMessage,
    pub(crate) list_messages: ListMessages,
    pub(crate) show_insights: ShowInsights,
    pub(crate) record_outcome: RecordOutcome,
    pub(crate) create_verification: CreateVerification,
    pub(crate) resend_verification: ResendVerification,
    pub(crate) check_verification: CheckVerification,
    pub(crate) cancel_verification: CancelVerification,
    pub(crate) show_verification: ShowVerification,
    pub(crate) list_verifications: ListVerifications,
    pub(crate) publish_proof_keys: PublishProofKeys,
    pub(crate) answer_once: AnswerOnce,
    pub(crate) manage_webhook_endpoints: ManageWebhookEndpoints,
    pub(crate) inspect_webhook_deliveries: InspectWebhookDeliveries,
    pub(crate) listen_for_events: ListenForEvents,
    pub(crate) read_test_inbox: ReadTestInbox,
    pub(crate) handle_provider_webhook: HandleProviderWebhook,
}

impl UseCases {
    pub(crate) fn new(settings: &Settings, adapters: &Adapters) -> Self {
        let sealers = || adapters.sealers.clone();
        let send_message = send_message(settings, adapters);
        let show_verification = ShowVerification {
            verifications: Arc::clone(&adapters.verifications),
            sealers: sealers(),
            clock: Arc::clone(&adapters.clock),
        };
        Self {
            authenticate: Authenticate {
                directory: Arc::clone(&adapters.directory),
                uses: adapters.key_uses.clone(),
                clock: Arc::clone(&adapters.clock),
            },
            create_verification: CreateVerification {
                send: send_message.clone(),
                show: show_verification.clone(),
            },
            resend_verification: ResendVerification {
                fallbacks: adapters.storage.clone(),
                send: send_message.clone(),
                show: show_verification.clone(),
            },
            check_verification: CheckVerification {
                ledger: Arc::clone(&adapters.verification_ledger),
                directory: Arc::clone(&adapters.directory),
                verifications: Arc::clone(&adapters.verifications),
                sealers: sealers(),
                proofs: Arc::clone(&adapters.proof_signer),
                clock: Arc::clone(&adapters.clock),
            },
            cancel_verification: CancelVerification {
                ledger: Arc::clone(&adapters.verification_ledger),
                show: show_verification.clone(),
                clock: Arc::clone(&adapters.clock),
            },
            list_verifications: ListVerifications {
                verifications: Arc::clone(&adapters.verifications),
                sealers: sealers(),
                clock: Arc::clone(&adapters.clock),
            },
            show_verification,
            explain_send: ExplainSend {
                send: send_message.clone(),
                facts: adapters.narrow_reads.clone(),
            },
            send_message,
            check_message_status: CheckMessageStatus {
                messages: Arc::clone(&adapters.messages),
                sealers: sealers(),
            },
            show_message: ShowMessage {
                messages: adapters.narrow_reads.clone(),
                sealers: sealers(),
            },
            list_messages: ListMessages {
                messages: adapters.narrow_reads.clone(),
                sealers: sealers(),
            },
            show_insights: ShowInsights {
                insights: adapters.narrow_reads.clone(),
                clock: Arc::clone(&adapters.clock),
            },
            record_outcome: RecordOutcome {
                outcomes: Arc::new(CountedOutcomes::new(
                    adapters.storage.clone(),
                    Arc::clone(&adapters.codes),
                )),
                clock: Arc::clone(&adapters.clock),
            },
            publish_proof_keys: PublishProofKeys {
                keys: Arc::clone(&adapters.proof_keys),
                clock: Arc::clone(&adapters.clock),
            },
            answer_once: AnswerOnce {
                answers: adapters.storage.clone(),
                sealers: sealers(),
                clock: Arc::clone(&adapters.clock),
                randomness: Arc::clone(&adapters.randomness),
            },
            manage_webhook_endpoints: manage_webhook_endpoints(settings, adapters),
            inspect_webhook_deliveries: InspectWebhookDeliveries {
                endpoints: adapters.storage.clone(),
                deliveries: adapters.storage.clone(),
                sealers: sealers(),
                clock: Arc::clone(&adapters.clock),
            },
            listen_for_events: ListenForEvents {
                endpoints: adapters.storage.clone(),
                deliveries: adapters.storage.clone(),
                find_resource: find_event_resource(settings, adapters),
                bodies: Arc::new(JsonWebhookBodies),
                bell: Arc::new(adapters.bell.clone()),
                clock: Arc::clone(&adapters.clock),
            },
            read_test_inbox: ReadTestInbox {
                inbox: adapters.storage.clone(),
                directory: Arc::clone(&adapters.directory),
                sealers: sealers(),
                bell: Arc::new(adapters.bell.clone()),
                clock: Arc::clone(&adapters.clock),
            },
            handle_provider_webhook: handle_provider_webhook(adapters),
        }
    }
}

fn send_message(settings: &Settings, adapters: &Adapters) -> SendMessage {
    SendMessage {
        directory: Arc::clone(&adapters.directory),
        ledger: Arc::clone(&adapters.ledger),
        sender: adapters.sender.clone(),
        templates: apply_template_events(adapters),
        master_keys: Arc::clone(&adapters.keys.master_keys),
        installation: Arc::clone(&adapters.keys.installation),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
        mail_from: adapters.mail_from.clone(),
        policy: SendPolicy {
            request_deadline: settings.messages.request_deadline,
            provider_timeout: settings.whatsapp.timeout,
            message_lifetime: settings.messages.lifetime,
        },
    }
}

/// Hands queued messages over, in the background.
pub(crate) fn deliver_queued(settings: &Settings, adapters: &Adapters) -> DeliverQueued {
    DeliverQueued {
        queue: adapters.storage.clone(),
        verifications: Arc::clone(&adapters.verifications),
        send: send_message(settings, adapters),
    }
}

fn manage_webhook_endpoints(settings: &Settings, adapters: &Adapters) -> ManageWebhookEndpoints {
    ManageWebhookEndpoints {
        endpoints: adapters.storage.clone(),
        sealers: adapters.sealers.clone(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
        private_targets: settings.webhooks.private_targets,
    }
}

fn find_event_resource(settings: &Settings, adapters: &Adapters) -> FindEventResource {
    let (sealers, storage) = (|| adapters.sealers.clone(), &adapters.storage);
    FindEventResource {
        messages: storage.clone(),
        show_verification: ShowVerification {
            verifications: storage.clone(),
            sealers: sealers(),
            clock: Arc::clone(&adapters.clock),
        },
        endpoints: manage_webhook_endpoints(settings, adapters),
        subscriptions: storage.clone(),
        keys: storage.clone(),
        senders: storage.clone(),
        healths: storage.clone(),
        templates: storage.clone(),
        opt_outs: storage.clone(),
        sealers: sealers(),
    }
}

/// Delivers webhooks, in the background.
pub(crate) fn deliver_webhooks(
    settings: &Settings,
    adapters: &Adapters,
    caller: &Arc<dyn WebhookCaller>,
) -> DeliverWebhooks {
    DeliverWebhooks {
        endpoints: adapters.storage.clone(),
        deliveries: adapters.storage.clone(),
        find_resource: find_event_resource(settings, adapters),
        bodies: Arc::new(JsonWebhookBodies),
        caller: Arc::clone(caller),
        sealers: adapters.sealers.clone(),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

/// Forgets sessions and attempts to sign in that are over, in the background.
pub(crate) fn keep_key_uses(adapters: &Adapters) -> KeepKeyUses {
    KeepKeyUses {
        uses: adapters.key_uses.clone(),
        keys: adapters.storage.clone(),
    }
}

pub(crate) fn forget_sign_ins(adapters: &Adapters) -> ForgetSignIns {
    ForgetSignIns {
        sessions: adapters.storage.clone(),
        attempts: adapters.storage.clone(),
        links: adapters.storage.clone(),
        teams: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Forgets webhook deliveries of old events, in the background.
pub(crate) fn forget_webhook_deliveries(adapters: &Adapters) -> ForgetWebhookDeliveries {
    ForgetWebhookDeliveries {
        deliveries: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Counts messages for insights, in the background.
pub(crate) fn roll_up_insights(adapters: &Adapters) -> RollUpInsights {
    RollUpInsights {
        insights: adapters.storage.clone(),
        rollups: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Advances the fallbacks of verifications, in the background.
pub(crate) fn advance_fallbacks(settings: &Settings, adapters: &Adapters) -> AdvanceFallbacks {
    AdvanceFallbacks {
        fallbacks: adapters.storage.clone(),
        send: send_message(settings, adapters),
    }
}

/// Records the ends of verifications; the background work calls it.
pub(crate) fn expire_verifications(adapters: &Adapters) -> ExpireVerifications {
    ExpireVerifications {
        ledger: Arc::clone(&adapters.verification_ledger),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Reports what happens to messages to test inboxes; the background work calls it.
pub(crate) fn report_test_lives(adapters: &Adapters) -> ReportTestLives {
    ReportTestLives {
        inbox: adapters.storage.clone(),
        ledger: Arc::clone(&adapters.ledger),
        opt_outs: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Forgets messages to test inboxes, in the background.
pub(crate) fn forget_test_messages(adapters: &Adapters) -> ForgetTestMessages {
    ForgetTestMessages {
        inbox: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

fn handle_provider_webhook(adapters: &Adapters) -> HandleProviderWebhook {
    HandleProviderWebhook {
        apply_receipts: ApplyReceipts {
            receipts: Arc::clone(&adapters.receipts),
            identities: Arc::clone(&adapters.identities),
            ..apply_receipts(adapters)
        },
        record_consent: record_consent(adapters),
        apply_template_events: apply_template_events(adapters),
        apply_sender_events: ApplySenderEvents {
            senders: adapters.storage.clone(),
            healths: adapters.storage.clone(),
            clock: Arc::clone(&adapters.clock),
        },
    }
}

/// Applies receipts without batching look-ups; a webhook's are batched.
fn apply_receipts(adapters: &Adapters) -> ApplyReceipts {
    ApplyReceipts {
        receipts: adapters.storage.clone(),
        ledger: Arc::clone(&adapters.ledger),
        identities: adapters.storage.clone(),
        sealers: adapters.sealers.clone(),
        installation: Arc::clone(&adapters.keys.installation),
        randomness: Arc::clone(&adapters.randomness),
    }
}

fn apply_template_events(adapters: &Adapters) -> ApplyTemplateEvents {
    ApplyTemplateEvents {
        templates: adapters.storage.clone(),
        senders: adapters.storage.clone(),
        outbox: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Makes the first key that signs proofs, at the start.
pub(crate) fn rotate_proof_key(adapters: &Adapters) -> RotateProofKey {
    RotateProofKey {
        keys: adapters.storage.clone(),
        pairs: Arc::new(Ed25519KeyPairs),
        installation: Arc::clone(&adapters.keys.installation),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

/// Records consent requests; the background work resolves those whose author was not known.
pub(crate) fn record_consent(adapters: &Adapters) -> RecordConsent {
    RecordConsent {
        opt_outs: adapters.storage.clone(),
        identities: adapters.storage.clone(),
        sealers: adapters.sealers.clone(),
        installation: Arc::clone(&adapters.keys.installation),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    }
}

/// Expires pending messages, in the background.
pub(crate) fn expire_pending_messages(adapters: &Adapters) -> ExpirePendingMessages {
    ExpirePendingMessages::new(apply_receipts(adapters), Arc::clone(&adapters.clock))
}

/// Examines senders, in the background.
pub(crate) fn examine_sender(
    adapters: &Adapters,
    examiner: &Arc<dyn SenderExaminer>,
) -> ExamineSender {
    ExamineSender {
        senders: adapters.storage.clone(),
        healths: adapters.storage.clone(),
        examiner: Arc::clone(examiner),
        clock: Arc::clone(&adapters.clock),
        sealers: adapters.sealers.clone(),
    }
}

/// Syncs templates, in the background.
pub(crate) fn sync_templates(
    adapters: &Adapters,
    registry: &Arc<dyn TemplateRegistry>,
) -> SyncTemplates {
    SyncTemplates {
        ports: TemplatePorts {
            templates: adapters.storage.clone(),
            registry: Arc::clone(registry),
            sealers: adapters.sealers.clone(),
            clock: Arc::clone(&adapters.clock),
            randomness: Arc::clone(&adapters.randomness),
        },
        outbox: adapters.storage.clone(),
    }
}

/// Mails notices, in the background.
pub(crate) fn mail_notices(
    settings: &Settings,
    adapters: &Adapters,
    sender: &Arc<dyn NoticeSender>,
) -> MailNotices {
    MailNotices {
        outbox: adapters.storage.clone(),
        accounts: adapters.storage.clone(),
        persons: adapters.storage.clone(),
        sealers: adapters.sealers.clone(),
        installation: Arc::clone(&adapters.keys.installation),
        sender: Arc::clone(sender),
        clock: Arc::clone(&adapters.clock),
        orders_to: settings.accounts.orders_to.clone(),
        teams: adapters.storage.clone(),
        gateway: settings.http.pages_url(),
    }
}

/// Queues a notice for each API key that is about to expire, in the background.
pub(crate) fn announce_expiring_keys(adapters: &Adapters) -> AnnounceExpiringKeys {
    AnnounceExpiringKeys {
        keys: adapters.storage.clone(),
        deliveries: adapters.storage.clone(),
        outbox: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Forgets notices that ended long ago, in the background.
pub(crate) fn forget_ended_notices(adapters: &Adapters) -> ForgetEndedNotices {
    ForgetEndedNotices {
        outbox: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}

/// Forgets answers that are no longer kept, in the background.
pub(crate) fn forget_old_answers(adapters: &Adapters) -> ForgetOldAnswers {
    ForgetOldAnswers {
        answers: adapters.storage.clone(),
        clock: Arc::clone(&adapters.clock),
    }
}
