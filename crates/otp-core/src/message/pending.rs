//! Messages that are still `Pending`, in the order in which their lifetimes end.

use uuid::Uuid;

use crate::ids::{AccountId, MessageId};
use crate::time::Timestamp;

/// A message that is still `Pending`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingMessage {
    /// The end of its lifetime, and the message.
    pub position: ExpiryPosition,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The time at which it was admitted.
    pub created_at: Timestamp,
}

/// The place of a message in the order of expiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpiryPosition {
    /// The end of its lifetime.
    pub expires_at: Timestamp,
    /// The message.
    pub message_id: MessageId,
}

impl ExpiryPosition {
    /// Returns the place before all messages whose lifetime ends at this time or later.
    pub const fn before(expires_at: Timestamp) -> Self {
        Self {
            expires_at,
            message_id: MessageId(Uuid::nil()),
        }
    }
}
