//! Health of the storage, shared: however many ask, at most one check is under way, and its result
//! answers everybody for half a second.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::ports::{ConnectionUse, PortError, StorageHealth};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::batcher::timed_out;
use crate::shared_error::shared;

/// The time a result is used.
const TIME_TO_LIVE: Duration = Duration::from_millis(500);

/// The time limit of a check. It is shorter than the patience of whoever asks, so that the result of a
/// store that does not answer is shared, too.
const DEADLINE: Duration = Duration::from_millis(1_500);

/// Shares the checks of a storage. A check that fails is logged once, not once for each answer.
pub struct SharedHealth {
    inner: Arc<dyn StorageHealth>,
    last: Mutex<Option<Checked>>,
}

/// A result, and when it was known.
struct Checked {
    result: Result<(), Arc<PortError>>,
    at: Instant,
}

impl SharedHealth {
    /// Shares the checks of `inner`.
    pub fn new(inner: Arc<dyn StorageHealth>) -> Self {
        Self {
            inner,
            last: Mutex::new(None),
        }
    }
}

#[async_trait]
impl StorageHealth for SharedHealth {
    async fn check(&self) -> Result<(), PortError> {
        // Held during the check: the others wait for its result.
        let mut last = self.last.lock().await;
        let fresh = last
            .as_ref()
            .filter(|checked| checked.at.elapsed() < TIME_TO_LIVE);
        let result = match fresh {
            Some(checked) => checked.result.clone(),
            None => {
                let checked = timeout(DEADLINE, self.inner.check()).await;
                let result = checked
                    .unwrap_or_else(|_| Err(timed_out()))
                    .map_err(Arc::new);
                if let Err(error) = &result {
                    let error: &dyn std::error::Error = &**error;
                    tracing::warn!(error, "storage is not ready");
                }
                let at = Instant::now();
                let result = last.insert(Checked { result, at });
                result.result.clone()
            }
        };
        result.map_err(|error| shared(&error))
    }

    async fn check_space(&self) -> Result<(), PortError> {
        self.inner.check_space().await
    }

    fn connection_use(&self) -> ConnectionUse {
        self.inner.connection_use()
    }
}
