//! Metrics: what a monitoring system reads at `/metrics`, as Prometheus' text.
//!
//! Labels name senders and templates by our ids and Meta's names. None of them is a person or an account.

mod counted_ledger;
mod counted_sender;
mod counted_webhook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use otp_core::channel::whatsapp::health::Quality;
use otp_core::ports::{ConnectionUse, PortError, Storage};
use otp_hot_path::{CachedDirectory, GroupCommit, LookUps, PacedSender};
use tokio::sync::Mutex;

pub(crate) use counted_ledger::CountedLedger;
pub(crate) use counted_sender::CountedSender;
pub(crate) use counted_webhook::CountedWebhook;

const PATH: &str = "/metrics";

/// The store is asked for what senders and templates are at most so often, however often the page is read.
const FRESH: Duration = Duration::from_secs(1);

/// A page without news of the store is better than none.
const DEADLINE: Duration = Duration::from_secs(2);

/// Bounds of histograms of seconds, from a look-up in memory to the longest a request may take.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Bounds of histograms of sizes.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Counted values are put in order at least so often: nobody may ask for the page for months.
const UPKEEP: Duration = Duration::from_secs(5);

/// What the page is asked about when it is read.
#[derive(Clone)]
pub(crate) struct Watched {
    /// Senders, templates, connections.
    pub(crate) storage: Arc<dyn Storage>,
    /// Breakers.
    pub(crate) paced: Arc<PacedSender>,
    /// Queues.
    pub(crate) grouping: Arc<GroupCommit>,
    /// Look-ups.
    pub(crate) directory: Arc<CachedDirectory>,
}

/// The page and what it is made from; clones share it.
#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    watched: Watched,
    refreshed: Arc<Mutex<Option<Instant>>>,
    /// Where the store's connections are driven.
    runtime: tokio::runtime::Handle,
}

impl Metrics {
    /// Counts from now on. Only one in a process can.
    pub(crate) fn start(watched: Watched) -> Result<Self, BuildError> {
        let named = |name: &str| Matcher::Full(name.to_owned());
        let handle = PrometheusBuilder::new()
            .set_buckets(&SECONDS)?
            .set_buckets_for_metric(named(counted_ledger::BATCH_SIZE), &SIZES)?
            .install_recorder()?;
        let upkeep = handle.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(UPKEEP);
            loop {
                ticks.tick().await;
                upkeep.run_upkeep();
            }
        });
        describe();
        gauge!("otp_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self {
            handle,
            watched,
            refreshed: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        })
    }

    /// Mounts the page.
    pub(crate) fn mount(&self, app: &mut ServiceConfig) {
        app.app_data(Data::new(self.clone()))
            .service(web::resource(PATH).route(web::get().to(page)));
    }

    async fn refresh(&self) -> Result<(), PortError> {
        let mut refreshed = self.refreshed.lock().await;
        if refreshed.is_some_and(|at| at.elapsed() < FRESH) {
            return Ok(());
        }
        let storage = &*self.watched.storage;
        let health = storage.list_health().await?;
        let open = self.watched.paced.open_breakers();
        for sender in otp_core::ports::Senders::list(storage).await? {
            let known = health.iter().find(|known| known.sender_id == sender.id);
            let up = known.is_none_or(|known| known.stop.is_none());
            let id = sender.id.0.to_string();
            gauge!("otp_sender_up", "sender" => id.clone()).set(flag(up));
            let is_open = open.contains(&sender.id);
            gauge!("otp_sender_breaker_open", "sender" => id.clone()).set(flag(is_open));
            let quality = known.and_then(|known| known.quality);
            for each in Quality::ALL {
                let labels = [
                    ("sender", id.clone()),
                    ("quality", each.as_str().to_owned()),
                ];
                gauge!("otp_sender_quality", &labels).set(flag(quality == Some(each)));
            }
        }
        for template in storage.list_templates(None).await? {
            let labels = [
                ("sender", template.sender_id.0.to_string()),
                ("name", template.name.as_str().to_owned()),
                ("language", template.language.as_str().to_owned()),
            ];
            gauge!("otp_template_usable", &labels).set(flag(template.status.may_send()));
        }
        *refreshed = Some(Instant::now());
        Ok(())
    }

    /// What this process knows without asking anybody.
    fn look_around(&self) {
        let Watched {
            storage,
            grouping,
            directory,
            ..
        } = &self.watched;
        let queued = grouping.queue_depths();
        gauge!("otp_queue_depth", "operation" => "admit").set(number(queued.admissions));
        gauge!("otp_queue_depth", "operation" => "settle").set(number(queued.settlements));
        for LookUps { what, hits, misses } in directory.look_ups() {
            for (result, count) in [("hit", hits), ("miss", misses)] {
                counter!("otp_cache_look_ups_total", "what" => what, "result" => result)
                    .absolute(count);
            }
        }
        let ConnectionUse {
            busy,
            idle,
            most,
            waiting,
        } = storage.connection_use();
        gauge!("otp_database_connections", "state" => "busy").set(number(busy));
        gauge!("otp_database_connections", "state" => "idle").set(number(idle));
        gauge!("otp_database_connections_max").set(number(most));
        gauge!("otp_database_connections_awaited").set(number(waiting));
    }

    async fn render(self) -> String {
        self.look_around();
        // An absent store is said by /health/ready; the counters are worth reading all the same.
        drop(tokio::time::timeout(DEADLINE, self.refresh()).await);
        self.handle.render()
    }
}

async fn page(metrics: Data<Metrics>) -> HttpResponse {
    let metrics = metrics.get_ref().clone();
    let runtime = metrics.runtime.clone();
    match runtime.spawn(metrics.render()).await {
        Ok(text) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(text),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

fn flag(is: bool) -> f64 {
    if is { 1.0 } else { 0.0 }
}

/// A gauge's value; none of them comes near what an f64 cannot hold.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn describe() {
    describe_histogram!(
        otp_edge::REQUEST_DURATION,
        Unit::Seconds,
        "How long answers took, by path, method and status."
    );
    describe_histogram!(
        counted_ledger::BATCH_SIZE,
        "Attempts or settlements that went to the store together."
    );
    describe_histogram!(
        counted_ledger::BATCH_DURATION,
        Unit::Seconds,
        "How long the store took for a batch, its commit included."
    );
    describe_counter!(
        counted_ledger::ADMISSIONS,
        "Sends, by what was decided about them."
    );
    describe_counter!(
        counted_ledger::SETTLEMENTS,
        "What came of messages, by who or what said so."
    );
    describe_histogram!(
        counted_sender::CALL_DURATION,
        Unit::Seconds,
        "How long calls to WhatsApp took that hand a message over."
    );
    describe_counter!(
        counted_webhook::NOTIFICATIONS,
        "Notifications of WhatsApp, by whether they could be read."
    );
    describe_counter!(
        counted_webhook::RECEIPTS,
        "Receipts of WhatsApp, by what they say, repeated ones included."
    );
    describe_gauge!(
        "otp_queue_depth",
        "Sends that wait to be admitted or settled, or are just being."
    );
    describe_counter!(
        "otp_cache_look_ups_total",
        "Look-ups of keys, senders and prices, and whether they were remembered."
    );
    describe_gauge!(
        "otp_database_connections",
        "Connections to the database, busy and idle."
    );
    describe_gauge!(
        "otp_database_connections_max",
        "So many connections to the database may be open."
    );
    describe_gauge!(
        "otp_database_connections_awaited",
        "Work that waits for a connection to the database."
    );
    describe_gauge!("otp_build_info", "1, with the version of the program.");
    describe_gauge!("otp_sender_up", "Whether a sender may send.");
    describe_gauge!(
        "otp_sender_breaker_open",
        "Whether this process only sends probes from a sender, after failures in a row."
    );
    describe_gauge!("otp_sender_quality", "WhatsApp's rating of a sender.");
    describe_gauge!("otp_template_usable", "Whether a template may be used.");
    describe_counter!(
        counted_sender::CALLS,
        "Calls to WhatsApp that hand a message over, by outcome and by how far a refusal reaches."
    );
}
