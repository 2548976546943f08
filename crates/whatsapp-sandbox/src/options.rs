//! The options a sandbox starts with.

use std::{fmt, time::Duration};

/// The options of a [`Sandbox`](crate::Sandbox). The defaults suit a demonstration.
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Factor applied to every delay of the sandbox; with `0.0` everything happens at once.
    pub pace: f64,
    /// The receiver of webhooks. `None` sends none until the control API sets one.
    pub webhook: Option<WebhookOptions>,
    /// The gateway that sends through the sandbox, for the introduction on the page.
    pub gateway: Option<GatewayLinks>,
    /// Reads a person's reply as the gateway does. With `None`, the page marks nobody as opted out.
    pub read_consent: Option<fn(&str) -> Option<ConsentReply>>,
}

/// How to reach the gateway that sends through the sandbox.
///
/// The page shows these texts to everyone who can open it, so the key in the command MUST be one
/// that is of use with this sandbox only.
#[derive(Clone, PartialEq, Eq)]
pub struct GatewayLinks {
    /// A command that sends a message, ready for a shell.
    pub command: String,
    /// The address of the API reference: a path, or an `http` or `https` URL.
    pub docs: String,
}

/// A reply that is a request about consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentReply {
    /// The person wants no more messages.
    Stop,
    /// The person wants messages again.
    Start,
}

/// A receiver of webhooks. It gets nothing before it has answered the handshake.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// An `http` or `https` URL.
    pub url: String,
    /// The secret that signs each request.
    pub app_secret: String,
    /// The token that the handshake presents.
    pub verify_token: String,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            pace: 1.0,
            webhook: None,
            gateway: None,
            read_consent: None,
        }
    }
}

impl fmt::Debug for WebhookOptions {
    /// Leaves the secrets out, because a sandbox may be given real ones.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookOptions")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for GatewayLinks {
    /// Leaves the command out, because it contains a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayLinks")
            .field("docs", &self.docs)
            .finish_non_exhaustive()
    }
}

/// Returns the delay at this pace.
pub(crate) fn paced(delay: Duration, pace: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * pace.max(0.0)).unwrap_or(delay)
}
