//! Remove a sender, with its templates, its health and its access token.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::ids::SenderId;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, Senders};
use crate::usecases::staff_actor::StaffActor;

/// Removes senders.
#[derive(Clone)]
pub struct RemoveSender {
    /// Stores senders.
    pub senders: Arc<dyn Senders>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a sender was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveSenderError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The sender does not exist, or no longer.
    #[error("no sender has that id")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl RemoveSender {
    /// Removes one sender. Its messages keep it, and their receipts are still believed.
    pub async fn execute(
        &self,
        sender: SenderId,
        by: StaffActor<'_>,
    ) -> Result<(), RemoveSenderError> {
        let by = by.authorise(StaffAction::ManageSenders);
        let by = by.ok_or(RemoveSenderError::Forbidden)?;
        let (action, now) = (AuditAction::RemoveSender, self.clock.now());
        let entry = AuditEntry::new(by, action, sender.0, now, &*self.randomness);
        if self.senders.remove(sender, now, &entry).await? {
            Ok(())
        } else {
            Err(RemoveSenderError::NotFound)
        }
    }
}
