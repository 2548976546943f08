//! `serve`: the gateway, until it is told to stop.

use std::net::{SocketAddr, TcpListener};

use actix_web::web::ServiceConfig;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::SetupError;
use crate::output::{self, Answer};
use crate::settings::Settings;
use crate::wiring::{self, Store};

pub(super) async fn run(
    settings: &Settings,
    no_migrate: bool,
    json: bool,
) -> anyhow::Result<Answer> {
    let spans = crate::logging::start_with_spans(settings).await?;
    settings.master_key()?;
    let listener = listen(settings.http.bind)?;
    let store = Store::open(&settings.database).await?;
    if no_migrate {
        store.require_current_schema().await?;
    } else {
        store.migrate().await?;
    }
    wiring::require_matching_master_key(settings, &*store.ports()).await?;

    let gateway = Gateway::start(settings, &store, listener, |_| ())?;
    let url = gateway.url.clone();
    output::print(
        &Answer::new(json!({"listening": url}), format!("listening on {url}")),
        json,
    );
    // Said by a server that runs: whoever failed to start has one line to read.
    if settings.mail.is_none() {
        tracing::warn!("smtp.url is not set: notices to account holders wait in the outbox");
    }
    let stopped = gateway.until_told_to_stop(|| ()).await;
    if let Some(spans) = spans {
        spans.finish().await;
    }
    stopped?;
    Ok(Answer::new(json!({"stopped": true}), "stopped"))
}

/// Takes the address, or says who cannot have it.
pub(super) fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let in_use = error.kind() == std::io::ErrorKind::AddrInUse;
        let why = if in_use {
            "the port is in use".to_owned()
        } else {
            error.to_string()
        };
        SetupError(format!("cannot listen on {address}: {why}")).into()
    })
}

/// A gateway that serves.
pub(super) struct Gateway {
    /// Where it is reached from this machine.
    pub(super) url: String,
    server: actix_web::dev::Server,
    /// Requests under way, those whose clients have gone included, and workers.
    tasks: tokio_util::task::TaskTracker,
    stop_workers: tokio_util::sync::CancellationToken,
    stop: StopSignals,
}

impl Gateway {
    /// Starts serving on `listener`; `extra` mounts what else there is.
    pub(super) fn start<E>(
        settings: &Settings,
        store: &Store,
        listener: TcpListener,
        extra: E,
    ) -> anyhow::Result<Self>
    where
        E: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        // Before anything is accepted, and before anybody is told that it would be.
        let stop = StopSignals::catch()?;
        // Loaded now: the first request should not wait for it.
        otp_core::recipient::load_numbering_plans();
        let tls = settings
            .http
            .tls
            .as_ref()
            .map(crate::tls::server_config)
            .transpose()?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr()?);
        let wired = wiring::wire(settings, store)?;
        let workers = match settings.http.workers {
            0 => crate::system::threads_of_http(),
            workers => workers,
        };
        let (metrics, api) = (wired.metrics, wired.api.configure());
        let configure = move |app: &mut ServiceConfig| {
            metrics.mount(app);
            extra(app);
            api(app);
        };
        let server = otp_edge::serve(vec![listener], tls, configure, workers)?;
        Ok(Self {
            url,
            server,
            tasks: wired.tasks,
            stop_workers: wired.stop_workers,
            stop,
        })
    }

    /// Serves until SIGTERM or SIGINT, then finishes what it has accepted. `closing` is called first,
    /// to end what would keep a connection open for ever.
    pub(super) async fn until_told_to_stop(self, closing: impl FnOnce()) -> anyhow::Result<()> {
        let handle = self.server.handle();
        let serving = tokio::spawn(self.server);
        self.stop.received().await;
        tracing::info!("stopping: requests under way are finished first");
        closing();
        handle.stop(true).await;
        serving.await??;
        self.stop_workers.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        Ok(())
    }
}

/// SIGTERM and SIGINT. From the moment they are caught they no longer end the program by themselves, so
/// that none which comes right after the start breaks off what was accepted.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Catches both from now on.
    pub(super) fn catch() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns at the first one since they are caught.
    pub(super) async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
