//! The provider's webhook: verifies and reads the calls that a provider makes to us.

use crate::provider_webhook_payload::ProviderWebhookPayload;
use crate::time::Timestamp;

/// Reads a provider's webhook calls.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[expect(
    clippy::needless_lifetimes,
    reason = "a mock of a method with `Option<&str>` needs the lifetime named"
)]
pub trait ProviderWebhook: Send + Sync {
    /// Returns the answer to the provider's check that this address is ours; `None` to refuse it.
    ///
    /// An adapter MUST compare the token in constant time before it looks at anything else. The answer
    /// MUST be a short text of letters, digits, `-`, `.` and `_` only.
    fn handshake<'a>(
        &self,
        mode: Option<&'a str>,
        token: Option<&'a str>,
        challenge: Option<&'a str>,
    ) -> Option<String>;

    /// Returns whether a call with this signature may be the provider's, before its body is known.
    ///
    /// A caller MUST refuse any other call without reading its body. An adapter MUST look at the form of
    /// the signature only: [`open`](Self::open) verifies it.
    fn may_be_signed<'a>(&self, signature: Option<&'a str>) -> bool;

    /// Verifies and reads a webhook call.
    ///
    /// An adapter MUST check the signature over the raw bytes, in constant time, before it reads any of
    /// them. It MUST skip the parts that it does not know, without losing the parts beside them. It MUST
    /// NOT log personal data from the body.
    fn open<'a>(
        &self,
        signature: Option<&'a str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal>;
}

/// The reason a webhook call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookRefusal {
    /// The call is not signed, or not by the provider.
    #[error("the webhook call is not signed by the provider")]
    InvalidSignature,
    /// The call is signed, but its body is not valid.
    #[error("the body of the webhook call is not valid")]
    Malformed,
}
