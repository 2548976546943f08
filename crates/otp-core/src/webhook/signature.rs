//! The signature of a call: version `v1` of Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::id::WebhookId;
use super::secret::{MAX_SECRET, WebhookSecret, WebhookSecrets};
use crate::sealing::mac;

/// Returns the value of the header `webhook-signature`: for each secret `v1,` and the HMAC-SHA-256 of
/// `{id}.{timestamp}.{body}` in base64, separated by spaces.
///
/// `timestamp` is in Unix seconds. `body` MUST be the bytes that are sent.
pub(super) fn sign(
    id: &WebhookId,
    timestamp: i64,
    body: &[u8],
    secrets: &WebhookSecrets,
) -> String {
    let head = format!("{}.{timestamp}.", id.as_str());
    let signatures = secrets.iter().map(|secret| {
        let digest = mac(&keyed(secret), &[head.as_bytes(), body]);
        format!("v1,{}", STANDARD.encode(digest))
    });
    signatures.collect::<Vec<_>>().join(" ")
}

fn keyed(secret: &WebhookSecret) -> Hmac<Sha256> {
    // RFC 2104 pads a key with zeros to the block size, which no secret exceeds.
    let mut block = Zeroizing::new([0; MAX_SECRET]);
    block[..secret.expose().len()].copy_from_slice(secret.expose());
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::parse(text).expect("valid")
    }

    fn id(text: &str) -> WebhookId {
        WebhookId::parse(text).expect("valid")
    }

    /// The Python and the JavaScript library of Standard Webhooks agree on it.
    #[test]
    fn the_signature_is_that_of_the_reference_libraries() {
        let secrets = secret(SECRET).into();
        assert_eq!(sign(&id(ID), 1_614_265_330, BODY, &secrets), SIGNATURE);
    }

    #[test]
    fn every_part_changes_the_signature() {
        let same = secret(SECRET).into();
        let other = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx").into();
        for signature in [
            sign(&id("msg_other"), 1_614_265_330, BODY, &same),
            sign(&id(ID), 1_614_265_331, BODY, &same),
            sign(&id(ID), 1_614_265_330, br#"{"test":2432232314}"#, &same),
            sign(&id(ID), 1_614_265_330, BODY, &other),
        ] {
            assert_ne!(signature, SIGNATURE);
        }
    }

    #[test]
    fn both_secrets_of_a_rotation_sign_and_the_current_one_comes_first() {
        let new = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
        let secrets = WebhookSecrets {
            current: secret(new),
            previous: Some(secret(SECRET)),
        };
        let header = sign(&id(ID), 1_614_265_330, BODY, &secrets);
        let alone = sign(&id(ID), 1_614_265_330, BODY, &secret(new).into());
        assert_eq!(header, format!("{alone} {SIGNATURE}"));
    }
}
