//! The outbox in memory.

use async_trait::async_trait;
use otp_core::lease::Lease;
use otp_core::notice::{MailNotice, NoticeOutcome, NoticeState, QueuedNotice};
use otp_core::ports::{MAX_WAITING_NOTICES, NoticeOutbox, OutboxBacklog, PortError};
use otp_core::time::Timestamp;

use super::{MemoryStore, State, conflict};

#[async_trait]
impl NoticeOutbox for MemoryStore {
    async fn enqueue(&self, notices: &[MailNotice]) -> Result<(), PortError> {
        let mut state = self.state();
        let known = |notice: &MailNotice| state.accounts.iter().any(|a| a.id == notice.account_id);
        if !notices.iter().all(known) {
            return Err(conflict("there is no such account"));
        }
        state.enqueue(notices.to_vec());
        Ok(())
    }

    async fn claim(&self, lease: Lease, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let mut state = self.state();
        let mut due: Vec<_> = state
            .notices
            .iter_mut()
            .map(|(queued, _)| queued)
            .filter(|queued| queued.state == NoticeState::Waiting)
            .filter(|queued| lease.covers(Some(queued.due_at), None))
            .collect();
        due.sort_by_key(|queued| (queued.due_at, queued.notice.id));
        let claim = |queued: &mut QueuedNotice| {
            queued.due_at = lease.until;
            queued.attempts += 1;
            queued.clone()
        };
        Ok(due.into_iter().take(limit).map(claim).collect())
    }

    async fn record(&self, outcomes: &[NoticeOutcome]) -> Result<(), PortError> {
        let mut state = self.state();
        for outcome in outcomes {
            for (queued, ended) in state.notices.iter_mut().filter(|(queued, _)| {
                queued.notice.id == outcome.id
                    && queued.attempts == outcome.attempt
                    && queued.state == NoticeState::Waiting
            }) {
                queued.state = outcome.state;
                queued.failure.clone_from(&outcome.failure);
                match outcome.state {
                    NoticeState::Waiting => queued.due_at = outcome.at,
                    NoticeState::Sent | NoticeState::GivenUp | NoticeState::Muted => {
                        *ended = Some(outcome.at);
                    }
                }
            }
        }
        Ok(())
    }

    async fn list_unsent(&self, limit: usize) -> Result<Vec<QueuedNotice>, PortError> {
        let state = self.state();
        let mut unsent: Vec<_> = state
            .notices
            .iter()
            .map(|(queued, _)| queued)
            .filter(|queued| matches!(queued.state, NoticeState::Waiting | NoticeState::GivenUp))
            .cloned()
            .collect();
        unsent.sort_by_key(|queued| (queued.notice.created_at, queued.notice.id));
        unsent.truncate(limit);
        Ok(unsent)
    }

    async fn backlog(&self) -> Result<OutboxBacklog, PortError> {
        let state = self.state();
        let waiting = || {
            let all = state.notices.iter().map(|(queued, _)| queued);
            all.filter(|queued| queued.state == NoticeState::Waiting)
        };
        Ok(OutboxBacklog {
            waiting: u64::try_from(waiting().count()).unwrap_or(u64::MAX),
            oldest: waiting().map(|queued| queued.notice.created_at).min(),
        })
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<(), PortError> {
        self.state()
            .notices
            .retain(|(_, ended)| ended.is_none_or(|at| at >= before));
        Ok(())
    }
}

impl State {
    pub(super) fn enqueue(&mut self, notices: Vec<MailNotice>) {
        for notice in notices {
            let known = self
                .notices
                .iter()
                .any(|(queued, _)| queued.notice.id == notice.id);
            let waiting = self.notices.iter().filter(|(queued, _)| {
                queued.notice.account_id == notice.account_id
                    && queued.state == NoticeState::Waiting
            });
            if known || waiting.count() >= MAX_WAITING_NOTICES {
                continue;
            }
            let queued = QueuedNotice {
                due_at: notice.created_at,
                notice,
                state: NoticeState::Waiting,
                attempts: 0,
                failure: None,
            };
            self.notices.push((queued, None));
        }
    }
}
