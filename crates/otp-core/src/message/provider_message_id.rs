//! The provider's id of a message.

/// The provider's own id of a message. It is opaque to us, but may be personal data: some
/// providers' ids contain the recipient's number in base64. A store therefore keeps it only as a
/// [`SealedProviderMessageId`](crate::sealing::SealedProviderMessageId).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProviderMessageId(pub String);
