//! Metrics: what a monitoring system reads at `/metrics`, in Prometheus' text format.
//!
//! Labels identify senders and templates, by our ids and Meta's names, and countries. No label identifies a
//! person or an account.

mod code_counts;
mod counted_checks;
mod counted_ledger;
mod counted_outcomes;
mod counted_sender;
mod counted_webhook;
mod webhook_turns;

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use otp_core::channel::whatsapp::WhatsAppLimits;
use otp_core::channel::whatsapp::health::Quality;
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::ports::{Clock, ConnectionUse, OutboxBacklog, PortError, QueueBacklog, Storage};
use otp_hot_path::{CachedDirectory, GroupCommit, GroupedChecks, LookUps, PacedSender};
use tokio::sync::Mutex;

use crate::workers::{FALLBACKS, MAILINGS, PANICS, Progress, Task, TaskError};

pub(crate) use code_counts::CodeCounts;
pub(crate) use counted_checks::CountedChecks;
pub(crate) use counted_ledger::CountedLedger;
pub(crate) use counted_outcomes::CountedOutcomes;
pub(crate) use counted_sender::CountedSender;
pub(crate) use counted_webhook::CountedWebhook;
pub(crate) use webhook_turns::count_webhook_turn;

const PATH: &str = "/metrics";

/// The gauge of notices that wait to be mailed.
const OUTBOX_WAITING: &str = "otp_outbox_waiting";

/// The gauge of the age of the oldest of them.
const OUTBOX_AGE: &str = "otp_outbox_oldest_seconds";

/// The gauge of messages whose hand-over is due and has not begun.
const OUTGOING_DUE: &str = "otp_outgoing_due";

/// The gauge of how long the first of them has been due.
const OUTGOING_LATE: &str = "otp_outgoing_late_seconds";

/// Senders and templates are loaded at most once in this time, however often the page is read.
const FRESH: Duration = Duration::from_secs(1);

/// How long the page waits for the store; without it, the page shows the other values.
const DEADLINE: Duration = Duration::from_secs(2);

/// Bounds of histograms of seconds, from a look-up in memory to the longest request.
const SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Bounds of histograms of sizes.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// The sources of values that are read when the page is.
#[derive(Clone)]
pub(crate) struct Watched {
    /// Senders, templates, connections.
    pub(crate) storage: Arc<dyn Storage>,
    /// Breakers.
    pub(crate) sender: Arc<PacedSender<WhatsAppLimits>>,
    /// Queues of sends.
    pub(crate) ledger: Arc<GroupCommit>,
    /// The queue of checks.
    pub(crate) checks: Arc<GroupedChecks>,
    /// Look-ups.
    pub(crate) directory: Arc<CachedDirectory>,
    /// Codes that wait for the names of their templates.
    pub(crate) codes: Arc<CodeCounts>,
    /// Since when notices wait.
    pub(crate) clock: Arc<dyn Clock>,
}

/// The metrics page; clones share its values.
#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    watched: Watched,
    /// Memory, processor time and files of this process.
    process: metrics_process::Collector,
    refreshed: Arc<Mutex<Option<Instant>>>,
    /// The runtime that drives the store's connections.
    runtime: tokio::runtime::Handle,
}

impl Metrics {
    /// Starts counting. All gateways of a process share the counters.
    pub(crate) fn start(watched: Watched) -> Result<Self, BuildError> {
        let handle = recorder()?;
        gauge!("otp_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self {
            handle,
            watched,
            process: metrics_process::Collector::default(),
            refreshed: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        })
    }

    /// Returns the background task that bounds the memory of the values.
    pub(crate) fn upkeep(&self) -> Upkeep {
        Upkeep(self.handle.clone())
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
        let open = self.watched.sender.open_breakers();
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
        for template in self.name_codes().await? {
            let labels = [
                ("sender", template.sender_id.0.to_string()),
                ("name", template.name.as_str().to_owned()),
                ("language", template.language.as_str().to_owned()),
            ];
            gauge!("otp_template_usable", &labels).set(flag(template.status.may_send()));
        }
        let OutboxBacklog { waiting, oldest } = storage.backlog().await?;
        let now = self.watched.clock.now();
        let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
        gauge!(OUTBOX_WAITING).set(number(usize::try_from(waiting).unwrap_or(usize::MAX)));
        gauge!(OUTBOX_AGE).set(age.as_secs_f64());
        let QueueBacklog { due, due_since } = storage.queue_backlog(now).await?;
        let late = due_since.map_or(Duration::ZERO, |since| now.since(since));
        gauge!(OUTGOING_DUE).set(number(usize::try_from(due).unwrap_or(usize::MAX)));
        gauge!(OUTGOING_LATE).set(late.as_secs_f64());
        webhook_turns::set_backlog(storage.webhook_backlog(now).await?, now);
        *refreshed = Some(Instant::now());
        Ok(())
    }

    /// Lists the templates, and counts the codes that wait for their names.
    async fn name_codes(&self) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let unnamed = self.watched.codes.unnamed();
        let listed = self.watched.storage.list_templates(None).await?;
        self.watched.codes.name(unnamed, &listed);
        Ok(listed)
    }

    /// Sets the values that this process knows without a query.
    fn set_local_values(&self) {
        self.process.collect();
        let Watched {
            storage,
            ledger,
            checks,
            directory,
            ..
        } = &self.watched;
        let queued = ledger.queue_depths();
        gauge!("otp_queue_depth", "operation" => "admit").set(number(queued.admissions));
        gauge!("otp_queue_depth", "operation" => "settle").set(number(queued.settlements));
        gauge!("otp_queue_depth", "operation" => "check").set(number(checks.queue_depth()));
        for LookUps { what, hits, misses } in directory.look_ups() {
            for (result, count) in [("hit", hits), ("miss", misses)] {
                counter!("otp_cache_look_ups_total", "what" => what, "result" => result)
                    .absolute(count);
            }
        }
        let ConnectionUse {
            busy,
            idle,
            max,
            waiting,
        } = storage.connection_use();
        gauge!("otp_database_connections", "state" => "busy").set(number(busy));
        gauge!("otp_database_connections", "state" => "idle").set(number(idle));
        gauge!("otp_database_connections_max").set(number(max));
        gauge!("otp_database_connections_awaited").set(number(waiting));
    }

    async fn render(self) -> String {
        self.set_local_values();
        // `/health/ready` reports a store that cannot be reached; the page shows the other values.
        drop(tokio::time::timeout(DEADLINE, self.refresh()).await);
        self.handle.render()
    }
}

/// Aggregates recorded values: if nobody reads the page for months, they would fill the memory.
pub(crate) struct Upkeep(PrometheusHandle);

impl Task for Upkeep {
    const NAME: &'static str = "aggregate_metrics";
    const PERIOD: Duration = Duration::from_secs(5);

    async fn run(&mut self) -> Result<Progress, TaskError> {
        self.0.run_upkeep();
        Ok(Progress::Done)
    }
}

/// Installs the recorder of this process, once.
fn recorder() -> Result<PrometheusHandle, BuildError> {
    static INSTALLED: std::sync::Mutex<Option<PrometheusHandle>> = std::sync::Mutex::new(None);
    let mut installed = INSTALLED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let batch_size = Matcher::Full(counted_ledger::BATCH_SIZE.to_owned());
    let handle = PrometheusBuilder::new()
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(batch_size, &SIZES)?
        .install_recorder()?;
    describe();
    start_counters();
    metrics_process::Collector::default().describe();
    Ok(installed.insert(handle).clone())
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

/// Converts a count to a gauge's value; an `f64` holds every count that occurs.
fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Exports counters of rare events before the first one: an increase from nothing to one is none to
/// Prometheus, so an alert would miss it.
fn start_counters() {
    counter!(MAILINGS, "outcome" => "abandoned").increment(0);
    counter!(webhook_turns::DISABLED).increment(0);
    counter!(counted_webhook::NOTIFICATIONS, "outcome" => "invalid_signature").increment(0);
}

fn describe() {
    describe_histogram!(
        otp_edge::REQUEST_DURATION,
        Unit::Seconds,
        "Duration of responses, by path, method and status."
    );
    describe_gauge!(otp_edge::CONNECTIONS, "Open connections of clients.");
    describe_counter!(
        otp_edge::CONNECTIONS_REFUSED,
        "Connections that were closed because of a limit, by the limit."
    );
    describe_histogram!(
        counted_ledger::BATCH_SIZE,
        "Attempts, settlements or checks in one batch to the store."
    );
    describe_histogram!(
        counted_ledger::BATCH_DURATION,
        Unit::Seconds,
        "Time the store took for a batch, including the commit."
    );
    describe_counter!(counted_ledger::ADMISSIONS, "Sends, by decision.");
    describe_counter!(counted_ledger::SETTLEMENTS, "Messages, by outcome.");
    describe_counter!(
        counted_outcomes::OUTCOMES,
        "Outcomes of codes that callers check, by channel and outcome; each message counts once."
    );
    describe_counter!(
        code_counts::BY_COUNTRY,
        "WhatsApp codes that callers check, by country: accepted, and verified by their outcome."
    );
    describe_counter!(
        code_counts::BY_TEMPLATE,
        "The same codes by template, counted when this page is read; at most 100 templates by name."
    );
    describe_counter!(
        counted_checks::VERIFICATIONS,
        "Verifications, by channel: created and approved."
    );
    describe_histogram!(
        counted_sender::CALL_DURATION,
        Unit::Seconds,
        "Duration of calls to the provider that hand a message over."
    );
    describe_counter!(
        counted_webhook::NOTIFICATIONS,
        "Webhook calls of the provider, by whether they could be read."
    );
    describe_counter!(
        counted_webhook::RECEIPTS,
        "Receipts of the provider, by report, including repeated ones."
    );
    describe_counter!(
        otp_http::DROPPED_RECEIPTS,
        "Receipts that were dropped because they are not about our messages, by reason."
    );
    describe_counter!(
        webhook_turns::ATTEMPTS,
        "Calls to webhook endpoints of customers, by result."
    );
    describe_counter!(
        webhook_turns::DISABLED,
        "Webhook endpoints of customers that were disabled because of their answers."
    );
    describe_gauge!(
        webhook_turns::EVENTS_LATE,
        Unit::Seconds,
        "Time for which the first event for webhook endpoints has waited to be routed; 0 if none waits."
    );
    describe_gauge!(
        webhook_turns::TURNS_LATE,
        Unit::Seconds,
        "Time for which the first webhook endpoint with something due has waited to be called; 0 if none waits."
    );
    describe_gauge!(
        "otp_queue_depth",
        "Sends, settlements and checks that wait for a batch or are in one."
    );
    describe_counter!(
        "otp_cache_look_ups_total",
        "Look-ups of API keys, senders, prices and account keys, by whether the answer was cached."
    );
    describe_gauge!(
        "otp_database_connections",
        "Connections to the database, busy and idle."
    );
    describe_gauge!(
        "otp_database_connections_max",
        "Largest number of connections to the database."
    );
    describe_gauge!(
        "otp_database_connections_awaited",
        "Tasks that wait for a connection to the database."
    );
    describe_gauge!(
        OUTBOX_WAITING,
        "Notices to account holders that wait to be mailed."
    );
    describe_gauge!(
        OUTBOX_AGE,
        Unit::Seconds,
        "Age of the oldest notice that waits; 0 if none does."
    );
    describe_gauge!(
        OUTGOING_DUE,
        "Mails with a code and steps of fallbacks whose hand-over is due and has not begun."
    );
    describe_gauge!(
        OUTGOING_LATE,
        Unit::Seconds,
        "Time for which the first of them has been due; 0 if none is."
    );
    describe_counter!(
        MAILINGS,
        "Attempts to mail a notice, by outcome: sent, postponed or abandoned."
    );
    describe_counter!(
        FALLBACKS,
        "Steps of fallbacks that came due, by what became of them: taken or passed over."
    );
    describe_gauge!(
        "otp_build_info",
        "Always 1; the label is the version of the program."
    );
    describe_gauge!("otp_sender_up", "Whether a sender may send.");
    describe_gauge!(
        "otp_sender_breaker_open",
        "Whether this process only sends probes from a sender, after repeated failures."
    );
    describe_gauge!("otp_sender_quality", "WhatsApp's rating of a sender.");
    describe_gauge!("otp_template_usable", "Whether a template may be used.");
    describe_counter!(
        counted_sender::CALLS,
        "Calls to the provider that hand a message over, by outcome and scope of a refusal."
    );
    describe_counter!(
        PANICS,
        "Panics of background workers, which were restarted."
    );
}
