//! Syncs the stored templates with the provider's list: its events may be lost.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::Sender;
use otp_core::channel::whatsapp::template::sync::TemplateChange;
use otp_core::ports::{ProviderError, Senders};
use otp_core::usecases::sync_templates::{AdministerTemplatesError, SyncTemplates, Synced};
use otp_hot_path::GapWatch;
use tokio_util::sync::CancellationToken;

use super::worker::{Progress, Task, TaskError};

/// The task. It works through the senders one after the other, so that the provider is asked once at a
/// time. Several processes may run it.
pub(super) struct SyncStoredTemplates {
    pub(super) sync: SyncTemplates,
    pub(super) senders: Arc<dyn Senders>,
    /// Wakes the task after a gap; `None` if there are no notifications.
    pub(super) notifications: Option<Arc<GapWatch>>,
    pub(super) stop: CancellationToken,
}

impl Task for SyncStoredTemplates {
    const NAME: &'static str = "sync_templates";
    const PERIOD: Duration = Duration::from_secs(6 * 60 * 60);

    /// No notification arrived before the start, which so is the end of a gap. A server that fails and is
    /// started again and again does not ask the provider each time.
    const DELAY: Duration = Duration::from_secs(60);

    const RETRY: Duration = Duration::from_secs(10 * 60);

    /// A sender that fails does not keep the others from being synced.
    async fn run(&mut self) -> Result<Progress, TaskError> {
        let mut progress = Progress::Idle;
        let mut failed = None;
        for sender in self.senders.list().await? {
            if self.stop.is_cancelled() {
                break;
            }
            match self.sync.execute_unattended(&sender).await {
                Ok(synced) => {
                    log(&sender, &synced);
                    progress = Progress::Done;
                }
                Err(AdministerTemplatesError::AccountErased) => {}
                // The same question would get the same answer in ten minutes.
                Err(
                    error @ (AdministerTemplatesError::Provider(ProviderError::Refused { .. })
                    | AdministerTemplatesError::Token(_)
                    | AdministerTemplatesError::Forbidden),
                ) => log_refusal(&sender, &error),
                Err(
                    error @ (AdministerTemplatesError::Provider(ProviderError::Unavailable(_))
                    | AdministerTemplatesError::Port(_)),
                ) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(progress),
        }
    }

    /// After a gap in the provider's notifications, some may have been lost.
    async fn woken(&mut self) {
        match &self.notifications {
            Some(notifications) => notifications.ended().await,
            None => std::future::pending().await,
        }
    }
}

fn log(sender: &Sender, synced: &Synced) {
    for TemplateChange { before, after } in &synced.changed {
        let (name, language) = (after.name.as_str(), after.language.as_str());
        let (status, reason) = (after.status.as_str(), after.reason.as_deref());
        let sender_id = sender.id.0;
        match (before.status.may_send(), after.status.may_send()) {
            (true, false) => tracing::warn!(
                %sender_id,
                name,
                language,
                status,
                reason,
                "WhatsApp reports that a template is not usable; see \"A template stopped\" in \
                 docs/OPERATIONS.md"
            ),
            (false, true) => {
                tracing::info!(%sender_id, name, language, status, "a template is usable again");
            }
            (true, true) | (false, false) => {}
        }
    }
}

fn log_refusal(sender: &Sender, error: &AdministerTemplatesError) {
    tracing::warn!(
        sender_id = %sender.id.0,
        error = error as &dyn std::error::Error,
        "failed to ask WhatsApp for a sender's templates"
    );
}

#[cfg(test)]
mod tests;
