//! Routing: which endpoints an event goes to.

use std::collections::BTreeMap;

use super::delivery::EndpointHealth;
use super::endpoint::EndpointStanding;
use super::event::WebhookEvent;
use super::event_kind::EventFilter;
use crate::ids::{AccountId, WebhookEndpointId};
use crate::time::Timestamp;

/// What routing needs to know of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoutingEndpoint {
    /// The endpoint.
    pub id: WebhookEndpointId,
    /// Its account.
    pub account_id: AccountId,
    /// The events it receives.
    pub events: EventFilter,
    /// Whether it is called.
    pub standing: EndpointStanding,
    /// The time of its next turn, if it has one.
    pub due_at: Option<Timestamp>,
    /// Its recent failures.
    pub health: EndpointHealth,
}

/// The result of routing events: the rows a store has to write.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Routed {
    /// The deliveries to add, due at once. A store leaves out one that exists.
    pub deliveries: Vec<(WebhookEndpointId, WebhookEvent)>,
    /// The time of the next turn of each endpoint that has a new delivery.
    pub turns: BTreeMap<WebhookEndpointId, Timestamp>,
}

/// Routes events to the enabled endpoints of their accounts that want them.
pub fn route(events: &[WebhookEvent], endpoints: &[RoutingEndpoint], now: Timestamp) -> Routed {
    let mut of_account = BTreeMap::<AccountId, Vec<&RoutingEndpoint>>::new();
    for endpoint in endpoints {
        let of_account = of_account.entry(endpoint.account_id).or_default();
        of_account.push(endpoint);
    }
    let mut routed = Routed::default();
    for event in events {
        let candidates = of_account.get(&event.account_id).into_iter().flatten();
        for endpoint in candidates.filter(|endpoint| endpoint.receives(event)) {
            routed.deliveries.push((endpoint.id, *event));
            routed.turns.insert(endpoint.id, endpoint.next_turn(now));
        }
    }
    routed
}

impl RoutingEndpoint {
    fn receives(&self, event: &WebhookEvent) -> bool {
        self.standing == EndpointStanding::Enabled && self.events.wants(event.kind)
    }

    /// Returns the time of its next turn now that something is due.
    pub fn next_turn(&self, now: Timestamp) -> Timestamp {
        let next = self.health.may_be_called_at(now);
        self.due_at.map_or(next, |due_at| due_at.min(next))
    }
}
