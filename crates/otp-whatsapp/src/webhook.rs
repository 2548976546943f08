//! Meta's webhooks: the handshake, the signature, and the content of a notification.
//!
//! - A notification is not used until its signature was checked over the original bytes. Meta
//!   writes everything but ASCII as `\uXXXX` and signs exactly that, so a body that was parsed and
//!   serialised again has a different signature.
//! - Meta delivers at least once, in any order, and many reports in one notification. An unknown
//!   part is skipped and counted, and the rest is used: Meta repeats a refused notification for
//!   days, with all its valid parts.
//! - A notification identifies people. Only a [`ProviderWebhookPayload`] leaves this module: no
//!   name and no text, Meta's id of a message only as a blind index, and Meta's names for a person
//!   only in types that hide them from logs.

mod handshake;
mod inbound;
mod json;
mod notification;
mod secrets;
mod signature;
mod status;
mod template;

use otp_core::ports::{ProviderWebhook, WebhookRefusal};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;

pub use handshake::verify_handshake;
pub use notification::{Ignored, Malformed, Notification, parse};
pub use secrets::{AppSecret, InvalidSecret, VerifyToken};
pub use signature::{InvalidSignature, is_signature, verify_signature};

/// The webhook of one Meta app.
#[derive(Debug, Clone)]
pub struct CloudApiWebhook {
    app_secret: AppSecret,
    verify_token: VerifyToken,
    sealer: InstallationSealer,
}

impl CloudApiWebhook {
    /// Creates the webhook of the app with this secret, registered with this token.
    pub fn new(
        app_secret: AppSecret,
        verify_token: VerifyToken,
        sealer: InstallationSealer,
    ) -> Self {
        Self {
            app_secret,
            verify_token,
            sealer,
        }
    }
}

#[expect(
    clippy::needless_lifetimes,
    reason = "the port names the lifetimes for its mock"
)]
impl ProviderWebhook for CloudApiWebhook {
    fn handshake<'a>(
        &self,
        mode: Option<&'a str>,
        token: Option<&'a str>,
        challenge: Option<&'a str>,
    ) -> Option<String> {
        verify_handshake(&self.verify_token, mode, token, challenge).map(str::to_owned)
    }

    fn may_be_signed<'a>(&self, signature: Option<&'a str>) -> bool {
        is_signature(signature)
    }

    fn open<'a>(
        &self,
        signature: Option<&'a str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal> {
        verify_signature(&self.app_secret, signature, raw_body)
            .map_err(|InvalidSignature| WebhookRefusal::InvalidSignature)?;
        let notification = parse(raw_body, received_at, &self.sealer)
            .map_err(|Malformed| WebhookRefusal::Malformed)?;
        notification.log();
        Ok(notification.said)
    }
}
