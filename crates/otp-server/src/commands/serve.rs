//! `serve`: the gateway, until a signal stops it.

use std::pin::pin;

use serde_json::json;

use crate::gateway::{Gateway, StopSignals, listen};
use crate::output::{self, Answer};
use crate::overrides::Overrides;
use crate::settings::{LogFormat, Settings};
use crate::store;

pub(super) async fn run(
    settings: Settings,
    overrides: Overrides,
    no_migrate: bool,
    json: bool,
) -> anyhow::Result<Answer> {
    let spans = crate::logging::start_with_spans(&settings).await?;
    name_database(&settings, &overrides)?;
    let listener = listen(settings.http.bind)?;
    let warnings = settings.warnings();
    let is_mailed = settings.mail.is_some() || overrides.notice_sender.is_some();
    let mut builder = Gateway::builder(settings).with_overrides(overrides);
    if no_migrate {
        builder = builder.without_migrations();
    }
    let signals = StopSignals::catch()?;
    let mut stop = pin!(signals.received());
    // Before it has started, nothing is accepted that would have to be finished.
    let started = tokio::select! {
        started = builder.start(listener) => Some(started?),
        () = &mut stop => None,
    };
    let stopped = match started {
        Some(gateway) => {
            output::print(&listening(&gateway), json);
            // Logged only once it runs: a failed start prints its reason and nothing else.
            for warning in &warnings {
                tracing::warn!("{warning}");
            }
            if !is_mailed {
                tracing::warn!(
                    "smtp.url is not set: notices to account holders wait in the outbox"
                );
            }
            signals.or_end_at_once(gateway.serve_until(stop)).await?
        }
        None => Ok(()),
    };
    if let Some(spans) = spans {
        signals.or_end_at_once(spans.finish()).await?;
    }
    stopped?;
    Ok(Answer::new(json!({"stopped": true}), "stopped"))
}

/// Names the database on standard error, which belongs to the log: a log of JSON gets no other line.
fn name_database(settings: &Settings, overrides: &Overrides) -> anyhow::Result<()> {
    let database = store::shown(&settings.database, overrides)?;
    match settings.log.format {
        LogFormat::Text => output::name_database(&database, false),
        LogFormat::Json => tracing::info!(database, "opening the database"),
    }
    Ok(())
}

fn listening(gateway: &Gateway) -> Answer {
    let url = gateway.url();
    match gateway.internal_url() {
        None => Answer::new(json!({"listening": url}), format!("listening on {url}")),
        Some(internal) => Answer::new(
            json!({"listening": url, "internal": internal}),
            format!("listening on {url}; metrics and health on {internal}"),
        ),
    }
}
