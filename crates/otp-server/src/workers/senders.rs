//! Examines suspected and stopped senders, and reports the result to the operator and the account holder.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use otp_core::channel::whatsapp::WhatsAppLimits;
use otp_core::channel::whatsapp::health::SenderStop;
use otp_core::ids::SenderId;
use otp_core::ports::{NoticeOutbox, PortError, ProviderRefusal};
use otp_core::usecases::examine_sender::{ExamineSender, Examined};
use otp_hot_path::PacedSender;

use super::worker::{Progress, Task, TaskError};

/// The task. Several processes may run it at a time.
pub(super) struct ExamineSenders {
    pub(super) examine: ExamineSender,
    pub(super) paced: Arc<PacedSender<WhatsAppLimits>>,
    pub(super) outbox: Arc<dyn NoticeOutbox>,
}

impl Task for ExamineSenders {
    const NAME: &'static str = "examine_senders";
    const PERIOD: Duration = Duration::from_secs(1);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        let suspects = self.paced.suspects();
        let suspected = suspects
            .iter()
            .map(|(sender, refusal)| self.examine(*sender, Some(refusal)));
        for examined in join_all(suspected).await {
            examined?;
        }
        let due = self.examine.due().await?;
        let due = due.into_iter().map(|sender| self.examine(sender, None));
        for examined in join_all(due).await {
            examined?;
        }
        Ok(Progress::Done)
    }

    /// A sender that this process suspects is examined at once.
    async fn woken(&mut self) {
        self.paced.suspicion().await;
    }
}

impl ExamineSenders {
    async fn examine(
        &self,
        sender: SenderId,
        suspicion: Option<&ProviderRefusal>,
    ) -> Result<(), PortError> {
        let Some(examined) = self.examine.execute(sender, suspicion).await? else {
            self.paced.clear_suspicion(sender);
            return Ok(());
        };
        if examined.changed.after.stop.is_some() {
            self.paced.confirm_suspicion(sender);
        } else if examined.answered {
            self.paced.clear_suspicion(sender);
        }
        if let Some(stop) = examined.changed.stopped() {
            log_stop(&examined, stop);
        }
        if examined.changed.resumed() {
            tracing::info!(
                sender_id = %sender.0,
                phone_number_id = examined.sender.phone_number_id.as_str(),
                "WhatsApp accepts this sender's messages again"
            );
        }
        let account = examined.sender.account_id;
        let now = self.examine.clock.now();
        match examined.changed.after.notice(account, now) {
            Some(notice) => self.outbox.enqueue(&[notice]).await,
            None => Ok(()),
        }
    }
}

fn log_stop(examined: &Examined, stop: &SenderStop) {
    let sender = &examined.sender;
    let failure = &stop.refusal.failure;
    tracing::error!(
        sender_id = %sender.id.0,
        account_id = %sender.account_id.0,
        phone_number_id = sender.phone_number_id.as_str(),
        code = failure.code,
        title = failure.title,
        reason = failure.reason,
        "WhatsApp refuses this sender; its messages fail until the cause is fixed, see \
         `otp-server sender show --id` and \"A sender stopped\" in docs/OPERATIONS.md"
    );
}
