//! The token: header, claims and signature in their text form.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use otp_core::ids::ProofKeyId;
use otp_core::proof::{Proof, ProofClaims};
use otp_core::time::Timestamp;
use ring::signature::Ed25519KeyPair;
use serde::Serialize;

/// The protected header.
#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    kid: String,
}

/// The claims (RFC 7519, section 4.1; `amr` by RFC 8176).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: String,
    sub: &'a str,
    jti: String,
    amr: [&'static str; 1],
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<String>,
}

/// Signs the claims of this issuer with the pair of this id.
pub(crate) fn sign(
    claims: &ProofClaims,
    issuer: &str,
    (kid, pair): (ProofKeyId, &Ed25519KeyPair),
) -> Result<Proof, serde_json::Error> {
    let header = Header {
        alg: "EdDSA",
        typ: "JWT",
        kid: kid.to_string(),
    };
    let claims = Claims {
        iss: issuer,
        aud: claims.audience.to_string(),
        sub: &claims.subject,
        jti: claims.verification_id.to_string(),
        amr: [claims.method.as_str()],
        iat: seconds(claims.issued_at),
        exp: seconds(claims.expires_at()),
        transaction: claims.transaction.map(|hash| URL_SAFE_NO_PAD.encode(hash)),
    };
    let header = serde_json::to_vec(&header)?;
    let claims = serde_json::to_vec(&claims)?;
    Ok(Proof::new(compact(&header, &claims, pair)))
}

/// Returns the compact form of a signed text (RFC 7515, section 7.1).
fn compact(header: &[u8], payload: &[u8], pair: &Ed25519KeyPair) -> String {
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = pair.sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

/// Returns the whole seconds since 1970-01-01T00:00:00Z.
fn seconds(at: Timestamp) -> i64 {
    at.unix_millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037, appendix A.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        let public_key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let [seed, public_key] = [seed, public_key].map(|half| URL_SAFE_NO_PAD.decode(half));
        let (seed, public_key) = (seed.expect("base64"), public_key.expect("base64"));
        let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &public_key);
        let header = br#"{"alg":"EdDSA"}"#;
        let token = compact(
            header,
            b"Example of Ed25519 signing",
            &pair.expect("a pair"),
        );
        assert_eq!(
            token,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
             hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn a_moment_belongs_to_the_second_in_which_it_is() {
        for (millis, expected) in [(0, 0), (999, 0), (1_000, 1), (-1, -1)] {
            assert_eq!(seconds(Timestamp::from_unix_millis(millis)), expected);
        }
    }
}
