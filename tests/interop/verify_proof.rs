//! Verifies a proof as an API client does in Rust. `cargo xtask interop` runs it, and docs/PROOFS.md
//! shows the function.
//!
//! The environment has `PROOF`, `ISSUER`, `AUDIENCE`, and in `JWKS` the answer of the issuer's
//! `/.well-known/jwks.json`. It prints the claims, or fails if the proof is not valid.

use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

/// Returns the claims of a valid proof. `now` is in seconds since 1970.
fn verify(proof: &str, jwks: &Value, issuer: &str, audience: &str, now: u64) -> Option<Value> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)?).ok();
    let (signed, signature) = proof.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let (header, claims) = (json(header)?, json(claims)?);

    // The algorithm is your choice, never the token's.
    let is_key = |key: &&Value| {
        key["kid"] == header["kid"] && key["alg"] == "EdDSA" && key["crv"] == "Ed25519"
    };
    let key = jwks["keys"].as_array()?.iter().find(is_key)?;
    let key = UnparsedPublicKey::new(&ED25519, decode(key["x"].as_str()?)?);
    let signature = decode(signature)?;
    key.verify(signed.as_bytes(), &signature).ok()?;

    let is_for_us = claims["iss"] == issuer && claims["aud"] == audience;
    let is_current = claims["exp"].as_u64()? > now;
    (header["alg"] == "EdDSA" && is_for_us && is_current).then_some(claims)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, not a part of the gateway"
)]
#[expect(clippy::print_stdout, reason = "the claims are its answer")]
fn main() -> ExitCode {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let jwks = serde_json::from_str(&variable("JWKS")).unwrap_or_default();
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs());
    let [proof, issuer, audience] = ["PROOF", "ISSUER", "AUDIENCE"].map(variable);
    match verify(&proof, &jwks, &issuer, &audience, now) {
        Some(claims) => {
            println!("{claims}");
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}
