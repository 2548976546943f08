//! Resume a sender: it sends again, whoever stopped it, and is examined soon.

use std::sync::Arc;

use crate::audit::{AuditAction, AuditEntry};
use crate::channel::whatsapp::health::{HealthChange, HealthChanged};
use crate::ids::SenderId;
use crate::person::permission::StaffAction;
use crate::ports::{Clock, PortError, Randomness, SenderHealths};
use crate::usecases::staff_actor::{StaffActor, has_refusals_of_staff};

/// Resumes senders.
#[derive(Clone)]
pub struct ResumeSender {
    /// Stores the health of senders.
    pub healths: Arc<dyn SenderHealths>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Generates the id of the entry.
    pub randomness: Arc<dyn Randomness>,
}

/// The reason a sender was not resumed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeSenderError {
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

has_refusals_of_staff!(ResumeSenderError);

impl ResumeSender {
    /// Resumes one sender.
    pub async fn execute(
        &self,
        sender: SenderId,
        by: StaffActor<'_>,
    ) -> Result<HealthChanged, ResumeSenderError> {
        let now = self.clock.now();
        let by = by.authorise_fresh(StaffAction::ManageSenders, now)?;
        let change = HealthChange::ResumedByOperator;
        let action = AuditAction::ResumeSender;
        let entry = AuditEntry::new(by, action, sender.0, now, &*self.randomness);
        let changed = self
            .healths
            .change_health(sender, &change, now, Some(entry));
        match changed.await {
            Ok(changed) => Ok(changed),
            Err(PortError::Conflict(_)) => Err(ResumeSenderError::NotFound),
            Err(error) => Err(ResumeSenderError::Port(error)),
        }
    }
}
