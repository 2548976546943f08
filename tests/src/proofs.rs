//! Proofs, signed beside a server with the keys of its database.

use std::sync::Arc;

use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::ports::Storage;
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;
use otp_core::usecases::open_keyring::OpenKeyring;
use otp_proof::JwtSigner;
use otp_testkit::{ManualClock, SeededRandomness};

/// Opens the installation's key of a database.
pub async fn installation(
    storage: Arc<dyn Storage>,
    master_key: &MasterKey,
) -> Arc<InstallationSealer> {
    let keyring = OpenKeyring {
        keyring: storage,
        master_keys: Arc::new(MasterKeys::new(master_key, &[])),
        randomness: Arc::new(SeededRandomness::new(1)),
    };
    Arc::new(keyring.execute().await.expect("the keyring opens"))
}

/// Returns a signer with the keys of a database, for which it is always `now`.
pub async fn signer(
    storage: Arc<dyn Storage>,
    master_key: &MasterKey,
    now: Timestamp,
    issuer: &str,
) -> JwtSigner {
    let installation = installation(storage.clone(), master_key).await;
    let clock = Arc::new(ManualClock::starting_at(now));
    JwtSigner::new(storage, installation, clock, issuer.to_owned())
}
