//! Apply template events: what the provider tells of templates changes those that are stored, and the
//! account holder hears of it where a template is lost.
//!
//! Events come in any order and more than once; [`TemplateEvent::applied_to`] makes that harmless. A
//! template nobody has stored is passed over: a sync brings it, with its status.

use std::sync::Arc;

use crate::channel::whatsapp::template::event::TemplateEvent;
use crate::channel::whatsapp::template::sync::{self, TemplateChange};
use crate::channel::whatsapp::template::{AuthenticationTemplate, TemplateStatus};
use crate::ids::{SenderId, TemplateId};
use crate::notice::{MailNotice, NoticeKind, Reason};
use crate::ports::{Clock, NoticeOutbox, PortError, Senders, Templates};
use crate::time::Timestamp;

/// So often a change is decided anew because somebody else was faster.
const ATTEMPTS: usize = 5;

/// Applies what the provider says of templates unasked.
#[derive(Clone)]
pub struct ApplyTemplateEvents {
    /// What is stored.
    pub templates: Arc<dyn Templates>,
    /// Whose it is.
    pub senders: Arc<dyn Senders>,
    /// Tells the account holder.
    pub outbox: Arc<dyn NoticeOutbox>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ApplyTemplateEvents {
    /// Applies events in their order. Every process sends by them as soon as it looks again.
    pub async fn execute(&self, events: &[TemplateEvent]) -> Result<(), PortError> {
        for event in events {
            let stored = || self.templates.list_templates_of_business(&event.waba_id);
            let changed = |before: &AuthenticationTemplate| {
                event
                    .concerns(before)
                    .then(|| event.applied_to(before))
                    .flatten()
            };
            self.change(stored, changed).await?;
        }
        Ok(())
    }

    /// Takes a template out of use of which the provider just refused a message.
    pub async fn take_out_of_use(
        &self,
        (sender, id): (SenderId, TemplateId),
        status: &TemplateStatus,
    ) -> Result<(), PortError> {
        let stored = || self.templates.list_templates(Some(sender));
        let now = self.clock.now();
        let changed = |before: &AuthenticationTemplate| {
            let in_use = before.id == id && before.status.may_send();
            in_use.then(|| sync::in_status(before, status.clone(), None, now))
        };
        self.change(stored, changed).await
    }

    /// Changes each of the stored templates that `changed` has something else for, and decides again
    /// where somebody else was faster.
    async fn change<Stored>(
        &self,
        stored: impl Fn() -> Stored,
        changed: impl Fn(&AuthenticationTemplate) -> Option<AuthenticationTemplate>,
    ) -> Result<(), PortError>
    where
        Stored: Future<Output = Result<Vec<AuthenticationTemplate>, PortError>>,
    {
        for _ in 0..ATTEMPTS {
            let mut is_done = true;
            for before in stored().await? {
                let Some(after) = changed(&before) else {
                    continue;
                };
                let change = TemplateChange { before, after };
                // First, so that a crash between the two cannot lose it; twice, it is one notice.
                self.tell(&change).await?;
                let TemplateChange { before, after } = &change;
                is_done &= self.templates.replace_template(before, after).await?;
            }
            if is_done {
                return Ok(());
            }
        }
        Err(PortError::Unavailable(
            "a template changes all the time".into(),
        ))
    }

    async fn tell(&self, change: &TemplateChange) -> Result<(), PortError> {
        if !change.is_verdict() {
            return Ok(());
        }
        let after = &change.after;
        let senders = self.senders.list().await?;
        let Some(sender) = senders.iter().find(|sender| sender.id == after.sender_id) else {
            return Ok(());
        };
        let status = after.status.as_str();
        let reason = match &after.reason {
            Some(reason) => format!("{status} ({reason})"),
            None => status.to_owned(),
        };
        let kind = NoticeKind::TemplateDisabled {
            sender_id: sender.id,
            name: after.name.clone(),
            language: after.language.clone(),
            reason: Reason::new(&reason),
        };
        // What it was before tells one loss from the next: of the same one the provider's event tells,
        // and every message that it refuses meanwhile.
        let until = change.before.status_since.map(Timestamp::unix_millis);
        let occasion = format!("{} {status} {}", after.id.0, until.unwrap_or_default());
        let notice = MailNotice::new(sender.account_id, kind, &occasion, None, self.clock.now());
        self.outbox.enqueue(&[notice]).await
    }
}
