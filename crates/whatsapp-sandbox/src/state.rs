//! The state of a sandbox, behind one lock that is never held across an await.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::{
    account::Account,
    blocks::Blocks,
    chaos::Chaos,
    clock,
    ledger::{Ledger, MAX_CALLS},
    life::Event,
    mailbox::Mailbox,
    options::SandboxOptions,
    phones::{Phones, Status},
    sandbox::LiveEvent,
    scripts::Scripts,
    templates::Templates,
    webhook::Outbox,
};

/// The state of a sandbox.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) blocks: Blocks,
    pub(crate) templates: Templates,
    pub(crate) ledger: Ledger,
    pub(crate) phones: Phones,
    pub(crate) mailbox: Mailbox,
    pub(crate) scripts: Scripts,
    pub(crate) chaos: Chaos,
    pub(crate) outbox: Outbox,
}

impl State {
    pub(crate) fn new(options: &SandboxOptions) -> Self {
        Self::with(
            Outbox::new(options.webhook.clone(), options.pace),
            Phones::new(options.read_consent),
        )
    }

    /// Returns to the initial state. The receiver of webhooks stays.
    pub(crate) fn reset(&mut self) {
        let mut outbox = std::mem::take(&mut self.outbox);
        outbox.clear();
        *self = Self::with(outbox, self.phones.emptied());
    }

    /// Records a status of a message, and returns the event for open pages.
    pub(crate) fn add_status(
        &mut self,
        to: &str,
        message_id: u64,
        event: &Event,
        at: OffsetDateTime,
    ) -> Option<LiveEvent> {
        let status = Status {
            event: event.clone(),
            at,
        };
        let message = self.phones.add_status(to, message_id, status)?;
        Some(LiveEvent::Message {
            to: to.to_owned(),
            message: Arc::new(message.to_json()),
            kind: "status",
        })
    }

    fn with(outbox: Outbox, phones: Phones) -> Self {
        let mut account = Account::new();
        if outbox.is_on() {
            account.subscribe();
        }
        Self {
            account,
            blocks: Blocks::default(),
            templates: Templates::new(clock::now()),
            ledger: Ledger::new(MAX_CALLS),
            phones,
            mailbox: Mailbox::default(),
            scripts: Scripts::default(),
            chaos: Chaos::off(),
            outbox,
        }
    }
}
