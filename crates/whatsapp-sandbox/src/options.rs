//! What a sandbox is started with. The defaults suit a demonstration: everything is accepted at
//! once, nothing is limited.

use std::{fmt, time::Duration};

use crate::{
    DEFAULT_PHONE_NUMBER_ID, DEFAULT_WABA_ID,
    life::Life,
    webhook::{DeliveryOptions, WebhookOptions},
};

/// How a [`Sandbox`](crate::Sandbox) behaves from its start; the control API changes most of it.
#[derive(Clone)]
pub struct SandboxOptions {
    /// Seeds message ids and the chaos switch. `None` takes a seed from the operating system, so
    /// that two runs against one database never hand out the same message id.
    pub seed: Option<u64>,
    /// Multiplies the delays of the test numbers and scripts; `0.0` makes every answer immediate.
    pub pace: f64,
    /// The one access token that is accepted; `None` accepts any that is not empty.
    pub access_token: Option<String>,
    /// The business account that exists from the start.
    pub waba_id: String,
    /// The phone number id that exists, registered, from the start.
    pub phone_number_id: String,
    /// How long a created template stays `PENDING` before it is `APPROVED`.
    pub approval_delay: Duration,
    /// Messages per second and phone number id before code 130429; `None` does not limit.
    pub throughput_per_second: Option<u32>,
    /// Messages to one recipient before code 131056; `None` does not limit.
    pub pair_limit: Option<PairLimit>,
    /// Who is told what becomes of messages; `None` tells nobody until the control API names one.
    pub webhook: Option<WebhookOptions>,
    /// How they are told.
    pub delivery: DeliveryOptions,
    /// What becomes of a message to a number that has no life of its own.
    pub life: Life,
    /// How much is remembered.
    pub capacity: Capacity,
}

/// The limit on messages from one business number to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairLimit {
    /// The long-run distance between two messages; Meta's is six seconds.
    pub every: Duration,
    /// How many may come at once before that distance is enforced; Meta's is 45.
    pub burst: u32,
}

/// How much a sandbox remembers; the oldest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Calls in the ledger.
    pub calls: usize,
    /// Phones that received a message.
    pub phones: usize,
    /// Messages on each of those phones.
    pub messages_per_phone: usize,
    /// Messages on all phones together; beyond it, whole phones are forgotten. One takes about a
    /// kilobyte.
    pub messages: usize,
    /// Webhook requests in the log. One takes about a kilobyte.
    pub deliveries: usize,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            seed: None,
            pace: 1.0,
            access_token: None,
            waba_id: DEFAULT_WABA_ID.to_owned(),
            phone_number_id: DEFAULT_PHONE_NUMBER_ID.to_owned(),
            approval_delay: Duration::ZERO,
            throughput_per_second: None,
            pair_limit: None,
            webhook: None,
            delivery: DeliveryOptions::default(),
            life: Life::default(),
            capacity: Capacity::default(),
        }
    }
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            calls: 10_000,
            phones: 10_000,
            messages_per_phone: 50,
            messages: 100_000,
            deliveries: 10_000,
        }
    }
}

impl fmt::Debug for SandboxOptions {
    /// Leaves the access token out: even a sandbox may be pointed at with a real one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxOptions")
            .field("seed", &self.seed)
            .field("pace", &self.pace)
            .field("waba_id", &self.waba_id)
            .field("phone_number_id", &self.phone_number_id)
            .field("approval_delay", &self.approval_delay)
            .field("throughput_per_second", &self.throughput_per_second)
            .field("pair_limit", &self.pair_limit)
            .field("webhook", &self.webhook)
            .field("delivery", &self.delivery)
            .field("life", &self.life)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
