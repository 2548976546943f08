//! Resume a sender: it sends again, whoever stopped it, and is examined soon.

use std::sync::Arc;

use crate::channel::whatsapp::health::{HealthChange, HealthChanged};
use crate::ids::SenderId;
use crate::ports::{Clock, PortError, SenderHealths};

/// Resumes senders.
#[derive(Clone)]
pub struct ResumeSender {
    /// Stores the health of senders.
    pub healths: Arc<dyn SenderHealths>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The reason a sender was not resumed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeSenderError {
    /// The sender does not exist.
    #[error("no sender has that id")]
    NotFound,
    /// A port failed.
    #[error(transparent)]
    Port(PortError),
}

impl ResumeSender {
    /// Resumes one sender.
    pub async fn execute(&self, sender: SenderId) -> Result<HealthChanged, ResumeSenderError> {
        let (change, now) = (HealthChange::ResumedByOperator, self.clock.now());
        match self.healths.change_health(sender, &change, now).await {
            Ok(changed) => Ok(changed),
            Err(PortError::Conflict(_)) => Err(ResumeSenderError::NotFound),
            Err(error) => Err(ResumeSenderError::Port(error)),
        }
    }
}
