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
    /// The sender of an account's mails.
    EmailSender,
    /// A provider's id of a message.
    ProviderMessageId,
    /// A verification's recipient.
    VerificationRecipient,
    /// A recipient that the fallback of a verification names.
    FallbackRecipient,
    /// A verification's code, while it may have to be sent again.
    VerificationCode,
    /// The caller's own data of a verification.
    VerificationMetadata,
    /// A provider's identities of a person whose account is not known yet.
    ProviderIdentities,
    /// The secret half of a key that signs proofs.
    ProofKey,
    /// The answer to a request with an idempotency key.
    IdempotentAnswer,
    /// The recipient of a message in a test inbox.
    TestRecipient,
    /// The code of a message in a test inbox.
    TestCode,
    /// A reviewer number.
    ReviewerNumber,
    /// The code of a reviewer number.
    ReviewerCode,
    /// The mail address with which a person signs in.
    PersonEmail,
    /// The name of a person.
    PersonName,
    /// The mail address of a person who is invited to a team.
    InvitedEmail,
    /// The secret of a person's second factor.
    SecondFactor,
    /// The notes of a person who orders.
    OrderNotes,
    /// The note of staff about the payment of an order.
    OrderPayment,
    /// The URL of a customer's endpoint.
    WebhookUrl,
    /// The owner's description of an endpoint.
    WebhookDescription,
    /// The secret that signs calls to an endpoint, also after its rotation.
    WebhookSecret,
    /// The beginning of an endpoint's answer.
    WebhookAnswer,
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
            Self::EmailSender => b"email-sender",
            Self::ProviderMessageId => b"provider-message-id",
            Self::VerificationRecipient => b"verification-recipient",
            Self::FallbackRecipient => b"fallback-recipient",
            Self::VerificationCode => b"verification-code",
            Self::VerificationMetadata => b"verification-metadata",
            Self::ProviderIdentities => b"provider-identities",
            Self::ProofKey => b"proof-key",
            Self::IdempotentAnswer => b"idempotent-answer",
            Self::TestRecipient => b"test-recipient",
            Self::TestCode => b"test-code",
            Self::ReviewerNumber => b"reviewer-number",
            Self::ReviewerCode => b"reviewer-code",
            Self::PersonEmail => b"person-email",
            Self::PersonName => b"person-name",
            Self::InvitedEmail => b"invited-email",
            Self::SecondFactor => b"second-factor",
            Self::OrderNotes => b"order-notes",
            Self::OrderPayment => b"order-payment",
            Self::WebhookUrl => b"webhook-url",
            Self::WebhookDescription => b"webhook-description",
            Self::WebhookSecret => b"webhook-secret",
            Self::WebhookAnswer => b"webhook-answer",
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
