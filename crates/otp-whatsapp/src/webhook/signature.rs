//! The signature: `X-Hub-Signature-256: sha256=` and the HMAC-SHA-256 of the raw body, in
//! lower-case hex.

use hmac::Mac;

use super::AppSecret;

/// The body was not signed with the app's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not signed with the app's secret")]
pub struct InvalidSignature;

/// Checks the signature in `header` over the raw body, in constant time.
pub fn verify_signature(
    app_secret: &AppSecret,
    header: Option<&str>,
    raw_body: &[u8],
) -> Result<(), InvalidSignature> {
    let signature = presented(header).ok_or(InvalidSignature)?;
    app_secret
        .signature()
        .chain_update(raw_body)
        .verify_slice(&signature)
        .map_err(|_| InvalidSignature)
}

/// Returns whether `header` has the form of a signature, whatever it signs.
pub fn is_signature(header: Option<&str>) -> bool {
    presented(header).is_some()
}

/// Returns the signature in `header`, if it has the form of one.
fn presented(header: Option<&str>) -> Option<[u8; 32]> {
    header?.strip_prefix("sha256=").and_then(bytes)
}

/// Decodes 64 lower-case hexadecimal digits.
fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        *byte = 16 * digit(pair[0])? + digit(pair[1])?;
    }
    Some(bytes)
}

fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"a":"\u0631"}"#;
    const SIGNATURE: &str =
        "sha256=ac4ad5349b234e7cca5bd81bfbec95e62212cba56acd6b16d6bcdd536f758480";

    fn verify(secret: &str, header: Option<&str>, body: &[u8]) -> Result<(), InvalidSignature> {
        verify_signature(&AppSecret::parse(secret).expect("valid"), header, body)
    }

    #[test]
    fn the_signature_covers_the_raw_bytes() {
        assert_eq!(verify("sec", Some(SIGNATURE), BODY), Ok(()));
        // The same JSON, written differently.
        for body in [
            "{\"a\":\"ر\"}",
            r#"{"a": "\u0631"}"#,
            r#"{"a":"\u0631"} "#,
            "",
        ] {
            let verdict = verify("sec", Some(SIGNATURE), body.as_bytes());
            assert_eq!(verdict, Err(InvalidSignature), "{body}");
        }
    }

    #[test]
    fn another_secret_signs_differently() {
        assert!(verify("sec2", Some(SIGNATURE), BODY).is_err());
    }

    #[test]
    fn no_changed_byte_goes_unnoticed() {
        for position in 0..BODY.len() {
            let mut changed = BODY.to_vec();
            changed[position] ^= 1;
            assert!(
                verify("sec", Some(SIGNATURE), &changed).is_err(),
                "{position}"
            );
        }
        for position in 0..SIGNATURE.len() {
            let mut changed = SIGNATURE.as_bytes().to_vec();
            changed[position] ^= 1;
            let changed = String::from_utf8(changed).expect("ASCII");
            assert!(verify("sec", Some(&changed), BODY).is_err(), "{changed}");
        }
    }

    #[test]
    fn other_forms_of_a_signature_are_refused() {
        assert!(verify("sec", None, BODY).is_err());
        assert!(!is_signature(None));
        let hex = &SIGNATURE[7..];
        let (upper, padded) = (hex.to_ascii_uppercase(), format!("sha256= {hex}"));
        for header in [
            "",
            "sha256=",
            hex,
            &format!("sha1={hex}"),
            &format!("SHA256={hex}"),
            &format!("sha256={upper}"),
            &padded,
            &SIGNATURE[..SIGNATURE.len() - 1],
            &format!("{SIGNATURE}0"),
            &format!("{SIGNATURE},{SIGNATURE}"),
            &format!("sha256={}", "é".repeat(32)),
        ] {
            assert!(verify("sec", Some(header), BODY).is_err(), "{header}");
            assert!(!is_signature(Some(header)), "{header}");
        }
    }

    #[test]
    fn the_form_is_known_without_the_body() {
        let of_anything = format!("sha256={}", "0f".repeat(32));
        assert!(is_signature(Some(SIGNATURE)) && is_signature(Some(&of_anything)));
    }
}
