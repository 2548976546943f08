//! Report test lives: settles messages to test inboxes as the receipts of a provider would.
//!
//! Any process may do this at any time. A report that is made twice changes nothing, so a process that dies
//! between a report and its record loses nothing.

use std::sync::Arc;

use crate::message::MessageStatus;
use crate::opt_out::consent::ConsentEntry;
use crate::opt_out::{ConsentRequest, ConsentSource};
use crate::ports::{Clock, OptOuts, PortError, SendLedger, TestInbox};
use crate::send::{Outcome, Settlement};
use crate::test_inbox::{LifeProgress, TestMessage};
use crate::test_number::{self, LifeEvent, LifeStep};
use crate::time::Timestamp;

/// At most this many messages at a time.
const BATCH: usize = 500;

/// Reports what happens to messages to test inboxes.
#[derive(Clone)]
pub struct ReportTestLives {
    /// Keeps the messages.
    pub inbox: Arc<dyn TestInbox>,
    /// Settles them.
    pub ledger: Arc<dyn SendLedger>,
    /// Records replies.
    pub opt_outs: Arc<dyn OptOuts>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A report that is due.
struct DueReport {
    message: TestMessage,
    step: LifeStep,
}

impl ReportTestLives {
    /// Makes one report about each message for which one is due, at most one batch. Returns whether there
    /// were any, so more may be due.
    pub async fn execute(&self) -> Result<bool, PortError> {
        let now = self.clock.now();
        let due = self.inbox.list_due(now, BATCH).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let progress: Vec<_> = due.iter().filter_map(progress).collect();
        let reports: Vec<_> = due.into_iter().filter_map(DueReport::of).collect();
        let settlements: Vec<_> = reports
            .iter()
            .filter_map(|report| report.settlement(now))
            .collect();
        if !settlements.is_empty() {
            self.ledger.settle(settlements.into()).await?;
        }
        let requests: Vec<_> = reports
            .iter()
            .filter_map(|report| report.consent(now))
            .collect();
        if !requests.is_empty() {
            self.opt_outs.record_consent(requests.into()).await?;
        }
        self.inbox.advance(&progress).await?;
        Ok(true)
    }
}

fn progress(message: &TestMessage) -> Option<LifeProgress> {
    let from = message.life?;
    Some(LifeProgress {
        message_id: message.message_id,
        from,
        to: from.next(message.received_at),
    })
}

impl DueReport {
    fn of(message: TestMessage) -> Option<Self> {
        let step = message.life?.life_step()?;
        Some(Self { message, step })
    }

    fn happened_at(&self) -> Timestamp {
        self.message.received_at + self.step.happens_after
    }

    fn settlement(&self, now: Timestamp) -> Option<Settlement> {
        let outcome = match self.step.event {
            LifeEvent::Sent => Outcome::Reported(MessageStatus::Sent),
            LifeEvent::Delivered => Outcome::Reported(MessageStatus::Delivered),
            LifeEvent::Read => Outcome::Reported(MessageStatus::Read),
            LifeEvent::Failed(code) => Outcome::ReportedFailed(test_number::failure(code).0),
            LifeEvent::Replied(_) => return None,
        };
        Some(Settlement {
            message_id: self.message.message_id,
            account_id: self.message.account_id,
            outcome,
            provider_time: Some(self.happened_at()),
            at: now,
        })
    }

    /// Returns the consent request of a reply, if it is one.
    fn consent(&self, now: Timestamp) -> Option<ConsentEntry> {
        let LifeEvent::Replied(text) = self.step.event else {
            return None;
        };
        Some(ConsentEntry {
            account_id: self.message.account_id,
            recipient_index: self.message.recipient_index,
            request: ConsentRequest::of_text(text)?,
            source: ConsentSource::Typed,
            message: None,
            requested_at: self.happened_at(),
            recorded_at: now,
        })
    }
}
