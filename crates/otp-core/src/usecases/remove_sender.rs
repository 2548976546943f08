//! Remove a sender, with its templates, its health and its access token.

use std::sync::Arc;

use crate::ids::SenderId;
use crate::ports::{Clock, PortError, Senders};

/// Removes senders.
#[derive(Clone)]
pub struct RemoveSender {
    /// Stores senders.
    pub senders: Arc<dyn Senders>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The reason a sender was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveSenderError {
    /// The sender does not exist, or no longer.
    #[error("no sender has that id")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RemoveSender {
    /// Removes one sender. Its messages keep it, and their receipts are still believed.
    pub async fn execute(&self, sender: SenderId) -> Result<(), RemoveSenderError> {
        if self.senders.remove(sender, self.clock.now()).await? {
            Ok(())
        } else {
            Err(RemoveSenderError::NotFound)
        }
    }
}
