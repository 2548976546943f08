//! The use cases of a running gateway, each over the adapters it needs.

use std::sync::Arc;

use otp_core::ports::{NoticeSender, SenderExaminer};
use otp_core::usecases::apply_receipts::ApplyReceipts;
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::apply_template_events::ApplyTemplateEvents;
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::examine_sender::ExamineSender;
use otp_core::usecases::expire_pending_messages::ExpirePendingMessages;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::mail_notices::MailNotices;
use otp_core::usecases::record_consent::RecordConsent;
use otp_core::usecases::send_message::{SendMessage, SendMessagePorts, SendPolicy};
use otp_core::usecases::show_message::ShowMessage;

use crate::adapters::Adapters;
use crate::settings::Settings;

/// The use cases that the API calls.
pub(crate) struct UseCases {
    pub(crate) authenticate: Authenticate,
    pub(crate) send_message: SendMessage,
    pub(crate) explain_send: ExplainSend,
    pub(crate) check_message_status: CheckMessageStatus,
    pub(crate) show_message: ShowMessage,
    pub(crate) list_messages: ListMessages,
    pub(crate) handle_provider_webhook: HandleProviderWebhook,
}

impl UseCases {
    pub(crate) fn new(settings: &Settings, adapters: &Adapters) -> Self {
        let Adapters {
            storage,
            directory,
            messages,
            clock,
            sealer,
            ..
        } = adapters;
        let send_message = send_message(settings, adapters);
        Self {
            authenticate: Authenticate::new(Arc::clone(directory), Arc::clone(clock)),
            explain_send: ExplainSend::new(send_message.clone(), storage.clone()),
            send_message,
            check_message_status: CheckMessageStatus::new(Arc::clone(messages), sealer.clone()),
            show_message: ShowMessage::new(storage.clone(), sealer.clone()),
            list_messages: ListMessages::new(storage.clone(), sealer.clone()),
            handle_provider_webhook: handle_provider_webhook(adapters),
        }
    }
}

fn send_message(settings: &Settings, adapters: &Adapters) -> SendMessage {
    let ports = SendMessagePorts {
        directory: Arc::clone(&adapters.directory),
        ledger: Arc::clone(&adapters.ledger),
        sender: adapters.sender.clone(),
        templates: apply_template_events(adapters),
        clock: Arc::clone(&adapters.clock),
        randomness: Arc::clone(&adapters.randomness),
    };
    let policy = SendPolicy {
        request_deadline: settings.messages.request_deadline,
        provider_timeout: settings.whatsapp.timeout,
        message_lifetime: settings.messages.lifetime,
    };
    SendMessage::new(ports, adapters.sealer.clone(), policy)
}

fn handle_provider_webhook(adapters: &Adapters) -> HandleProviderWebhook {
    HandleProviderWebhook {
        apply_receipts: ApplyReceipts::new(
            Arc::clone(&adapters.receipts),
            Arc::clone(&adapters.ledger),
            Arc::clone(&adapters.identities),
        ),
        record_consent: record_consent(adapters),
        apply_template_events: apply_template_events(adapters),
        apply_sender_events: ApplySenderEvents {
            senders: adapters.storage.clone(),
            healths: adapters.storage.clone(),
            clock: Arc::clone(&adapters.clock),
        },
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

/// Records consent requests; the background work resolves those whose author was not known.
pub(crate) fn record_consent(adapters: &Adapters) -> RecordConsent {
    RecordConsent::new(adapters.storage.clone(), adapters.storage.clone())
}

/// Expires pending messages, in the background.
pub(crate) fn expire_pending_messages(adapters: &Adapters) -> ExpirePendingMessages {
    ExpirePendingMessages::new(
        adapters.storage.clone(),
        Arc::clone(&adapters.ledger),
        adapters.storage.clone(),
        Arc::clone(&adapters.clock),
    )
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
        sealer: adapters.sealer.clone(),
    }
}

/// Mails notices, in the background.
pub(crate) fn mail_notices(adapters: &Adapters, sender: &Arc<dyn NoticeSender>) -> MailNotices {
    MailNotices::new(
        adapters.storage.clone(),
        adapters.storage.clone(),
        Arc::clone(sender),
        Arc::clone(&adapters.clock),
        adapters.sealer.clone(),
    )
}
