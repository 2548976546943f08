//! One call to a customer's endpoint.

use std::fmt;

use super::id::WebhookId;
use super::secret::WebhookSecrets;
use super::signature::sign;
use super::target::WebhookTarget;
use crate::time::Timestamp;

/// One call to a customer's endpoint. `Debug` hides the body, which may be about a person.
#[derive(Clone)]
pub struct WebhookCall {
    /// The id, which stays the same when the call is repeated.
    pub id: WebhookId,
    /// The URL.
    pub target: WebhookTarget,
    /// The time of this attempt. Receivers refuse a call that is more than 5 minutes off.
    pub attempted_at: Timestamp,
    /// The body: JSON in the bytes that are signed and sent.
    pub body: Vec<u8>,
    /// The secrets that sign it.
    pub secrets: WebhookSecrets,
}

impl WebhookCall {
    /// Returns the time of the attempt in Unix seconds, the value of the header `webhook-timestamp`.
    pub fn unix_seconds(&self) -> i64 {
        self.attempted_at.unix_millis().div_euclid(1_000)
    }

    /// Returns the signature, the value of the header `webhook-signature`: for each secret `v1,` and the
    /// HMAC-SHA-256 of `{id}.{timestamp}.{body}` in base64, separated by spaces.
    pub fn signature(&self) -> String {
        sign(&self.id, self.unix_seconds(), &self.body, &self.secrets)
    }
}

impl fmt::Debug for WebhookCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookCall")
            .field("id", &self.id)
            .field("target", &self.target)
            .field("attempted_at", &self.attempted_at)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::{PrivateTargets, WebhookSecret};

    fn call() -> WebhookCall {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        WebhookCall {
            id: WebhookId::parse("msg_p5jXN8AQM9LWM0D4loKWxJek").expect("valid"),
            target: WebhookTarget::parse("https://example.com/", PrivateTargets::Forbidden)
                .expect("public"),
            attempted_at: Timestamp::from_unix_millis(1_614_265_330_999),
            body: br#"{"test": 2432232314}"#.to_vec(),
            secrets: secret.expect("valid").into(),
        }
    }

    #[test]
    fn the_signed_time_is_the_attempts_in_whole_seconds() {
        assert_eq!(call().unix_seconds(), 1_614_265_330);
        assert_eq!(
            call().signature(),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn debug_hides_the_body_and_the_secrets() {
        let shown = format!("{:?}", call());
        assert!(shown.contains("msg_p5jXN8AQM9LWM0D4loKWxJek"), "{shown}");
        assert!(
            !shown.contains("2432232314") && !shown.contains("50, 52, 51"),
            "{shown}"
        );
        assert!(!shown.contains("ecret"), "{shown}");
    }
}
