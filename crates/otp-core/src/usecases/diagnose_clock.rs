//! Diagnose the clock: compares it with the provider's.

use std::sync::Arc;

use crate::doctor::host::{self, ClockReading};
use crate::doctor::{Check, Finding};
use crate::ports::{Clock, ProviderInspector};

/// Diagnoses the clock.
#[derive(Clone)]
pub struct DiagnoseClock {
    /// Our clock.
    pub clock: Arc<dyn Clock>,
    /// Tells the provider's time.
    pub inspector: Arc<dyn ProviderInspector>,
}

impl DiagnoseClock {
    /// Asks the provider for its time.
    pub async fn execute(&self) -> Finding {
        let sent = self.clock.now();
        match self.inspector.tell_time().await {
            Ok(theirs) => host::judge_clock(&ClockReading {
                source: "WhatsApp".to_owned(),
                sent,
                theirs,
                answered: self.clock.now(),
            }),
            Err(error) => Finding::warning(
                Check::Clock,
                format!("it could not be compared with WhatsApp's: {error}"),
                "check that whatsapp.base_url can be reached, and whether a time server sets the clock",
            ),
        }
    }
}
