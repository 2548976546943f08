//! What the endpoints need: the use cases, and the runtime they run on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use otp_core::ports::{Clock, ProviderWebhook, StorageHealth};
use otp_core::usecases::authenticate::Authenticate;
use otp_core::usecases::check_message_status::CheckMessageStatus;
use otp_core::usecases::explain_send::ExplainSend;
use otp_core::usecases::handle_provider_webhook::HandleProviderWebhook;
use otp_core::usecases::list_messages::ListMessages;
use otp_core::usecases::send_message::SendMessage;
use otp_core::usecases::show_message::ShowMessage;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::error::ApiError;

/// The use cases behind the API, and the runtime that runs them.
pub struct ApiState {
    /// Tells whose request it is.
    pub authenticate: Authenticate,
    /// Sends.
    pub send_message: SendMessage,
    /// Reports on what was sent.
    pub check_message_status: CheckMessageStatus,
    /// Explains what a send would do.
    pub explain_send: ExplainSend,
    /// Shows one message with its timeline.
    pub show_message: ShowMessage,
    /// Lists messages.
    pub list_messages: ListMessages,
    /// Takes what WhatsApp reports; without it the path does not exist.
    pub whatsapp_webhook: Option<WhatsAppWebhook>,
    /// Tells whether the storage is there.
    pub health: Arc<dyn StorageHealth>,
    /// The program's main runtime. Not the workers': theirs are single-threaded, and drop a handler
    /// together with its connection.
    pub runtime: tokio::runtime::Handle,
    /// Counts the use cases under way, so that the program can wait for them before it ends: a client
    /// that went away takes its connection with it, not its request.
    pub tasks: TaskTracker,
}

/// What `/webhooks/whatsapp` needs.
#[derive(Clone)]
pub struct WhatsAppWebhook {
    /// Reads what is posted.
    pub provider: Arc<dyn ProviderWebhook>,
    /// Applies what was read.
    pub handle_provider_webhook: HandleProviderWebhook,
    /// Tells when it came.
    pub clock: Arc<dyn Clock>,
}

impl ApiState {
    /// Runs a use case to its end on the main runtime, even if the client goes away meanwhile.
    ///
    /// As far as it gets without waiting it is run here, as a guest of that runtime: many need no more
    /// than what a cache knows, and changing threads twice would cost them more than they do.
    pub(crate) async fn run<F>(&self, usecase: F) -> Result<F::Output, ApiError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut usecase = Box::pin(usecase.in_current_span());
        let begun = {
            let _guest = self.runtime.enter();
            let mut context = Context::from_waker(Waker::noop());
            catch_unwind(AssertUnwindSafe(|| usecase.as_mut().poll(&mut context)))
        };
        match begun {
            Ok(Poll::Ready(done)) => return Ok(done),
            // Its first poll as a task leaves the waker that counts.
            Ok(Poll::Pending) => {}
            Err(_) => return Err(ApiError::Internal("a use case panicked".into())),
        }
        let running = self.tasks.spawn_on(usecase, &self.runtime);
        running.await.map_err(|error| {
            // The panic's own text is not repeated: it may quote what it choked on.
            if error.is_panic() {
                ApiError::Internal("a use case panicked".into())
            } else {
                ApiError::Unavailable("the runtime is shutting down".into())
            }
        })
    }
}
