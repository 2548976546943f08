//! Forget webhook deliveries: removes those of events that happened long ago, with their attempts.

use std::sync::Arc;
use std::time::Duration;

use crate::ports::{Clock, PortError, WebhookDeliveries};

/// How long a delivery is kept, counted from its event.
pub const DELIVERY_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// At most this many are removed at a time.
const BATCH: usize = 1_000;

/// Forgets webhook deliveries.
#[derive(Clone)]
pub struct ForgetWebhookDeliveries {
    /// Holds them.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ForgetWebhookDeliveries {
    /// Removes some of the old deliveries. Returns whether there may be more.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let before = self.clock.now() - DELIVERY_RETENTION;
        let forgotten = self.deliveries.forget_webhook_deliveries(before, BATCH);
        Ok(forgotten.await? == BATCH)
    }
}
