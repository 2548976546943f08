//! Apply sender events: schedules a check of every sender that the provider reports about.
//!
//! An event is a reason to ask the provider, never an answer: it may arrive late, twice and in any
//! order, and may be out of date. The answer to a question is current, whatever events came before.

use std::sync::Arc;

use crate::channel::whatsapp::health::{HealthChange, SenderEvent};
use crate::ports::{Clock, PortError, SenderHealths, Senders};

/// Applies sender events.
#[derive(Clone)]
pub struct ApplySenderEvents {
    /// Lists the senders that an event may be about.
    pub senders: Arc<dyn Senders>,
    /// Records that a sender is to be checked.
    pub healths: Arc<dyn SenderHealths>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ApplySenderEvents {
    /// Schedules a check of each sender that these events are about.
    pub async fn execute(&self, events: &[SenderEvent]) -> Result<(), PortError> {
        if events.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let senders = self.senders.list().await?;
        let concerned = senders
            .iter()
            .filter(|sender| events.iter().any(|event| event.is_about(sender)));
        for sender in concerned {
            let wanted = HealthChange::CheckWanted;
            match self
                .healths
                .change_health(sender.id, &wanted, now, None)
                .await
            {
                // An operator removed the sender since the list was read.
                Ok(_) | Err(PortError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
