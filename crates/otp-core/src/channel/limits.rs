//! The keys by which a channel limits calls.

use std::fmt::{Debug, Display};
use std::hash::Hash;

use crate::ports::OutgoingMessage;

/// The two keys by which a provider counts calls: the sender, and the sender with the recipient.
///
/// Each channel has its own types for them; pacing works with any.
pub trait Limits: Send + Sync + 'static {
    /// Identifies a sender.
    type Sender: Debug + Display + Copy + Eq + Hash + Send + Sync;
    /// Identifies a recipient.
    type Recipient: Debug + Clone + Eq + Hash + Send + Sync;

    /// Returns the keys that this message counts against; `None` for a message of another channel.
    fn of(message: &OutgoingMessage) -> Option<(Self::Sender, &Self::Recipient)>;
}
