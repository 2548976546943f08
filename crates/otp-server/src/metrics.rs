//! Metrics: what a monitoring system reads at `/metrics`, as Prometheus' text.
//!
//! Labels name senders and templates by our ids and Meta's names. None of them is a person or an account.

mod counted_sender;

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data, ServiceConfig};
use metrics::{describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use otp_core::ports::{PortError, Storage};
use otp_core::sender::health::Quality;
use otp_hot_path::PacedSender;
use tokio::sync::Mutex;

pub(crate) use counted_sender::CountedSender;

const PATH: &str = "/metrics";

/// The store is asked for what senders and templates are at most so often, however often the page is read.
const FRESH: Duration = Duration::from_secs(1);

/// A page without news of the store is better than none.
const DEADLINE: Duration = Duration::from_secs(2);

/// The page and what it is made from; clones share it.
#[derive(Clone)]
pub(crate) struct Metrics {
    handle: PrometheusHandle,
    storage: Arc<dyn Storage>,
    paced: Arc<PacedSender>,
    refreshed: Arc<Mutex<Option<Instant>>>,
    /// Where the store's connections are driven.
    runtime: tokio::runtime::Handle,
}

impl Metrics {
    /// Counts from now on. Only one in a process can.
    pub(crate) fn start(
        storage: Arc<dyn Storage>,
        paced: Arc<PacedSender>,
    ) -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new().install_recorder()?;
        describe();
        gauge!("otp_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        Ok(Self {
            handle,
            storage,
            paced,
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
        let storage = &*self.storage;
        let health = storage.list_health().await?;
        let open = self.paced.open_breakers();
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

    async fn render(self) -> String {
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

fn describe() {
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
