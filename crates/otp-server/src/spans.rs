//! Exports our spans to a collector: by OTLP over HTTP, in batches, from a thread of its own.

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Metadata;
use tracing::subscriber::Interest;
use tracing_subscriber::filter::{DynFilterFn, LevelFilter};
use tracing_subscriber::layer::Context;
use tracing_subscriber::{Layer, Registry};

use crate::failure::SetupError;
use crate::logging::BoxedLayer;
use crate::settings::Tracing;
use crate::tls;

const SERVICE: &str = env!("CARGO_PKG_NAME");

/// How long a collector may take for a batch. Meanwhile spans wait in memory; if there are too many, new
/// ones are dropped, and requests go on.
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the program waits at its end for a collector that does not answer.
const FINISH_TIMEOUT: Duration = Duration::from_secs(3);

/// A running export of spans.
pub(crate) struct SpanExport {
    provider: SdkTracerProvider,
    sample_ratio: f64,
}

impl SpanExport {
    /// Starts the thread that exports, without a call to the collector.
    pub(crate) async fn start(settings: &Tracing) -> anyhow::Result<Self> {
        let endpoint = settings.otlp_endpoint.clone();
        // A blocking client must not be made or dropped in async code.
        let exporter = tokio::task::spawn_blocking(move || exporter(&endpoint)).await;
        // The error of the task would quote a panic.
        let exporter = exporter.map_err(|_| SetupError::new("tracing.otlp_endpoint: a panic"))?;
        let exporter = exporter
            .map_err(|error| SetupError::new(format!("tracing.otlp_endpoint: {error:#}")))?;
        // No attributes of the environment or the command line: they may contain secrets.
        let resource = Resource::builder_empty()
            .with_service_name(SERVICE)
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            // What the caller does not record, nobody needs here.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
            .with_batch_exporter(exporter)
            .build();
        Ok(Self {
            provider,
            sample_ratio: settings.sample_ratio,
        })
    }

    /// Returns the layer that passes spans to the export.
    pub(crate) fn layer(&self) -> BoxedLayer {
        let sample_ratio = self.sample_ratio;
        let chosen = move |span: &Metadata<'_>, context: &Context<'_, Registry>| {
            is_chosen(span, context, sample_ratio)
        };
        let chosen = DynFilterFn::new(chosen)
            .with_callsite_filter(|callsite| match is_span_of_ours(callsite) {
                true => Interest::sometimes(),
                false => Interest::never(),
            })
            .with_max_level_hint(LevelFilter::DEBUG);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            // No code here asks OpenTelemetry for the current span.
            .with_context_activation(false)
            .with_filter(chosen)
            .boxed()
    }

    /// Exports the remaining spans, unless the collector takes too long.
    pub(crate) async fn finish(self) {
        let finish = move || self.provider.shutdown_with_timeout(FINISH_TIMEOUT);
        // A failure is logged already, and the program ends all the same.
        drop(tokio::task::spawn_blocking(finish).await);
    }
}

/// The spans that begin a trace: a request, or a batch of the ledger, which belongs to many requests.
const ROOTS: [&str; 3] = ["http.request", "db.ledger.admit", "db.ledger.settle"];

/// Whether a span is exported: a trace with all of its spans or not at all. This is decided before a span
/// is made; OpenTelemetry's own sampler would need every span of every request.
fn is_chosen(span: &Metadata<'_>, context: &Context<'_, Registry>, sample_ratio: f64) -> bool {
    if !is_span_of_ours(span) {
        return false;
    }
    // The current span, if there is one, was exported: others are not visible here.
    context.lookup_current().is_some()
        || (ROOTS.contains(&span.name()) && rand::random::<f64>() < sample_ratio)
}

/// Whether it is a span of our crates. Spans of other crates may hold a person's data; events belong to
/// the log.
fn is_span_of_ours(metadata: &Metadata<'_>) -> bool {
    metadata.is_span()
        && *metadata.level() <= tracing::Level::DEBUG
        && metadata.target().starts_with("otp_")
}

fn exporter(endpoint: &url::Url) -> anyhow::Result<SpanExporter> {
    let client = reqwest::blocking::Client::builder()
        .tls_backend_preconfigured(tls::client_config(endpoint)?)
        .timeout(EXPORT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .context("failed to make the HTTP client")?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(endpoint.as_str())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(EXPORT_TIMEOUT)
        .build()?;
    Ok(exporter)
}
