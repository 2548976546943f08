//! Notices to account holders: mails those that are due, adds those that time brings, forgets old ones.

use std::time::Duration;

use metrics::counter;
use otp_core::ids::NoticeId;
use otp_core::notice::NoticeState;
use otp_core::usecases::mail_notices::MailNotices;
use otp_core::usecases::{announce_expiring_keys, forget_ended_notices};
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, Task, TaskError};

/// The counter of attempts to mail a notice.
pub(crate) const MAILINGS: &str = "otp_mailings_total";

/// The period of tasks for which a few minutes more do not matter.
const SLOW_PERIOD: Duration = Duration::from_secs(10 * 60);

/// Mails the notices that are due. A mail that has begun is finished.
pub(super) struct MailDueNotices {
    pub(super) mail: MailNotices,
    pub(super) stop: CancellationToken,
    /// Whether the mail server did not accept the last notice.
    pub(super) postponed: bool,
}

impl Task for MailDueNotices {
    const NAME: &'static str = "mail_notices";
    const PERIOD: Duration = Duration::from_secs(2);

    /// After a notice that was not accepted, the others wait for the next round: the mail server would
    /// not accept them either.
    async fn run(&mut self) -> Result<Progress, TaskError> {
        while !self.stop.is_cancelled() {
            let Some(mailed) = self.mail.execute().await? else {
                break;
            };
            let outcome = match mailed.state {
                NoticeState::Sent => "sent",
                NoticeState::GivenUp => "abandoned",
                NoticeState::Waiting => "postponed",
                NoticeState::Muted => "muted",
            };
            counter!(MAILINGS, "outcome" => outcome).increment(1);
            let (id, kind, failure) = (mailed.id, mailed.kind, mailed.failure.as_deref());
            match mailed.state {
                NoticeState::Sent => {
                    self.postponed = false;
                    tracing::info!(notice_id = %id, kind, "mailed a notice");
                }
                NoticeState::GivenUp => {
                    tracing::error!(notice_id = %id, kind, failure, "abandoned a notice");
                }
                NoticeState::Muted => {
                    tracing::info!(notice_id = %id, kind, "did not mail a notice that is turned off");
                }
                NoticeState::Waiting => {
                    self.postponed = true;
                    let failure = mailed.failure.unwrap_or_default();
                    return Err(NotAccepted { id, kind, failure }.into());
                }
            }
        }
        // An outbox with nothing due does not show that the mail server is back.
        Ok(if self.postponed {
            Progress::Idle
        } else {
            Progress::Done
        })
    }
}

/// The mail server did not accept a notice, which is retried later.
#[derive(Debug, thiserror::Error)]
#[error("notice {id} ({kind}) was not accepted: {failure}")]
struct NotAccepted {
    id: NoticeId,
    kind: &'static str,
    failure: String,
}

/// Adds a notice for each API key that is about to expire.
pub(super) struct AnnounceExpiringKeys(pub(super) announce_expiring_keys::AnnounceExpiringKeys);

impl Task for AnnounceExpiringKeys {
    const NAME: &'static str = "announce_expiring_keys";
    const PERIOD: Duration = SLOW_PERIOD;

    async fn run(&mut self) -> Result<Progress, TaskError> {
        self.0.execute().await?;
        Ok(Progress::Done)
    }
}

/// Forgets notices that ended long ago.
pub(super) struct ForgetEndedNotices(pub(super) forget_ended_notices::ForgetEndedNotices);

impl Task for ForgetEndedNotices {
    const NAME: &'static str = "forget_ended_notices";
    const PERIOD: Duration = SLOW_PERIOD;

    async fn run(&mut self) -> Result<Progress, TaskError> {
        self.0.execute().await?;
        Ok(Progress::Done)
    }
}
