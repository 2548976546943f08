//! The primitives: AES-256-GCM with a bound context, and keyed hashes.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::OpenError;
use crate::ports::Randomness;

const FORMAT: u8 = 1;
const KEY_ID_END: usize = 5;
const NONCE_END: usize = 17;

/// One key for sealing. Its id identifies it and reveals nothing about it.
#[derive(Clone)]
pub(crate) struct Cipher {
    cipher: Aes256Gcm,
    key_id: [u8; 4],
}

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let id = mac(&keyed(key), &[b"key-id"]);
        Self {
            cipher: Aes256Gcm::new(key.into()),
            key_id: [id[0], id[1], id[2], id[3]],
        }
    }

    pub(crate) fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// Encrypts under a random nonce and binds the ciphertext to `context`.
    pub(crate) fn seal(
        &self,
        context: &[u8],
        plaintext: &[u8],
        randomness: &dyn Randomness,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE_END - KEY_ID_END];
        randomness.fill(&mut nonce);
        let payload = Payload {
            msg: plaintext,
            aad: context,
        };
        let ciphertext = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .expect("AES-GCM encrypts every plaintext below 64 GiB");
        let mut sealed = Vec::with_capacity(NONCE_END + ciphertext.len());
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.key_id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Decrypts a ciphertext that was sealed for the same context.
    pub(crate) fn open(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        if sealed.len() < NONCE_END || sealed[0] != FORMAT {
            return Err(OpenError::Damaged);
        }
        if sealed[1..KEY_ID_END] != self.key_id {
            return Err(OpenError::OtherKey);
        }
        let nonce =
            Nonce::try_from(&sealed[KEY_ID_END..NONCE_END]).map_err(|_| OpenError::Damaged)?;
        let payload = Payload {
            msg: &sealed[NONCE_END..],
            aad: context,
        };
        self.cipher
            .decrypt(&nonce, payload)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Damaged)
    }
}

pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // RFC 2104 pads a key with zeros to the block size; SHA-256's is 64 bytes.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

pub(crate) fn mac(keyed: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}
