//! The deliveries of events to endpoints.

use async_trait::async_trait;

use crate::ids::{WebhookEndpointId, WebhookEventId};
use crate::lease::Lease;
use crate::ports::PortError;
use crate::time::Timestamp;
use crate::turns::Room;
use crate::webhook::WebhookEvent;
use crate::webhook::delivery_log::{DeliveryQuery, Replay, StoredAttempt, StoredDelivery};
use crate::webhook::turn::{DueDelivery, EndedTurn, WebhookTurn};

/// The events and turns that wait for a process, of all accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WebhookBacklog {
    /// The time of the first event that is not routed; `None` if all are.
    pub unrouted_since: Option<Timestamp>,
    /// The time from which the first turn has been due that nobody has; `None` if none is.
    pub due_since: Option<Timestamp>,
}

/// Holds events until they are routed, and deliveries until they are accepted or given up, and for a while after.
///
/// Whatever changes a resource adds the event that reports it, in the same transaction, if its account
/// [wants](crate::account::AccountRules::wanted_events) it. An event or a delivery that exists already MUST stay as it
/// is when it is added again.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait WebhookDeliveries: Send + Sync {
    /// Adds those of the events that their accounts want, for what happens without a change of a resource.
    async fn add_webhook_events(&self, events: &[WebhookEvent]) -> Result<(), PortError>;

    /// Routes at most `most` events by [`route`](crate::webhook::routing::route), those that were added first before
    /// others, and removes them. Returns how many there were.
    ///
    /// If several processes route at the same time, only one of them MUST get an event, and none of them waits for
    /// another's. An adapter MUST use a constant number of statements.
    async fn route_webhook_events(&self, now: Timestamp, most: usize) -> Result<usize, PortError>;

    /// Claims the turns of endpoints that the lease [covers](Lease::covers), those due for longest first, as far as
    /// there is room.
    ///
    /// If several processes claim at the same time, only one of them MUST get a turn, and none of them waits for
    /// another's claim. A turn has at most
    /// [`MAX_DELIVERIES`](crate::webhook::turn::MAX_DELIVERIES) deliveries.
    async fn claim_webhook_turns(
        &self,
        lease: Lease,
        room: &Room,
    ) -> Result<Vec<WebhookTurn>, PortError>;

    /// Records a turn in one transaction: its attempts, what becomes of their deliveries, the endpoint's health, and
    /// its [next turn](EndedTurn::next_turn). A turn that disables the endpoint changes it and the account's wanted
    /// events as [`change_webhook_endpoint`](super::WebhookEndpoints::change_webhook_endpoint) does, and adds its
    /// [notice](EndedTurn::notice) to the outbox.
    ///
    /// Returns `false`, and records nothing, if the turn is no longer this process's: its lease ended and another
    /// process claimed it, or the endpoint was changed or removed.
    async fn end_webhook_turn(&self, turn: &EndedTurn) -> Result<bool, PortError>;

    /// Adds a delivery that is due at once, and gives the endpoint its
    /// [next turn](crate::webhook::routing::RoutingEndpoint::next_turn). `Conflict` if the endpoint does not exist.
    async fn add_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: &WebhookEvent,
        now: Timestamp,
    ) -> Result<(), PortError>;

    /// Returns the deliveries that match the query, newest event first.
    ///
    /// The cost MUST depend on the number of matching deliveries, not on that of the others.
    async fn list_webhook_deliveries(
        &self,
        query: &DeliveryQuery,
    ) -> Result<Vec<StoredDelivery>, PortError>;

    /// Returns a delivery of an endpoint, and its attempts, oldest first.
    async fn find_webhook_delivery(
        &self,
        endpoint: WebhookEndpointId,
        event: WebhookEventId,
    ) -> Result<Option<(StoredDelivery, Vec<StoredAttempt>)>, PortError>;

    /// Makes deliveries of an endpoint due at once, of every state that is asked for, as if none of their attempts had
    /// been made but with the next number. At most [`MAX_REPLAYED`](crate::webhook::delivery_log::MAX_REPLAYED), those of
    /// earlier events before others. Gives the endpoint its next turn, if it is enabled. Returns the ids of their
    /// events, in their order.
    async fn replay_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        replay: Replay,
        now: Timestamp,
    ) -> Result<Vec<WebhookEventId>, PortError>;

    /// Makes the turn of a listener last until `until`, and marks those of its deliveries that it has `received` as
    /// delivered, in one transaction. Returns `false` if there is no such endpoint.
    async fn hold_listener_turn(
        &self,
        listener: WebhookEndpointId,
        received: &[WebhookEventId],
        until: Timestamp,
    ) -> Result<bool, PortError>;

    /// Returns the deliveries of an endpoint that are due, those due for longest first, at most
    /// [`MAX_DELIVERIES`](crate::webhook::turn::MAX_DELIVERIES).
    async fn list_due_webhook_deliveries(
        &self,
        endpoint: WebhookEndpointId,
        now: Timestamp,
    ) -> Result<Vec<DueDelivery>, PortError>;

    /// Returns since when events wait to be routed, and turns that are due at `now` to be claimed.
    async fn webhook_backlog(&self, now: Timestamp) -> Result<WebhookBacklog, PortError>;

    /// Removes at most `most` deliveries of events before `before`, with their attempts. Returns how many it removed.
    async fn forget_webhook_deliveries(
        &self,
        before: Timestamp,
        most: usize,
    ) -> Result<usize, PortError>;
}
