//! The server that calls endpoints in this process, and the endpoints of its accounts.

use std::time::Duration;

use anyhow::ensure;
use otp_core::page::PagePosition;
use otp_core::ports::{Accounts, WebhookDeliveries, WebhookEndpoints};
use otp_core::webhook::DeliveryState;
use otp_core::webhook::delivery_log::{DeliveryFilter, DeliveryQuery};
use otp_e2e::world::client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::Bench;
use crate::rig::Rig;
use crate::store::Store;

/// The receiver is on this machine.
const PRIVATE_TARGETS: (&str, &str) = ("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "true");

/// A turn is recorded within this time after its last call, and an event is routed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts a server on an empty database that may call this machine.
pub(super) async fn start(store: Store, bench: &mut Bench, accounts: usize) -> anyhow::Result<Rig> {
    let database = bench.empty(store)?;
    Rig::start_with(&bench.server, database, accounts, &[PRIVATE_TARGETS]).await
}

/// Creates an endpoint that wants these events, or all if there are none, for the account with this key.
pub(super) async fn create_endpoint(
    rig: &Rig,
    api_key: &str,
    url: &str,
    events: &[&str],
) -> anyhow::Result<()> {
    let path = format!("http://{}/v1/webhook-endpoints", rig.server.address());
    let request = client()
        .post(path)
        .header("X-Api-Key", api_key)
        .json(&json!({"url": url, "events": events}));
    let answer = request.send().await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    ensure!(status.as_u16() == 201, "an endpoint: {status} {body}");
    Ok(())
}

/// The deliveries of all endpoints, by their state.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Deliveries {
    pub(super) delivered: usize,
    pub(super) waiting: usize,
    given_up: usize,
}

impl Deliveries {
    /// Waits until at least these deliveries are stored. There may be more: a refused send may have happened.
    pub(super) async fn wait(self, rig: &Rig) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            let stored = Self::count(rig).await?;
            ensure!(stored.given_up == 0, "deliveries were given up: {stored:?}");
            if stored.delivered >= self.delivered && stored.waiting >= self.waiting {
                return Ok(());
            }
            ensure!(
                begun.elapsed() < PATIENCE,
                "{stored:?} are stored instead of {self:?}"
            );
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn count(rig: &Rig) -> anyhow::Result<Self> {
        let storage = rig.database.open().await;
        let mut counted = Self::default();
        for account in Accounts::list(&*storage).await? {
            let endpoints = WebhookEndpoints::list_webhook_endpoints(&*storage, account.id);
            for endpoint in endpoints.await? {
                let query = DeliveryQuery {
                    endpoint_id: endpoint.id,
                    before: PagePosition::END,
                    filter: DeliveryFilter::All,
                    limit: 1_000_000,
                };
                let found = WebhookDeliveries::list_webhook_deliveries(&*storage, &query).await?;
                for delivery in found {
                    *match delivery.state {
                        DeliveryState::Delivered => &mut counted.delivered,
                        DeliveryState::Waiting => &mut counted.waiting,
                        DeliveryState::GivenUp => &mut counted.given_up,
                    } += 1;
                }
            }
        }
        Ok(counted)
    }
}
