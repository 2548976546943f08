//! The bytes of a webhook: escaped as Meta escapes them, and signed exactly as they are sent.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::life::Signature;

/// Returns JSON with every character beyond ASCII as `\uXXXX` in lower case, in surrogate pairs if
/// it needs two. A receiver that serializes the JSON again before it checks the signature fails.
pub(crate) fn escaped(value: &Value) -> String {
    let plain = value.to_string();
    let mut escaped = String::with_capacity(plain.len());
    let mut units = [0; 2];
    for character in plain.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped
}

/// Returns the value of `X-Hub-Signature-256`.
pub(crate) fn signature(app_secret: &str, body: &[u8], signature: Signature) -> Option<String> {
    match signature {
        Signature::Right => Some(sign(app_secret.as_bytes(), body)),
        Signature::Wrong => Some(sign(format!("not {app_secret}").as_bytes(), body)),
        Signature::Absent => None,
    }
}

fn sign(secret: &[u8], body: &[u8]) -> String {
    let mut header = String::from("sha256=");
    // HMAC accepts keys of any length, so this is always `Ok`.
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) {
        mac.update(body);
        for byte in mac.finalize().into_bytes() {
            let _ = write!(header, "{byte:02x}");
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_signature_covers_the_escaped_bytes() {
        let body = escaped(&json!({"a": "\u{631}"}));
        assert_eq!(body, r#"{"a":"\u0631"}"#);
        assert_eq!(
            signature("sec", body.as_bytes(), Signature::Right).as_deref(),
            Some("sha256=ac4ad5349b234e7cca5bd81bfbec95e62212cba56acd6b16d6bcdd536f758480")
        );
        assert_ne!(
            signature("sec", body.as_bytes(), Signature::Wrong),
            signature("sec", body.as_bytes(), Signature::Right)
        );
        assert_eq!(signature("sec", b"", Signature::Absent), None);
    }

    #[test]
    fn escapes_are_in_lower_case_and_in_surrogate_pairs() {
        let value = json!({"é🌙": "\"\\\n\u{7f}ﻵ"});
        let body = escaped(&value);
        assert!(body.is_ascii());
        assert!(body.contains(r"\u00e9\ud83c\udf19"), "{body}");
        assert!(body.contains(r"\ufef5"), "{body}");
        let back: Value = serde_json::from_str(&body).expect("still JSON");
        assert_eq!(back, value);
    }
}
