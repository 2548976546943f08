//! Routing: which endpoints an event goes to.

use std::collections::BTreeMap;

use super::delivery::EndpointHealth;
use super::endpoint::EndpointStanding;
use super::event::WebhookEvent;
use super::event_kind::EventFilter;
use super::turn::next_turn;
use crate::ids::{AccountId, WebhookEndpointId};
use crate::time::Timestamp;

/// An endpoint, as far as routing needs to know it.
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
            routed
                .turns
                .extend(endpoint.next_turn(now).map(|turn| (endpoint.id, turn)));
        }
    }
    routed
}

impl RoutingEndpoint {
    fn receives(&self, event: &WebhookEvent) -> bool {
        self.standing == EndpointStanding::Enabled && self.events.wants(event.kind)
    }

    /// Returns the time of its next turn now that something is due; `None` while it is disabled.
    pub fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        let next = next_turn(self.standing, self.health, Some(now), now)?;
        Some(self.due_at.map_or(next, |due_at| due_at.min(next)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::webhook::WebhookEventKind;
    use crate::webhook::endpoint::DisabledReason;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn later(seconds: u64) -> Timestamp {
        NOW + Duration::from_secs(seconds)
    }

    fn event(account: u128, kind: WebhookEventKind) -> WebhookEvent {
        let account = AccountId(Uuid::from_u128(account));
        WebhookEvent::new(account, kind, Uuid::from_u128(9), NOW)
    }

    fn endpoint(id: u128, account: u128, events: EventFilter) -> RoutingEndpoint {
        RoutingEndpoint {
            id: WebhookEndpointId(Uuid::from_u128(id)),
            account_id: AccountId(Uuid::from_u128(account)),
            events,
            standing: EndpointStanding::Enabled,
            due_at: None,
            health: EndpointHealth::default(),
        }
    }

    #[test]
    fn an_event_goes_to_the_enabled_endpoints_of_its_account_that_want_it() {
        let only_read = EventFilter::from_iter([WebhookEventKind::MessageRead]);
        let disabled = EndpointStanding::Disabled(DisabledReason::ByOwner);
        let endpoints = [
            endpoint(1, 1, EventFilter::ALL),
            endpoint(2, 1, only_read),
            endpoint(3, 2, EventFilter::ALL),
            RoutingEndpoint {
                standing: disabled,
                ..endpoint(4, 1, EventFilter::ALL)
            },
        ];
        let read = event(1, WebhookEventKind::MessageRead);
        let sent = event(1, WebhookEventKind::MessageSent);
        let of_nobody = event(3, WebhookEventKind::MessageSent);
        let routed = route(&[read, sent, of_nobody], &endpoints, NOW);
        let [first, second, ..] = endpoints;
        let expected = [(first.id, read), (second.id, read), (first.id, sent)];
        assert_eq!(routed.deliveries, expected);
        let turns = [(first.id, NOW), (second.id, NOW)];
        assert_eq!(routed.turns, turns.into());
    }

    #[test]
    fn a_turn_is_neither_put_off_nor_before_the_end_of_a_rest() {
        for (due_at, rests_until, expected) in [
            (None, None, NOW),
            (Some(later(5)), None, NOW),
            (
                Some(NOW - Duration::from_secs(5)),
                None,
                NOW - Duration::from_secs(5),
            ),
            (None, Some(later(20)), later(20)),
            (Some(later(30)), Some(later(20)), later(20)),
            (Some(later(10)), Some(later(20)), later(10)),
            (None, Some(NOW - Duration::from_secs(1)), NOW),
        ] {
            let endpoint = RoutingEndpoint {
                due_at,
                health: EndpointHealth {
                    rests_until,
                    ..EndpointHealth::default()
                },
                ..endpoint(1, 1, EventFilter::ALL)
            };
            assert_eq!(endpoint.next_turn(NOW), Some(expected), "{endpoint:?}");
        }
    }

    #[test]
    fn a_disabled_endpoint_has_no_turn() {
        for standing in EndpointStanding::ALL {
            let endpoint = RoutingEndpoint {
                standing,
                ..endpoint(1, 1, EventFilter::ALL)
            };
            let expected = (standing == EndpointStanding::Enabled).then_some(NOW);
            assert_eq!(endpoint.next_turn(NOW), expected);
        }
    }
}
