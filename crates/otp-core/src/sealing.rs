//! Personal data and secrets at rest: AES-256-GCM ciphertext with a key id, and HMAC-SHA-256 blind
//! indexes for looking up a recipient or a provider's message id.
//!
//! The core seals before a port sees the data, so that no store can keep a number in the clear by
//! mistake. Each purpose has its own label in the authenticated data: a ciphertext of one column
//! does not open as another.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::message::ProviderMessageId;
use crate::ports::Randomness;
use crate::recipient::PhoneNumber;

/// The operator's master key: 32 bytes from which every other key is derived.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

/// The text is not a master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a master key is 32 random bytes in base64 (44 characters)")]
pub struct InvalidMasterKey;

impl MasterKey {
    /// A fresh key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = [0; 32];
        randomness.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let decoded = base64::engine::general_purpose::STANDARD.decode(text.trim());
        let bytes = Zeroizing::new(decoded.map_err(|_| InvalidMasterKey)?);
        bytes
            .as_slice()
            .try_into()
            .map(Self)
            .map_err(|_| InvalidMasterKey)
    }

    /// A key for one use. The label keeps the uses apart (RFC 5869 calls this expanding).
    fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(mac(&keyed(&self.0), label))
    }
}

impl Drop for MasterKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// What a ciphertext holds. It is authenticated with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A recipient's phone number.
    Recipient,
    /// A contact detail of an account holder or the number of a sender.
    Contact,
    /// A provider's access token.
    AccessToken,
    /// A provider's id of a message.
    ProviderMessageId,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Recipient => b"recipient",
            Self::Contact => b"contact",
            Self::AccessToken => b"access-token",
            Self::ProviderMessageId => b"provider-message-id",
        }
    }
}

/// Ciphertext as a store keeps it: format (1 byte), key id (4), nonce (12), ciphertext and tag.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// Keyed hash of a recipient, equal for equal recipients: what a store looks a recipient up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecipientIndex(pub [u8; 32]);

/// Keyed hash of a provider's message id: what a receipt is matched by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderMessageIndex(pub [u8; 32]);

/// Keyed hash of what the provider knows a person by: its spelling of their number, or its user id.
/// One of the first kind is never equal to one of the second, nor to a [`RecipientIndex`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityIndex(pub [u8; 32]);

/// A provider's message id as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedProviderMessageId {
    /// What it is looked up by.
    pub index: ProviderMessageIndex,
    /// Itself, sealed.
    pub sealed: Sealed,
}

/// A ciphertext did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It was sealed with another master key.
    #[error("sealed with another master key than the one configured")]
    OtherKey,
    /// It was cut, changed or sealed for another purpose.
    #[error("the ciphertext is damaged")]
    Damaged,
}

const FORMAT: u8 = 1;
const KEY_ID_END: usize = 5;
const NONCE_END: usize = 17;

/// Seals and opens, and indexes recipients and the provider's message ids.
#[derive(Clone)]
pub struct Sealer {
    cipher: Aes256Gcm,
    /// Names the key in use without telling anything of it.
    key_id: [u8; 4],
    recipients: Hmac<Sha256>,
    provider_messages: Hmac<Sha256>,
    provider_numbers: Hmac<Sha256>,
    user_ids: Hmac<Sha256>,
}

impl Sealer {
    /// A sealer whose keys come from `master`.
    pub fn new(master: &MasterKey) -> Self {
        let id = master.derive("key-id");
        Self {
            cipher: Aes256Gcm::new((&*master.derive("encryption")).into()),
            key_id: [id[0], id[1], id[2], id[3]],
            recipients: keyed(&master.derive("recipient-index")),
            provider_messages: keyed(&master.derive("provider-message-index")),
            provider_numbers: keyed(&master.derive("provider-number-index")),
            user_ids: keyed(&master.derive("user-id-index")),
        }
    }

    /// Encrypts `plaintext` for one purpose under a random nonce.
    pub fn seal(&self, purpose: Purpose, plaintext: &str, randomness: &dyn Randomness) -> Sealed {
        let mut nonce = [0; NONCE_END - KEY_ID_END];
        randomness.fill(&mut nonce);
        let payload = Payload {
            msg: plaintext.as_bytes(),
            aad: purpose.label(),
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
        Sealed(sealed)
    }

    /// Decrypts what was sealed for the same purpose.
    pub fn open(&self, purpose: Purpose, sealed: &Sealed) -> Result<Zeroizing<String>, OpenError> {
        let bytes = &sealed.0;
        if bytes.len() < NONCE_END || bytes[0] != FORMAT {
            return Err(OpenError::Damaged);
        }
        if bytes[1..KEY_ID_END] != self.key_id {
            return Err(OpenError::OtherKey);
        }
        let nonce =
            Nonce::try_from(&bytes[KEY_ID_END..NONCE_END]).map_err(|_| OpenError::Damaged)?;
        let payload = Payload {
            msg: &bytes[NONCE_END..],
            aad: purpose.label(),
        };
        let plaintext = self
            .cipher
            .decrypt(&nonce, payload)
            .map_err(|_| OpenError::Damaged)?;
        String::from_utf8(plaintext)
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Damaged)
    }

    /// The blind index of a recipient.
    pub fn index(&self, recipient: &PhoneNumber) -> RecipientIndex {
        RecipientIndex(mac(&self.recipients, recipient.e164()))
    }

    /// The blind index of a provider's message id.
    pub fn provider_message_index(&self, id: &ProviderMessageId) -> ProviderMessageIndex {
        ProviderMessageIndex(mac(&self.provider_messages, &id.0))
    }

    /// The blind index of a person's number in the provider's spelling (WhatsApp's `wa_id`).
    pub fn provider_number_index(&self, digits: &str) -> IdentityIndex {
        IdentityIndex(mac(&self.provider_numbers, digits))
    }

    /// The blind index of the provider's id of a person (WhatsApp's business-scoped user id).
    pub fn user_id_index(&self, user_id: &str) -> IdentityIndex {
        IdentityIndex(mac(&self.user_ids, user_id))
    }

    /// A provider's message id for storing.
    pub fn seal_provider_message_id(
        &self,
        id: &ProviderMessageId,
        randomness: &dyn Randomness,
    ) -> SealedProviderMessageId {
        SealedProviderMessageId {
            index: self.provider_message_index(id),
            sealed: self.seal(Purpose::ProviderMessageId, &id.0, randomness),
        }
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer(key {:02x?})", self.key_id)
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // RFC 2104 pads a key with zeros to the block size; SHA-256's is 64 bytes.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

fn mac(keyed: &Hmac<Sha256>, text: &str) -> [u8; 32] {
    let mut mac = keyed.clone();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that count up: no two nonces are equal, and the test is the same each time.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn randomness() -> Counting {
        Counting(std::sync::atomic::AtomicU8::new(0))
    }

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&MasterKey([byte; 32]))
    }

    #[test]
    fn what_was_sealed_opens_for_its_purpose_only() {
        let sealed = sealer(1).seal(Purpose::Recipient, "+966551234567", &randomness());
        let opened = sealer(1).open(Purpose::Recipient, &sealed).expect("opens");
        assert_eq!(opened.as_str(), "+966551234567");
        assert_eq!(
            sealer(1).open(Purpose::Contact, &sealed),
            Err(OpenError::Damaged)
        );
    }

    #[test]
    fn another_master_key_is_named_as_the_cause() {
        let sealed = sealer(1).seal(Purpose::Contact, "Amal", &randomness());
        assert_eq!(
            sealer(2).open(Purpose::Contact, &sealed),
            Err(OpenError::OtherKey)
        );
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let sealed = sealer(1).seal(Purpose::Contact, "Amal", &randomness());
        for position in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[position] ^= 1;
            assert!(
                sealer(1).open(Purpose::Contact, &changed).is_err(),
                "byte {position}"
            );
            assert!(
                sealer(1)
                    .open(Purpose::Contact, &Sealed(sealed.0[..position].to_vec()))
                    .is_err()
            );
        }
    }

    #[test]
    fn equal_plaintexts_have_different_ciphertexts_and_equal_indexes() {
        let randomness = randomness();
        let first = sealer(1).seal(Purpose::Recipient, "+966551234567", &randomness);
        let second = sealer(1).seal(Purpose::Recipient, "+966551234567", &randomness);
        assert_ne!(first, second);
        let number = PhoneNumber::parse("+966551234567").expect("valid");
        assert_eq!(sealer(1).index(&number), sealer(1).index(&number));
        assert_ne!(sealer(1).index(&number), sealer(2).index(&number));
    }

    #[test]
    fn a_receipt_finds_the_message_by_the_index_it_was_stored_with() {
        let id = ProviderMessageId("wamid.A".to_owned());
        let stored = sealer(1).seal_provider_message_id(&id, &randomness());
        assert_eq!(stored.index, sealer(1).provider_message_index(&id));
        assert_ne!(stored.index, sealer(2).provider_message_index(&id));
    }

    #[test]
    fn what_a_person_is_known_by_has_a_key_for_each_kind() {
        let digits = "966551234567";
        let number = PhoneNumber::parse("+966551234567").expect("valid");
        let by_number = sealer(1).provider_number_index(digits);
        assert_eq!(by_number, sealer(1).provider_number_index(digits));
        let others = [
            sealer(1).user_id_index(digits).0,
            sealer(1).index(&number).0,
            sealer(2).provider_number_index(digits).0,
        ];
        assert!(!others.contains(&by_number.0));
    }

    #[test]
    fn a_master_key_is_32_bytes_in_base64() {
        assert!(MasterKey::parse("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n").is_ok());
        for text in [
            "",
            "AQEB",
            "not base64 at all, but long enough for it..",
            "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB",
        ] {
            assert_eq!(
                MasterKey::parse(text).err(),
                Some(InvalidMasterKey),
                "{text}"
            );
        }
    }
}
