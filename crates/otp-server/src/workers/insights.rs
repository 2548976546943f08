//! Insights: counts the messages of each quarter of an hour.

use std::time::Duration;

use otp_core::ids::AccountId;
use otp_core::usecases::roll_up_insights::RollUpInsights;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::round::Round;
use super::worker::{Progress, Task, TaskError};

/// Counts what is due of every account. Each has its turn before one that has much to count has its next.
pub(super) struct CountForInsights {
    pub(super) roll_up: RollUpInsights,
    pub(super) stop: CancellationToken,
}

impl Task for CountForInsights {
    const NAME: &'static str = "roll_up_insights";
    const PERIOD: Duration = Duration::from_secs(5 * 60);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let mut round = Round::default();
        while self.take_turns(&mut round).await && round.goes_on(&self.stop) {}
        round.end()
    }
}

impl CountForInsights {
    /// Gives every account its turn. Returns whether more may be due. What fails of one account does not keep the
    /// others from theirs.
    async fn take_turns(&self, round: &mut Round) -> bool {
        let mut more = false;
        let mut from = Some(AccountId(Uuid::nil()));
        while let Some(begin) = from.filter(|_| !self.stop.is_cancelled()) {
            let Some((states, next)) = round.note(self.roll_up.states(begin).await) else {
                return false;
            };
            for state in states {
                if self.stop.is_cancelled() {
                    return false;
                }
                let advanced = round.note(self.roll_up.advance(state).await);
                more |= advanced.unwrap_or_default();
            }
            from = next;
        }
        round.progress |= more;
        more
    }
}
