//! Looks after senders: asks WhatsApp about those that are suspected or stopped, and says what came of it
//! to the operator and to the account holder.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use otp_core::channel::whatsapp::health::SenderStop;
use otp_core::ids::SenderId;
use otp_core::ports::{NoticeOutbox, PortError, ProviderRefusal};
use otp_core::usecases::examine_sender::{ExamineSender, Examined};
use otp_hot_path::PacedSender;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often it is looked who is due. Who is suspected by this process is looked at at once.
const ROUND: Duration = Duration::from_secs(1);

/// What looking after senders takes.
pub(crate) struct SenderWatch {
    pub(crate) examine: ExamineSender,
    pub(crate) paced: Arc<PacedSender>,
    pub(crate) outbox: Arc<dyn NoticeOutbox>,
}

impl SenderWatch {
    /// Looks after senders until `stop`. Several processes may do so at a time.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(ROUND);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut failing = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
                () = self.paced.suspicion() => {}
            }
            match self.round().await {
                Ok(()) => failing = false,
                // Said once for each outage, not once a second.
                Err(_) if failing => {}
                Err(error) => {
                    failing = true;
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "senders cannot be looked after; trying on");
                }
            }
        }
    }

    async fn round(&self) -> Result<(), PortError> {
        let suspects = self.paced.suspects();
        let suspected = suspects
            .iter()
            .map(|(sender, refusal)| self.look(*sender, Some(refusal)));
        for looked in join_all(suspected).await {
            looked?;
        }
        let due = self.examine.due().await?;
        let due = due.into_iter().map(|sender| self.look(sender, None));
        for looked in join_all(due).await {
            looked?;
        }
        Ok(())
    }

    async fn look(
        &self,
        sender: SenderId,
        suspicion: Option<&ProviderRefusal>,
    ) -> Result<(), PortError> {
        let Some(examined) = self.examine.execute(sender, suspicion).await? else {
            self.paced.acquit(sender);
            return Ok(());
        };
        if examined.changed.after.stop.is_some() {
            self.paced.convict(sender);
        } else if examined.answered {
            self.paced.acquit(sender);
        }
        if let Some(stop) = examined.changed.stopped() {
            log_stop(&examined, stop);
        }
        if examined.changed.resumed() {
            tracing::info!(
                sender_id = %sender.0,
                phone_number_id = examined.sender.phone_number_id.as_str(),
                "WhatsApp takes this sender's messages again"
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
        "WhatsApp refuses this sender: its messages fail until that is mended, see \
         `otp-server sender show --id` and \"A sender stopped\" in docs/OPERATIONS.md"
    );
}
