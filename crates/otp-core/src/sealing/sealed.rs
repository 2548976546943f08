//! Ciphertexts in their stored form.

use super::ProviderMessageIndex;

/// Ciphertext: format (1 byte), key id (4), nonce (12), ciphertext and tag.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sealed(pub Vec<u8>);

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

/// A provider's message id in its stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedProviderMessageId {
    /// The blind index by which a receipt finds its message.
    pub index: ProviderMessageIndex,
    /// The id itself; `None` once the message is erased, because the id contains the recipient.
    pub sealed: Option<Sealed>,
}

/// The kind of data in a ciphertext. It is part of the authenticated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A message's recipient.
    Recipient,
    /// The name of an account holder.
    ContactName,
    /// The e-mail address of an account holder.
    ContactEmail,
    /// The phone number of an account holder.
    ContactPhone,
    /// The company of an account holder.
    ContactCompany,
    /// The postal address of an account holder.
    ContactAddress,
    /// The number of a sender.
    SenderPhone,
    /// A provider's access token.
    AccessToken,
    /// A provider's id of a message.
    ProviderMessageId,
    /// A provider's identities of a person whose account is not known yet.
    ProviderIdentities,
    /// The answer to a request with an idempotency key.
    IdempotentAnswer,
}

impl Purpose {
    pub(super) const fn label(self) -> &'static [u8] {
        match self {
            Self::Recipient => b"recipient",
            Self::ContactName => b"contact-name",
            Self::ContactEmail => b"contact-email",
            Self::ContactPhone => b"contact-phone",
            Self::ContactCompany => b"contact-company",
            Self::ContactAddress => b"contact-address",
            Self::SenderPhone => b"sender-phone",
            Self::AccessToken => b"access-token",
            Self::ProviderMessageId => b"provider-message-id",
            Self::ProviderIdentities => b"provider-identities",
            Self::IdempotentAnswer => b"idempotent-answer",
        }
    }
}

/// A ciphertext did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Another key sealed it.
    #[error("sealed with another key")]
    OtherKey,
    /// It was cut or changed, or belongs to another purpose, owner or row.
    #[error("the ciphertext is damaged")]
    Damaged,
}
