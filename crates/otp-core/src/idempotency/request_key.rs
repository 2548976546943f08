//! The key of a request below `/v1`, made of the client's text.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Fingerprint, IdempotencyKey};
use crate::ids::{ApiKeyId, uuid_of};

/// SHA-256 of a client's idempotency key. The text itself is not stored: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKeyHash(pub [u8; 32]);

/// The key under which a request may be repeated: the client's text, under one API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// The API key of the request.
    pub api_key_id: ApiKeyId,
    /// The hash of the text.
    pub hash: RequestKeyHash,
}

/// A text that cannot be an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequestKey {
    /// It is empty.
    #[error("an idempotency key is not empty")]
    Empty,
    /// It is longer than [`RequestKey::MAX_CHARS`].
    #[error("an idempotency key has at most 255 characters")]
    TooLong,
}

impl RequestKey {
    /// The longest text, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Reads the client's text. Every character counts, its case included.
    pub fn parse(api_key_id: ApiKeyId, text: &str) -> Result<Self, InvalidRequestKey> {
        if text.is_empty() {
            return Err(InvalidRequestKey::Empty);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(InvalidRequestKey::TooLong);
        }
        let hash = RequestKeyHash(Sha256::digest(text).into());
        Ok(Self { api_key_id, hash })
    }

    /// Derives the key of the message that a request creates. `fingerprint` is the stored form of the
    /// request's, which is keyed: the body has the code.
    ///
    /// The message is bound to it at admission. So a request whose process died before its answer was
    /// stored may be judged again, and sends nothing twice. Another request, which may have the same text
    /// once the answer is removed, has another key. The label separates these keys from the UUIDs that
    /// clients of `/SendMessage` choose: an equal one is a coincidence of 122 bits.
    pub fn message_key(&self, fingerprint: Fingerprint) -> IdempotencyKey {
        IdempotencyKey(self.derive(b"message of an idempotent request\0", &fingerprint.0))
    }

    /// Derives the id under which the answer to the request is sealed.
    pub fn answer_id(&self) -> Uuid {
        self.derive(b"answer to an idempotent request\0", &[])
    }

    fn derive(&self, label: &[u8], more: &[u8]) -> Uuid {
        let mut hasher = Sha256::new();
        for part in [label, self.api_key_id.0.as_bytes(), &self.hash.0, more] {
            hasher.update(part);
        }
        uuid_of(hasher)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(1));
    const FINGERPRINT: Fingerprint = Fingerprint([1; 32]);

    #[test]
    fn any_text_of_at_most_255_characters_is_a_key() {
        let (longest, too_long) = ("\u{645}".repeat(255), "\u{645}".repeat(256));
        for text in ["a", " ", "order 4711", "\u{1f600}", &longest] {
            assert!(RequestKey::parse(KEY, text).is_ok(), "{text}");
        }
        assert_eq!(RequestKey::parse(KEY, ""), Err(InvalidRequestKey::Empty));
        let refused = RequestKey::parse(KEY, &too_long);
        assert_eq!(refused, Err(InvalidRequestKey::TooLong));
    }

    #[test]
    fn keys_differ_by_text_case_and_api_key_and_so_do_their_messages() {
        let other = ApiKeyId(Uuid::from_u128(2));
        let keys = [(KEY, "a"), (KEY, "A"), (KEY, "a "), (other, "a")];
        let keys = keys.map(|(api_key, text)| RequestKey::parse(api_key, text).expect("a key"));
        for (i, one) in keys.iter().enumerate() {
            let message_key = one.message_key(FINGERPRINT);
            assert_eq!(message_key, one.message_key(FINGERPRINT));
            assert_ne!(message_key, one.message_key(Fingerprint([2; 32])));
            for two in &keys[..i] {
                assert_ne!(one, two);
                assert_ne!(message_key, two.message_key(FINGERPRINT));
                assert_ne!(one.answer_id(), two.answer_id());
            }
        }
    }

    #[test]
    fn a_derived_key_is_not_the_uuid_that_the_client_sends() {
        let text = "5d0f7a86-3c41-4b7e-9a2d-6e8f10b2c3d4";
        let key = RequestKey::parse(KEY, text).expect("a key");
        let derived = key.message_key(FINGERPRINT);
        assert_ne!(Ok(derived), IdempotencyKey::parse(text));
        assert_eq!(derived.0.get_version_num(), 8);
        // The value is stored with messages, so it must never change.
        assert_eq!(
            derived.0.to_string(),
            "9c58ec8d-3535-84e2-b253-550b18d940eb"
        );
    }
}
