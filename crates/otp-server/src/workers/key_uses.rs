//! Uses of API keys: stores on which days they were used.

use std::time::Duration;

use otp_core::usecases::keep_key_uses;

use super::worker::{Progress, Task, TaskError};

/// Stores the uses that requests noted.
pub(super) struct KeepKeyUses(pub(super) keep_key_uses::KeepKeyUses);

impl Task for KeepKeyUses {
    const NAME: &'static str = "keep_key_uses";
    const PERIOD: Duration = Duration::from_secs(10);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        Ok(match self.0.execute().await? {
            true => Progress::Done,
            false => Progress::Idle,
        })
    }
}
