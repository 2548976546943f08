//! The options of the caller, and the reasons that one cannot be made.

use std::time::Duration;

use otp_core::webhook::PrivateTargets;

/// The maximum duration of a call.
pub const MAX_CALL: Duration = Duration::from_secs(20);

/// The options of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookCallerOptions {
    /// Whether calls may go to hosts that are not on the public internet, and without TLS.
    pub private_targets: PrivateTargets,
    /// The time limit of a call, from the look-up of the name to the end of the answer. A longer one than
    /// [`MAX_CALL`] counts as that.
    pub timeout: Duration,
}

impl Default for WebhookCallerOptions {
    /// Returns options for the public internet, with the longest time limit.
    fn default() -> Self {
        Self {
            private_targets: PrivateTargets::Forbidden,
            timeout: MAX_CALL,
        }
    }
}

/// The reason that a caller cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum InvalidWebhookCaller {
    /// The system has no root certificates, so no endpoint could prove its identity.
    #[error("the system has no root certificates: install ca-certificates or set SSL_CERT_FILE")]
    NoRootCertificates,
    /// TLS or the HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}
