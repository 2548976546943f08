//! Keep key uses: stores on which days API keys were used.

use std::sync::Arc;

use crate::ports::{ApiKeys, KeyUses, PortError};

/// Stores the uses of API keys.
#[derive(Clone)]
pub struct KeepKeyUses {
    /// The uses that requests noted.
    pub uses: Arc<dyn KeyUses>,
    /// Stores them.
    pub keys: Arc<dyn ApiKeys>,
}

impl KeepKeyUses {
    /// Stores the uses that were noted, and returns whether there were any. Uses that cannot be stored are noted again.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let uses = self.uses.take();
        if uses.is_empty() {
            return Ok(false);
        }
        let kept = self.keys.keep_uses(&uses).await;
        if kept.is_err() {
            for (key, day) in uses {
                self.uses.note(key, day);
            }
        }
        kept.map(|()| true)
    }
}
