//! Apply template events: updates stored templates with the status changes that the provider reports,
//! and notifies the account holder if a template can no longer be used.
//!
//! Events arrive in any order and more than once; [`TemplateEvent::applied_to`] makes that harmless. An
//! event about a template that is not stored is skipped: a sync adds the template with its status.

use std::sync::Arc;

use crate::channel::whatsapp::template::event::TemplateEvent;
use crate::channel::whatsapp::template::sync::{self, TemplateChange};
use crate::channel::whatsapp::template::{AuthenticationTemplate, TemplateStatus};
use crate::ids::{SenderId, TemplateId};
use crate::ports::{Clock, NoticeOutbox, PortError, Senders, Templates};

/// At most this many attempts at a change, if other processes keep changing the same templates.
const MAX_ATTEMPTS: usize = 5;

/// Applies the provider's events about templates.
#[derive(Clone)]
pub struct ApplyTemplateEvents {
    /// The stored templates.
    pub templates: Arc<dyn Templates>,
    /// Finds the account of a template's sender.
    pub senders: Arc<dyn Senders>,
    /// Stores the notices to account holders.
    pub outbox: Arc<dyn NoticeOutbox>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl ApplyTemplateEvents {
    /// Applies events in their order. Every process follows them from its next look-up on.
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

    /// Takes a template out of use after the provider refused one of its messages.
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

    /// Replaces each stored template for which `changed` returns another one.
    ///
    /// If another process replaced one of them first, the decision is repeated on what is stored then.
    async fn change<Stored>(
        &self,
        stored: impl Fn() -> Stored,
        changed: impl Fn(&AuthenticationTemplate) -> Option<AuthenticationTemplate>,
    ) -> Result<(), PortError>
    where
        Stored: Future<Output = Result<Vec<AuthenticationTemplate>, PortError>>,
    {
        for _ in 0..MAX_ATTEMPTS {
            let mut is_done = true;
            for before in stored().await? {
                let Some(after) = changed(&before) else {
                    continue;
                };
                let change = TemplateChange { before, after };
                // The notice comes first, so that a crash in between cannot lose it. Queued twice, it is
                // still one notice.
                self.notify(&change).await?;
                let TemplateChange { before, after } = &change;
                let now = self.clock.now();
                is_done &= self.templates.replace_template(before, after, now).await?;
            }
            if is_done {
                return Ok(());
            }
        }
        Err(PortError::Unavailable(
            "a template kept changing; try again".into(),
        ))
    }

    async fn notify(&self, change: &TemplateChange) -> Result<(), PortError> {
        if !change.is_verdict() {
            return Ok(());
        }
        let senders = self.senders.list().await?;
        let id = change.after.sender_id;
        let sender = senders.iter().find(|sender| sender.id == id);
        let notice = sender.and_then(|sender| change.notice(sender.account_id, self.clock.now()));
        match notice {
            Some(notice) => self.outbox.enqueue(&[notice]).await,
            None => Ok(()),
        }
    }
}
