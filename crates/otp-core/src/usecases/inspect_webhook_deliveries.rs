//! Inspect webhook deliveries: lists and shows the deliveries of an endpoint, and makes them again.

use std::sync::Arc;

use crate::ids::{AccountId, WebhookEndpointId, WebhookEventId};
use crate::page::{Cursor, Page, PagePosition, PageSize};
use crate::ports::{Clock, PortError, WebhookDeliveries, WebhookEndpoints};
use crate::sealing::{AccountSealer, OpenError, Purpose};
use crate::time::Timestamp;
use crate::usecases::account_sealers::AccountSealers;
use crate::webhook::WebhookEvent;
use crate::webhook::delivery_log::{
    DeliveryFilter, DeliveryQuery, MAX_REPLAYED, Replay, StoredAttempt, StoredDelivery,
};
use crate::webhook::endpoint::EndpointStanding;

/// Inspects webhook deliveries.
#[derive(Clone)]
pub struct InspectWebhookDeliveries {
    /// Finds the endpoint.
    pub endpoints: Arc<dyn WebhookEndpoints>,
    /// Holds the deliveries.
    pub deliveries: Arc<dyn WebhookDeliveries>,
    /// Opens the answers.
    pub sealers: AccountSealers,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// An attempt as the owner of its endpoint sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownAttempt {
    /// The attempt.
    pub attempt: StoredAttempt,
    /// The beginning of the answer; `None` if there was none, and once the account's data is erased.
    pub answer: Option<String>,
}

/// A delivery with its attempts, oldest first.
#[derive(Clone, PartialEq, Eq)]
pub struct ShownDelivery {
    /// The delivery.
    pub delivery: StoredDelivery,
    /// Its attempts.
    pub attempts: Vec<ShownAttempt>,
}

/// The result of a replay of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// The number of deliveries that are made again.
    pub count: usize,
    /// The position to continue from; `None` if all of them are.
    pub next: Option<Cursor>,
}

/// The deliveries of a range of time that are to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplayRange {
    /// Events that happened then or later.
    pub from: Timestamp,
    /// Events that happened before then.
    pub until: Timestamp,
    /// The choice among their deliveries.
    pub filter: DeliveryFilter,
    /// The end of the replay before, to continue after it.
    pub cursor: Option<Cursor>,
}

/// The reason deliveries were not shown or made again.
#[derive(Debug, thiserror::Error)]
pub enum InspectWebhookDeliveriesError {
    /// The account has no such endpoint.
    #[error("the account has no webhook endpoint with that id")]
    EndpointNotFound,
    /// The endpoint has no such delivery, or no longer.
    #[error("the webhook endpoint has no delivery with that id")]
    DeliveryNotFound,
    /// The endpoint is disabled, so nothing is delivered to it.
    #[error("the webhook endpoint is disabled; enable it first")]
    EndpointDisabled,
    /// A stored answer does not open.
    #[error("a delivery cannot be read")]
    Unreadable(#[from] OpenError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl InspectWebhookDeliveries {
    /// Returns one page of an endpoint's deliveries, newest event first.
    pub async fn list(
        &self,
        (account, endpoint): (AccountId, WebhookEndpointId),
        filter: DeliveryFilter,
        cursor: Option<Cursor>,
        size: PageSize,
    ) -> Result<Page<StoredDelivery>, InspectWebhookDeliveriesError> {
        self.standing(account, endpoint).await?;
        let query = DeliveryQuery {
            endpoint_id: endpoint,
            before: PagePosition::start(cursor, None),
            filter,
            limit: size.with_one_more(),
        };
        let found = self.deliveries.list_webhook_deliveries(&query).await?;
        Ok(Page::of_found(found, size))
    }

    /// Returns a delivery with its attempts.
    pub async fn show(
        &self,
        (account, endpoint): (AccountId, WebhookEndpointId),
        event: WebhookEventId,
    ) -> Result<ShownDelivery, InspectWebhookDeliveriesError> {
        self.standing(account, endpoint).await?;
        let found = self.deliveries.find_webhook_delivery(endpoint, event);
        let found = found.await?;
        let (delivery, attempts) = found.ok_or(InspectWebhookDeliveriesError::DeliveryNotFound)?;
        let sealer = self.sealers.find(account).await?;
        let attempts = attempts.into_iter().map(|attempt| {
            let answer = open(sealer.as_deref(), event, &attempt)?;
            Ok(ShownAttempt { attempt, answer })
        });
        Ok(ShownDelivery {
            delivery,
            attempts: attempts.collect::<Result<_, OpenError>>()?,
        })
    }

    /// Makes a delivery again, whatever became of it. It keeps its id, and its attempts begin anew.
    pub async fn replay(
        &self,
        (account, endpoint): (AccountId, WebhookEndpointId),
        event: WebhookEventId,
    ) -> Result<(), InspectWebhookDeliveriesError> {
        self.enabled(account, endpoint).await?;
        let replay = Replay::One(event);
        match self.replay_all(endpoint, replay).await?.as_slice() {
            [] => Err(InspectWebhookDeliveriesError::DeliveryNotFound),
            _ => Ok(()),
        }
    }

    /// Makes deliveries again, oldest event first, at most [`MAX_REPLAYED`].
    pub async fn replay_range(
        &self,
        (account, endpoint): (AccountId, WebhookEndpointId),
        range: ReplayRange,
    ) -> Result<Replayed, InspectWebhookDeliveriesError> {
        self.enabled(account, endpoint).await?;
        let from = match range.cursor {
            Some(Cursor(position)) => position,
            None => PagePosition::at(range.from),
        };
        let (until, filter) = (range.until, range.filter);
        let replay = Replay::Range {
            from,
            until,
            filter,
        };
        let replayed = self.replay_all(endpoint, replay).await?;
        let is_full = replayed.len() == MAX_REPLAYED;
        let last = replayed.last().copied().filter(|_| is_full);
        Ok(Replayed {
            count: replayed.len(),
            next: last.map(|id| {
                Cursor(PagePosition {
                    created_at: until,
                    id: WebhookEventId::after(id).0,
                })
            }),
        })
    }

    /// Delivers an event that tells nothing, to try an endpoint out. Returns its id.
    pub async fn test(
        &self,
        (account, endpoint): (AccountId, WebhookEndpointId),
    ) -> Result<WebhookEventId, InspectWebhookDeliveriesError> {
        self.enabled(account, endpoint).await?;
        let now = self.clock.now();
        let event = WebhookEvent::test(account, endpoint, now);
        let added = self.deliveries.add_webhook_delivery(endpoint, &event, now);
        match added.await {
            Ok(()) => Ok(event.id),
            // It was removed since it was found.
            Err(PortError::Conflict(_)) => Err(InspectWebhookDeliveriesError::EndpointNotFound),
            Err(error) => Err(error.into()),
        }
    }

    async fn replay_all(
        &self,
        endpoint: WebhookEndpointId,
        replay: Replay,
    ) -> Result<Vec<WebhookEventId>, PortError> {
        let now = self.clock.now();
        self.deliveries
            .replay_webhook_deliveries(endpoint, replay, now)
            .await
    }

    async fn enabled(
        &self,
        account: AccountId,
        endpoint: WebhookEndpointId,
    ) -> Result<(), InspectWebhookDeliveriesError> {
        match self.standing(account, endpoint).await? {
            EndpointStanding::Enabled => Ok(()),
            EndpointStanding::Disabled(_) => Err(InspectWebhookDeliveriesError::EndpointDisabled),
        }
    }

    async fn standing(
        &self,
        account: AccountId,
        endpoint: WebhookEndpointId,
    ) -> Result<EndpointStanding, InspectWebhookDeliveriesError> {
        let found = self.endpoints.find_webhook_endpoint(account, endpoint);
        let found = found.await?;
        let found = found.ok_or(InspectWebhookDeliveriesError::EndpointNotFound)?;
        Ok(found.standing)
    }
}

fn open(
    sealer: Option<&AccountSealer>,
    event: WebhookEventId,
    attempt: &StoredAttempt,
) -> Result<Option<String>, OpenError> {
    let Some((sealer, sealed)) = sealer.zip(attempt.excerpt.as_ref()) else {
        return Ok(None);
    };
    let answer = sealer.open(Purpose::WebhookAnswer, event.0, sealed)?;
    Ok(Some(answer.as_str().to_owned()))
}
