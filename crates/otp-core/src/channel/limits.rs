//! What a channel limits.

use std::fmt::{Debug, Display};
use std::hash::Hash;

use crate::ports::OutgoingMessage;

/// The two keys that a provider counts calls by: the sender, and the sender together with the
/// recipient. Each channel has its own; pacing works with any.
pub trait Limits: Send + Sync + 'static {
    /// Identifies a sender.
    type Sender: Debug + Display + Copy + Eq + Hash + Send + Sync;
    /// Identifies a recipient.
    type Recipient: Debug + Clone + Eq + Hash + Send + Sync;

    /// The keys this message counts against; `None` for a message of another channel.
    fn of(message: &OutgoingMessage) -> Option<(Self::Sender, &Self::Recipient)>;
}
