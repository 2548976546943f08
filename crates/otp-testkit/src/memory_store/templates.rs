//! Templates in memory.

use async_trait::async_trait;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::channel::whatsapp::template::sync::status_event;
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, Templates};
use otp_core::time::Timestamp;

use super::{MemoryStore, conflict};

#[async_trait]
impl Templates for MemoryStore {
    async fn add_template(
        &self,
        template: &AuthenticationTemplate,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let mut state = self.state();
        if !state
            .senders
            .iter()
            .any(|sender| sender.id == template.sender_id)
        {
            return Err(conflict("no sender has that id"));
        }
        if state.templates.iter().any(|row| {
            (row.sender_id, &row.name, &row.language)
                == (template.sender_id, &template.name, &template.language)
        }) {
            return Err(conflict("the sender has that template already"));
        }
        state.templates.push(template.clone());
        state.append_audit(entry);
        Ok(())
    }

    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let state = self.state();
        let wanted = |row: &&AuthenticationTemplate| {
            let mut senders = state.senders.iter();
            sender.is_none_or(|id| row.sender_id == id)
                && senders.any(|sender| sender.id == row.sender_id)
        };
        Ok(state.templates.iter().filter(wanted).cloned().collect())
    }

    async fn list_templates_of_business(
        &self,
        waba: &ProviderId,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let state = self.state();
        let of_business = |row: &&AuthenticationTemplate| {
            let mut senders = state.senders.iter();
            senders.any(|sender| sender.id == row.sender_id && sender.waba_id == *waba)
        };
        Ok(state
            .templates
            .iter()
            .filter(of_business)
            .cloned()
            .collect())
    }

    async fn replace_template(
        &self,
        before: &AuthenticationTemplate,
        after: &AuthenticationTemplate,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        let mut state = self.state();
        let Some(row) = state.templates.iter_mut().find(|row| *row == before) else {
            return Ok(false);
        };
        row.clone_from(after);
        let sender = after.sender_id;
        let account = state.every_sender().find(|row| row.id == sender);
        let account = account.expect("a template has a sender").account_id;
        state.report(status_event(before, after, account, at));
        Ok(true)
    }
}
