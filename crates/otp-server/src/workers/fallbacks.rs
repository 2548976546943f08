//! Advances the fallbacks of verifications.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use otp_core::usecases::advance_fallbacks::AdvanceFallbacks;
use tokio::sync::Notify;

use super::worker::{Progress, Task, TaskError};

/// The counter of the steps that came due, by what became of them.
pub(crate) const FALLBACKS: &str = "otp_fallbacks_total";

/// The task. Several processes may run it at a time.
pub(super) struct AdvanceDueFallbacks {
    pub(super) advance: AdvanceFallbacks,
    pub(super) failed: Arc<Notify>,
}

impl Task for AdvanceDueFallbacks {
    const NAME: &'static str = "advance_fallbacks";

    /// A step comes at most about this late; that of a message whose failure this process recorded comes at
    /// once.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let round = self.advance.execute().await?;
        for (result, steps) in [("taken", round.taken), ("passed_over", round.passed_over)] {
            let steps = u64::try_from(steps).unwrap_or(u64::MAX);
            counter!(FALLBACKS, "result" => result).increment(steps);
        }
        Ok(Progress::Done)
    }

    async fn woken(&mut self) {
        self.failed.notified().await;
    }
}
