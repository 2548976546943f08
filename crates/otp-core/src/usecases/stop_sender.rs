//! Stop a sender: its messages fail at once until an operator resumes it.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::channel::whatsapp::health::{HealthChange, HealthChanged};
use crate::ids::SenderId;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, SenderHealths};
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Stops senders.
#[derive(Clone)]
pub struct StopSender {
    /// Stores the health of senders.
    pub healths: Arc<dyn SenderHealths>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a sender was not stopped.
#[derive(Debug, thiserror::Error)]
pub enum StopSenderError {
    /// Whoever asks may not do this.
    #[error("the role does not allow it")]
    Forbidden,
    /// The last proof of the person who acts is too old.
    #[error("the last proof of the person is too old")]
    NotFresh,
    /// The sender does not exist.
    #[error("no sender has that id")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

has_refusals_of_staff!(StopSenderError);

impl StopSender {
    /// Stops one sender. A sender that an operator stopped already stays stopped since then.
    pub async fn execute(
        &self,
        sender: SenderId,
        by: StaffActor<'_>,
    ) -> Result<HealthChanged, StopSenderError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::ManageSenders, now)?;
        let change = HealthChange::StoppedByOperator;
        let action = AuditAction::StopSender;
        let entry = AuditEntry::new(by, action, sender.0, now, &*self.randomness);
        let changed = self
            .healths
            .change_health(sender, &change, now, Some(entry));
        match changed.await {
            Ok(changed) => Ok(changed),
            Err(PortError::Conflict(_)) => Err(StopSenderError::NotFound),
            Err(error) => Err(StopSenderError::Port(error)),
        }
    }
}
