//! State of the API: the use cases and their runner.

use std::sync::Arc;

use otp_core::ports::{Clock, ProviderWebhook, StorageHealth};
use otp_core::usecases::answer_once::AnswerOnce;
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::cancel_verification::CancelVerification;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::check_verification::CheckVerification;
use otp_core::usecases::create_verification::CreateVerification;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveries;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::list_verifications::ListVerifications;
use otp_core::usecases::listen_for_events::ListenForEvents;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpoints;
use otp_core::usecases::publish_proof_keys::PublishProofKeys;
use otp_core::usecases::read_test_inbox::ReadTestInbox;
use otp_core::usecases::record_outcome::RecordOutcome;
use otp_core::usecases::resend_verification::ResendVerification;
use otp_core::usecases::send_message::SendMessage;
use otp_core::usecases::show_insights::ShowInsights;
use otp_core::usecases::show_message::ShowMessage;
use otp_core::usecases::show_verification::ShowVerification;
use otp_core::verification::VerificationPolicy;
use otp_edge::UseCaseRunner;

/// The use cases behind the API, and their runner.
pub struct ApiState {
    /// Finds the account of a key.
    pub authenticate: Authenticate,
    /// Sends a message.
    pub send_message: SendMessage,
    /// Returns the status of a message.
    pub check_message_status: CheckMessageStatus,
    /// Explains what a send would do.
    pub explain_send: ExplainSend,
    /// Returns a message with its timeline.
    pub show_message: ShowMessage,
    /// Lists messages.
    pub list_messages: ListMessages,
    /// Records the outcome of a message's code.
    pub record_outcome: RecordOutcome,
    /// Creates a verification.
    pub create_verification: CreateVerification,
    /// Sends a code again.
    pub resend_verification: ResendVerification,
    /// Checks a code.
    pub check_verification: CheckVerification,
    /// Cancels a verification.
    pub cancel_verification: CancelVerification,
    /// Returns a verification.
    pub show_verification: ShowVerification,
    /// Lists verifications.
    pub list_verifications: ListVerifications,
    /// Counts how far messages got.
    pub show_insights: ShowInsights,
    /// The codes that verifications may have.
    pub verification_policy: VerificationPolicy,
    /// Publishes the keys that proofs are checked with.
    pub publish_proof_keys: PublishProofKeys,
    /// Answers repeated requests like the first.
    pub answer_once: AnswerOnce,
    /// Creates, changes and shows webhook endpoints.
    pub manage_webhook_endpoints: ManageWebhookEndpoints,
    /// Lists, shows and repeats deliveries to webhook endpoints.
    pub inspect_webhook_deliveries: InspectWebhookDeliveries,
    /// Hands the events of a listener over.
    pub listen_for_events: ListenForEvents,
    /// Reads a test inbox.
    pub read_test_inbox: ReadTestInbox,
    /// WhatsApp's webhook; without it the path does not exist.
    pub whatsapp_webhook: Option<WhatsAppWebhook>,
    /// Reports whether the storage can be used. Every request to `/health/ready` asks it, so it shares
    /// its checks, and logs what fails.
    pub health: Arc<dyn StorageHealth>,
    /// Runs the use cases.
    pub runner: UseCaseRunner,
}

/// The dependencies of `/webhooks/whatsapp`.
#[derive(Clone)]
pub struct WhatsAppWebhook {
    /// Verifies and reads a call.
    pub provider: Arc<dyn ProviderWebhook>,
    /// Applies what was read.
    pub handle_provider_webhook: HandleProviderWebhook,
    /// Dates each call.
    pub clock: Arc<dyn Clock>,
}
