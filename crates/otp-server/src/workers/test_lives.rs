//! Test inboxes: reports what happens to their messages, and removes old ones.

use std::time::Duration;

use otp_core::usecases::{forget_test_messages, report_test_lives};
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, Task, TaskError};

/// Makes the reports that are due. Several processes may run it at a time.
pub(super) struct ReportTestLives {
    pub(super) report: report_test_lives::ReportTestLives,
    pub(super) stop: CancellationToken,
}

impl Task for ReportTestLives {
    const NAME: &'static str = "report_test_lives";

    /// A report is late by this at most. Without test messages, a round costs one look-up by index.
    const PERIOD: Duration = Duration::from_millis(500);
    const RETRY: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let mut progress = Progress::Idle;
        while self.report.execute().await? {
            progress = Progress::Done;
            if self.stop.is_cancelled() {
                break;
            }
        }
        Ok(progress)
    }
}

/// Removes old messages, a batch at a time.
pub(super) struct ForgetTestMessages {
    pub(super) forget: forget_test_messages::ForgetTestMessages,
    pub(super) stop: CancellationToken,
}

impl Task for ForgetTestMessages {
    const NAME: &'static str = "forget_test_messages";
    const PERIOD: Duration = Duration::from_secs(60);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        while self.forget.execute().await? && !self.stop.is_cancelled() {}
        Ok(Progress::Done)
    }
}
