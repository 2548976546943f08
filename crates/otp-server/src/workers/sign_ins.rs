//! Sign-ins: removes sessions and failed attempts that mean nothing any more.

use std::time::Duration;

use otp_core::usecases::forget_sign_ins;
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, Task, TaskError};

/// Removes old sessions and attempts, a batch at a time.
pub(super) struct ForgetSignIns {
    pub(super) forget: forget_sign_ins::ForgetSignIns,
    pub(super) stop: CancellationToken,
}

impl Task for ForgetSignIns {
    const NAME: &'static str = "forget_sign_ins";
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        while self.forget.execute().await? && !self.stop.is_cancelled() {}
        Ok(Progress::Done)
    }
}
