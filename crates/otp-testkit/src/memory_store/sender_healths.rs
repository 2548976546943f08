//! Senders' health in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, SenderHealths};
use otp_core::time::Timestamp;

use super::{MemoryStore, conflict};

#[async_trait]
impl SenderHealths for MemoryStore {
    async fn list_health(&self) -> Result<Vec<SenderHealth>, PortError> {
        Ok(self.state().sender_health.values().cloned().collect())
    }

    async fn list_due_checks(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SenderId>, PortError> {
        let state = self.state();
        let due = state.sender_health.values();
        let mut due: Vec<_> = due
            .filter_map(|health| Some((health.check_at.filter(|at| *at <= now)?, health.sender_id)))
            .collect();
        due.sort_unstable();
        Ok(due
            .into_iter()
            .take(most)
            .map(|(_, sender)| sender)
            .collect())
    }

    async fn change_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
        at: Timestamp,
        entry: Option<AuditEntry>,
    ) -> Result<HealthChanged, PortError> {
        let mut state = self.state();
        let found = state.senders.iter().find(|row| row.id == sender);
        let account = found.ok_or_else(|| conflict("no sender has that id"))?;
        let account = account.account_id;
        let known = state.sender_health.get(&sender).cloned();
        let before = known.unwrap_or_else(|| SenderHealth::unknown(sender));
        let after = before.after(change, at);
        state.sender_health.insert(sender, after.clone());
        let changed = HealthChanged { before, after };
        state.report(changed.webhook_event(account, at));
        if let Some(entry) = entry {
            state.append_audit(&entry);
        }
        Ok(changed)
    }
}
