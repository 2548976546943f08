//! The log, on standard error as text or JSON; and the export of spans, if a collector is set.
//!
//! The code that writes a line decides its content: never a passcode, a key, a token, a number or an
//! address.

use std::io::IsTerminal;

use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::settings::{Log, LogFormat, Settings};
use crate::spans::SpanExport;

/// The target of lines that are written at every log level: whoever stops the program sees what it waits
/// for.
pub(crate) const STOPPING: &str = "otp_server::stopping";

/// A layer that filters for itself.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts the log. Later calls have no effect.
pub(crate) fn start(log: &Log) {
    start_layers(vec![log_layer(log)]);
}

/// Starts the log, and the export of spans if a collector is set.
pub(crate) async fn start_with_spans(settings: &Settings) -> anyhow::Result<Option<SpanExport>> {
    let log = log_layer(&settings.log);
    let Some(tracing) = &settings.tracing else {
        start_layers(vec![log]);
        return Ok(None);
    };
    let export = SpanExport::start(tracing).await?;
    start_layers(vec![log, export.layer()]);
    Ok(Some(export))
}

/// Starts these layers. They are a list, because an absent second layer as an `Option` would be asked about
/// every span that is not logged.
fn start_layers(layers: Vec<BoxedLayer>) {
    // A second subscriber is refused, and the first one remains.
    drop(tracing_subscriber::registry().with(layers).try_init());
}

fn log_layer(log: &Log) -> BoxedLayer {
    // A filter of this layer alone: the export of spans has its own.
    let filter = EnvFilter::try_new(&log.level).unwrap_or_default();
    let filter = match format!("{STOPPING}=info").parse() {
        Ok(always) => filter.add_directive(always),
        Err(_) => filter,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    }
}
