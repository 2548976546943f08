//! Listen for events: a machine without a public address fetches the events of an account.
//!
//! A listener is an endpoint without a URL. It has its own turn for as long as it fetches: no process calls it, and
//! what it fetched stays due until it says that it received it.

use std::sync::Arc;
use std::time::Duration;

use crate::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use crate::ports::{
    Clock, InboxBell, PortError, WebhookBodies, WebhookDeliveries, WebhookEndpoints,
};
use crate::usecases::find_event_resource::FindEventResource;
use crate::usecases::waiting::{TooManyWaiting, Waiting};
use crate::webhook::WebhookEventKind;
use crate::webhook::turn::LISTENER_SILENCE;

/// The pause between two looks at the store: any process may route an event.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Listens for events.
#[derive(Clone)]
pub struct ListenForEvents {
    /// Finds the listener.
    pub endpoints: Arc<dyn WebhookEndpoints>,
    /// Holds the deliveries.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Finds what events are about.
    pub find_resource: FindEventResource,
    /// Writes the bodies.
    pub bodies: Arc<dyn WebhookBodies>,
    /// Limits how many requests wait, and ends their wait when the process ends.
    pub bell: Arc<dyn InboxBell>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// A parsed request for events.
#[derive(Debug, Clone)]
pub struct ListenForEventsRequest {
    /// The account.
    pub account_id: AccountId,
    /// The listener.
    pub listener_id: WebhookEndpointId,
    /// The events that it received before; it gets them no more.
    pub received: Vec<WebhookEventId>,
    /// How long to wait for an event, if there is none; at most
    /// [`MAX_WAIT`](crate::usecases::waiting::MAX_WAIT).
    pub wait: Duration,
}

/// An event for a listener. Not `Debug`: the body may be about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct HeardEvent {
    /// Its id.
    pub id: WebhookEventId,
    /// Its kind.
    pub kind: WebhookEventKind,
    /// The body of the call that an endpoint would get.
    pub body: Vec<u8>,
}

/// The reason a listener gets no events.
#[derive(Debug, thiserror::Error)]
pub enum ListenForEventsError {
    /// The account has no such listener, or no longer.
    #[error("the account has no listener with that id")]
    ListenerNotFound,
    /// Too many requests wait.
    #[error("too many requests wait for events")]
    TooManyWaiting,
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ListenForEvents {
    /// Returns the events that are due, the oldest first, at most
    /// [`MAX_DELIVERIES`](crate::webhook::turn::MAX_DELIVERIES). If there are none, it waits for one.
    ///
    /// It may be dropped while it waits.
    pub async fn execute(
        &self,
        request: ListenForEventsRequest,
    ) -> Result<Vec<HeardEvent>, ListenForEventsError> {
        let (account, listener) = (request.account_id, request.listener_id);
        let found = self.endpoints.find_webhook_endpoint(account, listener);
        if !found.await?.is_some_and(|endpoint| endpoint.is_listener()) {
            return Err(ListenForEventsError::ListenerNotFound);
        }
        self.hold_turn(listener, &request.received).await?;
        let waiting = Waiting {
            account,
            wait: request.wait,
            look_again: LOOK_AGAIN,
            bell: &*self.bell,
            clock: &*self.clock,
        };
        waiting.until_found(|| self.look(account, listener)).await
    }

    async fn hold_turn(
        &self,
        listener: WebhookEndpointId,
        received: &[WebhookEventId],
    ) -> Result<(), ListenForEventsError> {
        let until = self.clock.now() + LISTENER_SILENCE;
        let held = self
            .deliveries
            .hold_listener_turn(listener, received, until);
        match held.await? {
            true => Ok(()),
            false => Err(ListenForEventsError::ListenerNotFound),
        }
    }

    async fn look(
        &self,
        account: AccountId,
        listener: WebhookEndpointId,
    ) -> Result<Vec<HeardEvent>, ListenForEventsError> {
        let now = self.clock.now();
        let due = self.deliveries.list_due_webhook_deliveries(listener, now);
        let due = due.await?;
        let events = due.iter().map(|delivery| &delivery.event);
        let read_ahead = self.find_resource.read_ahead(account, events).await;
        let (mut heard, mut gone) = (Vec::new(), Vec::new());
        for delivery in &due {
            let event = &delivery.event;
            match self.find_resource.execute(event, &read_ahead).await? {
                Some(resource) => heard.push(HeardEvent {
                    id: event.id,
                    kind: event.kind,
                    body: self.bodies.write(event, resource),
                }),
                None => gone.push(event.id),
            }
        }
        if !gone.is_empty() {
            // What these are about no longer exists; they would stay due.
            self.hold_turn(listener, &gone).await?;
        }
        Ok(heard)
    }
}

impl From<TooManyWaiting> for ListenForEventsError {
    fn from(_: TooManyWaiting) -> Self {
        Self::TooManyWaiting
    }
}
