//! The provider's id of a message.

/// The provider's own id of a message (WhatsApp's `wamid`). It is opaque to us, but not free of personal
/// data: a `wamid` spells out the recipient's number in base64. So a store keeps it only as a
/// [`SealedProviderMessageId`](crate::sealing::SealedProviderMessageId).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProviderMessageId(pub String);
