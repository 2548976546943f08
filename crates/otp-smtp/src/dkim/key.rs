//! Private keys for DKIM, and their public halves as they are published in DNS.

use ring::digest;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;

use super::InvalidDkim;

/// A private key. `Debug` shows its kind only.
pub enum DkimKey {
    /// An RSA key, which every receiver supports.
    Rsa(Box<RsaKeyPair>),
    /// An Ed25519 key, which is short, and which many receivers do not support yet.
    Ed25519(Box<Ed25519KeyPair>),
}

impl DkimKey {
    /// Reads the text of a PEM file: PKCS#8 of either kind, or PKCS#1.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidDkim> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| InvalidDkim::Key)?;
        let rsa = |pair| Self::Rsa(Box::new(pair));
        let key = if let PrivateKeyDer::Pkcs1(der) = &der {
            RsaKeyPair::from_der(der.secret_pkcs1_der()).map(rsa).ok()
        } else if let PrivateKeyDer::Pkcs8(der) = &der {
            let der = der.secret_pkcs8_der();
            // OpenSSL writes an Ed25519 key without its public half.
            let ed25519 = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der);
            let ed25519 = ed25519.map(|pair| Self::Ed25519(Box::new(pair)));
            ed25519
                .or_else(|_| RsaKeyPair::from_pkcs8(der).map(rsa))
                .ok()
        } else {
            None
        };
        key.ok_or(InvalidDkim::Key)
    }

    /// Returns its name in a signature and in DNS.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "rsa",
            Self::Ed25519(_) => "ed25519",
        }
    }

    /// Returns the public half: the `SubjectPublicKeyInfo` (RFC 5280) of an RSA key, the 32 bytes of an
    /// Ed25519 key.
    pub(super) fn public_key(&self) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => subject_public_key_info(pair.public_key().as_ref()),
            Self::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    /// Signs the canonical bytes.
    pub(super) fn sign(&self, signed: &[u8]) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    signed,
                    &mut signature,
                )
                .expect("the system has randomness, and the buffer is the modulus's length");
                signature
            }
            // The hash is signed, not the bytes (RFC 8463, section 3).
            Self::Ed25519(pair) => {
                let hash = digest::digest(&digest::SHA256, signed);
                pair.sign(hash.as_ref()).as_ref().to_vec()
            }
        }
    }
}

impl std::fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DkimKey({})", self.name())
    }
}

/// Algorithm identifier `rsaEncryption` with its NULL, in DER.
const RSA_ENCRYPTION: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Wraps an `RSAPublicKey` (PKCS#1) with its algorithm.
fn subject_public_key_info(public_key: &[u8]) -> Vec<u8> {
    const BIT_STRING: u8 = 0x03;
    const SEQUENCE: u8 = 0x30;
    // No bit of the last byte is unused.
    let bits = [&[0], public_key].concat();
    der(
        SEQUENCE,
        &[RSA_ENCRYPTION, &der(BIT_STRING, &bits)].concat(),
    )
}

/// Encodes a value in DER: tag, length, content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant = length.iter().skip_while(|byte| **byte == 0);
    let significant: Vec<u8> = significant.copied().collect();
    let mut value = vec![tag];
    match significant.as_slice() {
        [] => value.push(0),
        [short] if *short < 0x80 => value.push(*short),
        long => {
            value.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            value.extend(long);
        }
    }
    value.extend(content);
    value
}
