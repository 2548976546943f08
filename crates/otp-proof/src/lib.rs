//! Proofs of verifications as JSON Web Tokens (RFC 7519) with Ed25519 (RFC 8037).
//!
//! [`JwtSigner`] signs with the key that the core names, and [`Ed25519KeyPairs`] makes the pairs for its
//! rotations. What a proof says, how long it is valid and which keys are published are rules of
//! [`otp_core::proof`]; `otp-http` serves the published keys. `docs/PROOFS.md` shows how others verify a
//! proof.

mod jwt;
mod key_pairs;
mod signer;

pub use key_pairs::Ed25519KeyPairs;
pub use signer::JwtSigner;
