//! Records the ends of verifications, which removes their codes.

use std::time::Duration;

use otp_core::usecases::expire_verifications::ExpireVerifications;

use super::worker::{Progress, Task, TaskError};

/// The task. Several processes may run it at a time.
pub(super) struct ExpireDueVerifications(pub(super) ExpireVerifications);

impl Task for ExpireDueVerifications {
    const NAME: &'static str = "expire_verifications";

    /// A sealed code stays in the database for about this long after its end.
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        while self.0.execute().await? {}
        Ok(Progress::Done)
    }
}
