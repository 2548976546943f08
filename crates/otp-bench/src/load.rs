//! A closed loop: a number of connections, each with one request under way, for a bounded time.
//!
//! It runs on a thread of its own and does as little as it can, because it shares the processors
//! with the server that it measures.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::latency::Latencies;

/// Makes the next request; `None` ends the connection that asked.
pub(crate) type NextRequest = Arc<dyn Fn() -> Option<Request<Full<Bytes>>> + Send + Sync>;

/// Receives each answer, including those of the warm-up.
pub(crate) type OnAnswer = Arc<dyn Fn(StatusCode, &Bytes) + Send + Sync>;

/// Returns each of these requests once, in their order.
pub(crate) fn in_turn(requests: Vec<Request<Full<Bytes>>>) -> NextRequest {
    let requests = Mutex::new(requests.into_iter());
    Arc::new(move || {
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.next()
    })
}

/// A load on a server.
pub(crate) struct Load {
    /// Host and port.
    pub(crate) address: String,
    pub(crate) connections: usize,
    /// The time before anything counts.
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
    pub(crate) next: NextRequest,
    pub(crate) on_answer: OnAnswer,
}

/// The result of a load.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Latencies of the answers within the measured time.
    pub(crate) latencies: Latencies,
    /// Number of answers by status, including those of the warm-up.
    pub(crate) statuses: BTreeMap<u16, u64>,
    /// The measured time.
    pub(crate) elapsed: Duration,
}

impl Loaded {
    /// Fails unless every answer had this status.
    pub(crate) fn require_only(&self, status: u16) -> anyhow::Result<()> {
        let statuses = &self.statuses;
        anyhow::ensure!(
            statuses.keys().all(|&answered| answered == status),
            "answered other than {status}: {statuses:?}"
        );
        Ok(())
    }
}

impl Load {
    /// Returns a load of all these requests, which ends when each is answered, at the latest after `most`.
    pub(crate) fn of_all(
        address: String,
        connections: usize,
        most: Duration,
        requests: Vec<Request<Full<Bytes>>>,
        on_answer: OnAnswer,
    ) -> Self {
        Self {
            address,
            connections,
            warm_up: Duration::ZERO,
            measured: most,
            next: in_turn(requests),
            on_answer,
        }
    }

    /// Runs it to its end on a thread of its own.
    pub(crate) async fn run(self) -> anyhow::Result<Loaded> {
        let (reply, result) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let loaded = runtime
                .context("no runtime for the load")
                .and_then(|runtime| runtime.block_on(self.drive()));
            drop(reply.send(loaded));
        });
        result.await.context("the load's thread ended")?
    }

    async fn drive(self) -> anyhow::Result<Loaded> {
        let start = Instant::now() + self.warm_up;
        let end = start + self.measured;
        let load = Arc::new(self);
        let mut connections = JoinSet::new();
        for _ in 0..load.connections {
            connections.spawn(connection(Arc::clone(&load), start, end));
        }
        let mut loaded = Loaded::default();
        while let Some(connection) = connections.join_next().await {
            let one = connection.context("a connection of the load panicked")??;
            loaded.latencies.append(one.latencies);
            for (status, count) in one.statuses {
                *loaded.statuses.entry(status).or_default() += count;
            }
        }
        // Shorter if there were no requests left.
        loaded.elapsed = load.measured.min(start.elapsed());
        Ok(loaded)
    }
}

/// Uses one connection until the end.
async fn connection(load: Arc<Load>, start: Instant, end: Instant) -> anyhow::Result<Loaded> {
    let stream = TcpStream::connect(&load.address)
        .await
        .with_context(|| format!("cannot connect to {}", load.address))?;
    stream.set_nodelay(true)?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(driver);
    let mut loaded = Loaded::default();
    while Instant::now() < end {
        let Some(request) = (load.next)() else { break };
        let sent = Instant::now();
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        let answered = Instant::now();
        *loaded.statuses.entry(status.as_u16()).or_default() += 1;
        (load.on_answer)(status, &body);
        if answered >= start && answered <= end {
            loaded.latencies.add(answered - sent);
        }
    }
    Ok(loaded)
}
