//! The provider's webhook: what it tells us unasked, once it is sure that it is the provider who tells.

use crate::provider_webhook_payload::ProviderWebhookPayload;
use crate::time::Timestamp;

/// Reads what a provider posts.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[expect(
    clippy::needless_lifetimes,
    reason = "a mock of a method with `Option<&str>` needs the lifetime named"
)]
pub trait ProviderWebhook: Send + Sync {
    /// The answer to the provider's question whether this address is ours. An adapter MUST compare
    /// the token in constant time before it looks at anything else, and MUST NOT answer with anything
    /// but a short text of letters, digits, `-`, `.` and `_`.
    fn handshake<'a>(
        &self,
        mode: Option<&'a str>,
        token: Option<&'a str>,
        challenge: Option<&'a str>,
    ) -> Option<String>;

    /// What a notification says. An adapter MUST check the signature over the
    /// raw bytes, in constant time, before it reads any of them, and MUST pass over what it does not
    /// know without losing what stands beside it. It MUST NOT log what the body holds of people.
    fn open<'a>(
        &self,
        signature: Option<&'a str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal>;
}

/// Why a notification is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefusal {
    /// It is not signed, or not by the provider.
    #[error("the notification is not signed by the provider")]
    InvalidSignature,
    /// It is signed, but is no notification.
    #[error("the body is no notification of the provider")]
    Malformed,
}
