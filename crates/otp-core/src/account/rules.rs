//! The rules that differ between accounts.

use super::AccountStanding;
use crate::notice::LowBalance;
use crate::webhook::WantedEvents;

/// The settings that differ between accounts. A store loads them with the facts of a
/// decision, under the account's lock, so a change applies from the next send on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountRules {
    /// The threshold at which a balance counts as low.
    pub low_balance: LowBalance,
    /// Whether the account may send.
    pub standing: AccountStanding,
    /// The events that its webhook endpoints want. Only
    /// [`WebhookEndpoints`](crate::ports::WebhookEndpoints) changes it.
    pub wanted_events: WantedEvents,
}
