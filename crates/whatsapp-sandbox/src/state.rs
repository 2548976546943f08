//! Everything a sandbox remembers, behind one lock that is never held across an await.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::{
    DEFAULT_DISPLAY_PHONE_NUMBER,
    accounts::{Accounts, BusinessNumber},
    blocks::Blocks,
    chaos::Chaos,
    ids::Ids,
    ledger::Ledger,
    life::{Event, Life},
    options::SandboxOptions,
    phones::{Phones, Tick},
    rates::Rates,
    sandbox::LiveEvent,
    scripts::Scripts,
    templates::Templates,
    webhook::Outbox,
};

/// What a sandbox remembers.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) ids: Ids,
    pub(crate) accounts: Accounts,
    pub(crate) blocks: Blocks,
    pub(crate) templates: Templates,
    pub(crate) ledger: Ledger,
    pub(crate) phones: Phones,
    pub(crate) scripts: Scripts,
    pub(crate) rates: Rates,
    pub(crate) chaos: Chaos,
    pub(crate) life: Arc<Life>,
    pub(crate) outbox: Outbox,
}

impl State {
    pub(crate) fn new(options: &SandboxOptions, now: OffsetDateTime) -> Self {
        let seed = options.seed.unwrap_or_else(rand::random);
        let mut ids = Ids::new(seed);
        let mut accounts = Accounts::default();
        let mut templates = Templates::new(options.approval_delay);
        templates.add_defaults(&mut ids, &options.waba_id, now);
        // The first account and number always fit.
        let _ = accounts.put_waba(&options.waba_id, "Sandbox business");
        let _ = accounts.put_number(BusinessNumber {
            id: options.phone_number_id.clone(),
            waba_id: options.waba_id.clone(),
            display_phone_number: DEFAULT_DISPLAY_PHONE_NUMBER.to_owned(),
            verified_name: "Sandbox business".to_owned(),
            registered: true,
            quality_rating: "GREEN".to_owned(),
        });
        Self {
            ids,
            accounts,
            blocks: Blocks::default(),
            templates,
            ledger: Ledger::new(options.capacity.calls),
            phones: Phones::new(options.capacity),
            scripts: Scripts::default(),
            rates: Rates::new(options.pair_limit, options.throughput_per_second),
            chaos: Chaos::new(seed),
            life: Arc::new(options.life.clone()),
            outbox: Outbox::new(
                options.webhook.clone(),
                options.delivery,
                options.capacity.deliveries,
            ),
        }
    }

    /// Writes down what became of a message, and says what open pages should know about it.
    pub(crate) fn tick(
        &mut self,
        to: &str,
        message_id: u64,
        event: &Event,
        at: OffsetDateTime,
    ) -> Option<LiveEvent> {
        let tick = Tick {
            event: event.clone(),
            at,
        };
        let message = self.phones.tick(to, message_id, tick)?;
        Some(LiveEvent::Message {
            to: to.to_owned(),
            message: Arc::new(message.to_json()),
            kind: "status",
        })
    }
}
