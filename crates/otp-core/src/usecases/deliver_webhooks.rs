//! Deliver webhooks: routes events to endpoints, and calls endpoints for what is due.
//!
//! Any process may do this at any time. A turn is claimed for a while, so an endpoint is called by one process at a
//! time. If a process dies in a turn, another one calls the endpoint again with what was not recorded: an event is
//! delivered at least once, each time under the same id.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use crate::audit::{Actor, AuditAction, AuditEntry};
use crate::lease::Lease;
use crate::ports::{
    Clock, PortError, Randomness, WebhookBodies, WebhookCaller, WebhookDeliveries, WebhookEndpoints,
};
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};
use crate::time::Timestamp;
use crate::turns::Room;
use crate::usecases::account_sealers::AccountSealers;
use crate::usecases::find_event_resource::{FindEventResource, ReadAhead};
use crate::webhook::endpoint::WebhookEndpoint;
use crate::webhook::turn::{DueDelivery, EndedCall, EndedTurn, LEASE, TurnUnderWay, WebhookTurn};
use crate::webhook::{
    PrivateTargets, WebhookCall, WebhookEvent, WebhookId, WebhookSecret, WebhookSecrets,
    WebhookTarget,
};

/// At most this many events are routed at a time.
const ROUTED_AT_A_TIME: usize = 500;

/// Delivers webhooks.
#[derive(Clone)]
pub struct DeliverWebhooks {
    /// Removes listeners that are gone.
    pub endpoints: Arc<dyn WebhookEndpoints>,
    /// Holds events and deliveries.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Finds what events are about.
    pub find_resource: FindEventResource,
    /// Writes the bodies.
    pub bodies: Arc<dyn WebhookBodies>,
    /// Calls the endpoints.
    pub caller: Arc<dyn WebhookCaller>,
    /// Opens URLs and secrets, and seals answers.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Spreads the attempts, and generates nonces.
    pub randomness: Arc<dyn Randomness>,
}

/// The result of a turn.
#[derive(Debug, Default)]
pub struct TurnTaken {
    /// The deliveries that were accepted.
    pub delivered: usize,
    /// The attempts that failed.
    pub failed: usize,
    /// Whether the endpoint was disabled.
    pub disabled: bool,
    /// The first failure of an attempt because the gateway cannot read what it needs. Only an operator can help.
    pub unread: Option<PortError>,
}

/// The target of a turn's calls, and what signs them.
struct Destination {
    sealer: Arc<AccountSealer>,
    target: WebhookTarget,
    secrets: WebhookSecrets,
}

/// The destination of calls, unless it cannot be read; `None` if the account's key is deleted.
type Opened = Result<Option<Destination>, OpenError>;

impl DeliverWebhooks {
    /// Routes the events that wait. Returns how many there were.
    pub async fn route(&self) -> Result<usize, PortError> {
        let now = self.clock.now();
        let mut routed = 0;
        loop {
            let some = self.deliveries.route_webhook_events(now, ROUTED_AT_A_TIME);
            let some = some.await?;
            routed += some;
            if some < ROUTED_AT_A_TIME {
                return Ok(routed);
            }
        }
    }

    /// Claims turns for which there is room. Each has to be passed to [`Self::take`].
    pub async fn claim(&self, room: &Room) -> Result<Vec<WebhookTurn>, PortError> {
        let lease = Lease::begin(self.clock.now(), LEASE);
        self.deliveries.claim_webhook_turns(lease, room).await
    }

    /// Takes a turn: calls the endpoint for what is due, several times at a time, and records what came of it.
    ///
    /// It begins no call once `goes_on` returns `false`. In an outage, what came of the calls that had begun is recorded
    /// before the failure is returned.
    pub async fn take(
        &self,
        turn: WebhookTurn,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<TurnTaken, PortError> {
        let Some(url) = &turn.endpoint.url else {
            // Its own turn has ended, so nobody listens any more.
            let (account, id) = (turn.endpoint.account_id, turn.endpoint.id);
            let (by, action) = (Actor::gateway(), AuditAction::RemoveWebhookEndpoint);
            let entry = AuditEntry::new(by, action, id.0, self.clock.now(), &*self.randomness);
            let removed = self.endpoints.remove_webhook_endpoint(account, id, &entry);
            removed.await?;
            return Ok(TurnTaken::default());
        };
        let destination = self.destination(&turn.endpoint, url).await?;
        let events = turn.due.iter().map(|delivery| &delivery.event);
        let read_ahead = self
            .find_resource
            .read_ahead(turn.endpoint.account_id, events);
        let read_ahead = read_ahead.await;
        let mut under_way = TurnUnderWay::begin(&turn, self.clock.now());
        let (mut unread, mut outage) = (None, None);
        let mut calls = FuturesUnordered::new();
        loop {
            while outage.is_none()
                && goes_on()
                && let Some(delivery) = under_way.next(self.clock.now())
            {
                calls.push(self.deliver(&destination, &read_ahead, delivery));
            }
            let Some((delivery, called)) = calls.next().await else {
                break;
            };
            match called {
                Ok(Some(call)) => under_way.record(delivery, call),
                Ok(None) => under_way.give_up(delivery, self.clock.now()),
                // It will not be readable in a second either, and the other deliveries do not wait for it.
                Err(error @ PortError::Backend(_)) => {
                    under_way.fail_unread(delivery, self.clock.now(), self.spread());
                    unread.get_or_insert(error);
                }
                Err(error) => {
                    outage.get_or_insert(error);
                }
            }
        }
        drop(calls);
        let ended = under_way.end(self.clock.now());
        let is_recorded = self.deliveries.end_webhook_turn(&ended).await?;
        match outage {
            Some(outage) => Err(outage),
            None if is_recorded => Ok(TurnTaken::of(&ended, unread)),
            None => Ok(TurnTaken::default()),
        }
    }

    /// Opens where the calls go; `None` if the account's key is deleted.
    async fn destination(
        &self,
        endpoint: &WebhookEndpoint,
        url: &Sealed,
    ) -> Result<Opened, PortError> {
        let sealer = self.sealers.find(endpoint.account_id).await?;
        let now = self.clock.now();
        let opened = sealer.map(|sealer| open(sealer, endpoint, url, now));
        Ok(opened.transpose())
    }

    fn spread(&self) -> u8 {
        let mut spread = [0];
        self.randomness.fill(&mut spread);
        spread[0]
    }

    async fn deliver(
        &self,
        destination: &Opened,
        read_ahead: &ReadAhead,
        delivery: DueDelivery,
    ) -> (DueDelivery, Result<Option<EndedCall>, PortError>) {
        let called = self.call(destination, read_ahead, &delivery.event).await;
        (delivery, called)
    }

    /// Calls the endpoint; `None` if there is nothing to tell, or nobody to tell it.
    async fn call(
        &self,
        destination: &Opened,
        read_ahead: &ReadAhead,
        event: &WebhookEvent,
    ) -> Result<Option<EndedCall>, PortError> {
        let destination = destination.as_ref();
        let destination = destination.map_err(|error| PortError::Backend((*error).into()))?;
        let resource = self.find_resource.execute(event, read_ahead).await?;
        let (Some(destination), Some(resource)) = (destination, resource) else {
            return Ok(None);
        };
        let body = self.bodies.write(event, resource);
        let event = event.id.0;
        let call = WebhookCall {
            id: WebhookId::from(event),
            target: destination.target.clone(),
            attempted_at: self.clock.now(),
            body,
            secrets: destination.secrets.clone(),
        };
        let outcome = self.caller.call(&call).await;
        let answer = outcome.answer.as_ref().ok();
        let excerpt = answer.map(|answer| answer.excerpt());
        let excerpt = excerpt.filter(|excerpt| !excerpt.is_empty()).map(|text| {
            let purpose = Purpose::WebhookAnswer;
            destination
                .sealer
                .seal(purpose, event, text, &*self.randomness)
        });
        Ok(Some(EndedCall {
            outcome,
            excerpt,
            at: self.clock.now(),
            spread: self.spread(),
        }))
    }
}

impl TurnTaken {
    fn of(ended: &EndedTurn, unread: Option<PortError>) -> Self {
        let failed = ended.attempts.iter();
        let failed = failed.filter(|attempt| attempt.failure.is_some()).count();
        Self {
            delivered: ended.attempts.len() - failed,
            failed,
            disabled: ended.disabled.is_some(),
            unread,
        }
    }
}

fn open(
    sealer: Arc<AccountSealer>,
    endpoint: &WebhookEndpoint,
    url: &Sealed,
    now: Timestamp,
) -> Result<Destination, OpenError> {
    let open = |purpose, sealed| sealer.open(purpose, endpoint.id.0, sealed);
    let secret = |sealed| {
        let text = open(Purpose::WebhookSecret, sealed)?;
        WebhookSecret::parse(&text).map_err(|_| OpenError::Damaged)
    };
    let url = open(Purpose::WebhookUrl, url)?;
    // It was judged when it was stored, and the caller judges it again.
    let target = WebhookTarget::parse(&url, PrivateTargets::Allowed);
    let previous = endpoint.previous_secret_at(now);
    let secrets = WebhookSecrets {
        current: secret(&endpoint.secret)?,
        previous: previous.map(secret).transpose()?,
    };
    Ok(Destination {
        target: target.map_err(|_| OpenError::Damaged)?,
        secrets,
        sealer,
    })
}
