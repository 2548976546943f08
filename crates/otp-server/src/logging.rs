//! Logs: to standard error, as text or JSON; and beside them, where the settings name a collector, spans.
//! What may stand in them is decided where they are written: never a passcode, a key, a token, a number
//! or an address.

use std::io::IsTerminal;

use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry};

use crate::settings::{Log, LogFormat, Settings};
use crate::spans::SpanExport;

/// What does something with every span and event it wants.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging. Later calls change nothing.
pub(crate) fn start(log: &Log) {
    start_layers(vec![log_layer(log)]);
}

/// Starts logging, and the export of spans where it is wanted.
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

/// A list rather than an `Option` beside the log: where there is no second layer, nobody is asked on its
/// behalf about each span that is not logged.
fn start_layers(layers: Vec<BoxedLayer>) {
    // A second subscriber is refused; the first one stays, and that is fine.
    drop(tracing_subscriber::registry().with(layers).try_init());
}

fn log_layer(log: &Log) -> BoxedLayer {
    // The log's own: what is exported is another's decision.
    let filter = EnvFilter::try_new(&log.level).unwrap_or_default();
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => layer.with_filter(filter).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_filter(filter).boxed(),
    }
}
