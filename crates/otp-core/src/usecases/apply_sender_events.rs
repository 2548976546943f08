//! Heed what the provider reports of senders: whoever it may be about is asked about.
//!
//! A report is a reason to ask and never an answer: it may come late, twice, in any order, and say less
//! than what holds by now. What the provider answers when it is asked is true whatever came before.

use std::sync::Arc;

use crate::channel::whatsapp::health::{HealthChange, SenderEvent};
use crate::ports::{Clock, PortError, SenderHealths, Senders};

/// Heeds reports.
#[derive(Clone)]
pub struct ApplySenderEvents {
    /// For whom they may be about.
    pub senders: Arc<dyn Senders>,
    /// Where it is noted that they are to be asked about.
    pub healths: Arc<dyn SenderHealths>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ApplySenderEvents {
    /// Notes that the senders these reports are about are to be asked about.
    pub async fn execute(&self, reports: &[SenderEvent]) -> Result<(), PortError> {
        if reports.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let senders = self.senders.list().await?;
        let meant = senders
            .iter()
            .filter(|sender| reports.iter().any(|report| report.is_about(sender)));
        for sender in meant {
            self.healths
                .change_health(sender.id, &HealthChange::CheckWanted, now)
                .await?;
        }
        Ok(())
    }
}
