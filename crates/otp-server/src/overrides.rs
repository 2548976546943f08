//! Adapters that a program brings along, in place of those that the settings name.

use std::sync::Arc;

use otp_core::ports::{
    Clock, MessageSender, NoticeSender, ProviderWebhook, Randomness, SenderExaminer, Storage,
    TemplateRegistry, WebhookCaller,
};

use crate::system::{SystemClock, SystemRandomness};

/// Adapters to use in place of the defaults. `None` keeps the default.
///
/// ```
/// # use std::sync::Arc;
/// # fn with(clock: Arc<dyn otp_core::ports::Clock>) -> otp_server::Overrides {
/// use otp_server::Overrides;
///
/// Overrides {
///     clock: Some(clock),
///     ..Overrides::none()
/// }
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Overrides {
    /// Stores everything; default: SQLite or PostgreSQL, as `database.url` says. Its `Schema` port
    /// is asked like that of the others: `serve` and `migrate` migrate, other commands refuse a schema
    /// that does not serve them.
    pub storage: Option<Arc<dyn Storage>>,
    /// Delivers WhatsApp messages; default: WhatsApp's Cloud API.
    pub sender: Option<Arc<dyn MessageSender>>,
    /// Delivers passcodes by e-mail; default: SMTP. `smtp.url` and `mail.from` have to be set in any case:
    /// they make addresses recipients.
    pub email_sender: Option<Arc<dyn MessageSender>>,
    /// Asks the provider about senders; default: WhatsApp's Cloud API, or nobody if
    /// [`sender`](Self::sender) is set.
    pub sender_examiner: Option<Arc<dyn SenderExaminer>>,
    /// Lists and creates templates at the provider; default: WhatsApp's Cloud API. If
    /// [`sender`](Self::sender) is set and this is not, only commands ask WhatsApp, and no server does.
    pub template_registry: Option<Arc<dyn TemplateRegistry>>,
    /// Reads the provider's webhook calls; default: those of WhatsApp, if `whatsapp.app_secret` is set.
    pub provider_webhook: Option<Arc<dyn ProviderWebhook>>,
    /// Mails notices to account holders; default: SMTP, if `smtp.url` is set.
    pub notice_sender: Option<Arc<dyn NoticeSender>>,
    /// Calls the webhook endpoints of customers; default: over HTTP.
    pub webhook_caller: Option<Arc<dyn WebhookCaller>>,
    /// The clock; default: the system's.
    pub clock: Option<Arc<dyn Clock>>,
    /// The source of keys, nonces and ids; default: the operating system's CSPRNG.
    pub randomness: Option<Arc<dyn Randomness>>,
}

impl Overrides {
    /// No overrides: every adapter is the default.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock))
    }

    pub(crate) fn randomness(&self) -> Arc<dyn Randomness> {
        let randomness = self.randomness.clone();
        randomness.unwrap_or_else(|| Arc::new(SystemRandomness))
    }
}
