//! Messages that wait for their hand-over.

use crate::ids::{AccountId, MessageId, VerificationId};
use crate::sealing::Sealed;
use crate::send::RoutedTo;
use crate::time::Timestamp;

/// A message that waits for its hand-over. The code is that of its verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The message.
    pub message_id: MessageId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The verification that it belongs to.
    pub verification_id: VerificationId,
    /// The time from which it may be handed over.
    pub due_at: Timestamp,
}

/// A message whose hand-over has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedMessage {
    /// The message.
    pub message_id: MessageId,
    /// The account that it belongs to.
    pub account_id: AccountId,
    /// The verification that it belongs to.
    pub verification_id: VerificationId,
    /// How often it was certainly not handed over.
    pub failed_attempts: u32,
    /// Its recipient, sealed; `None` once it is erased.
    pub recipient: Option<Sealed>,
    /// Its route, as admission recorded it; `None` if that cannot be read.
    pub routed_to: Option<RoutedTo>,
}
