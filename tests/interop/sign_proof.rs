//! Signs a proof with the keys of a gateway's database, as the gateway does, for clients that verify it.
//!
//! The environment has `ISSUER`, `ISSUED_AT` (RFC 3339), `OTP__DATABASE__URL` (SQLite) and
//! `OTP__SECURITY__MASTER_KEY`. It prints the proof.

use std::sync::Arc;

use otp_core::channel::Channel;
use otp_core::ids::AccountId;
use otp_core::keyring::MasterKey;
use otp_core::ports::ProofSigner;
use otp_core::proof::ProofClaims;
use otp_core::time::Timestamp;
use otp_e2e::proofs::signer;
use otp_sqlite::{SqliteOptions, SqliteStore};
use uuid::Uuid;

#[tokio::main]
#[expect(
    clippy::disallowed_methods,
    reason = "a program of the tests, whose caller sets them"
)]
#[expect(clippy::print_stdout, reason = "the proof is its answer")]
async fn main() {
    let variable = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let options = SqliteOptions::from_url(&variable("OTP__DATABASE__URL")).expect("a URL");
    let store = SqliteStore::connect(&options).await.expect("opened");
    let master_key = MasterKey::parse(&variable("OTP__SECURITY__MASTER_KEY"));
    let issued_at = Timestamp::parse(&variable("ISSUED_AT")).expect("an instant");
    let master_key = master_key.expect("a master key");
    let signer = signer(Arc::new(store), &master_key, issued_at, &variable("ISSUER")).await;
    let claims = ProofClaims {
        audience: AccountId(variable("AUDIENCE").parse().expect("a UUID")),
        subject: "mJ2Zk0e7nOaJH9dC1vXH3bQm5pS8tU6wYzA4cE2gI0k".to_owned(),
        verification_id: Uuid::from_u128(7),
        method: Channel::WhatsApp,
        issued_at,
        transaction: Some([0xfb; 32]),
    };
    let proof = signer.sign(&claims).await.expect("signed");
    println!("{}", proof.expose());
}
