//! A measurement: a load on a process, and what the process and its database use during that time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::contest::Sample;
use crate::database::{ByHand, Counted};
use crate::load::{Load, Loaded, NextRequest, OnAnswer};
use crate::process::{Process, memory, processor_time};

/// The connections of a busy client.
pub(crate) const CONNECTIONS: usize = 64;

/// The time before anything counts, in which connections open and caches and plans fill.
const WARM_UP: Duration = Duration::from_secs(1);

/// The duration of a load.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Span {
    /// For this long, after a warm-up.
    For(Duration),
    /// Until no requests are left, on a server that is warm.
    UntilDone,
}

/// The longest load that runs until no requests are left.
const MAX_SPAN: Duration = Duration::from_secs(60);

/// Loads a process over HTTP, and measures what it and its database use during that time.
pub(crate) async fn load(
    process: &Process,
    by_hand: Option<&ByHand>,
    (connections, span): (usize, Span),
    next: NextRequest,
    on_answer: OnAnswer,
) -> anyhow::Result<(Loaded, Sample)> {
    let (warm_up, measured) = match span {
        Span::For(measured) => (WARM_UP, measured),
        Span::UntilDone => (Duration::ZERO, MAX_SPAN),
    };
    let load = Load {
        address: process.address(),
        connections,
        warm_up,
        measured,
        next,
        on_answer,
    };
    if let Some(by_hand) = by_hand {
        by_hand.checkpoint().await?;
    }
    let (mut loaded, before, after) = match span {
        Span::For(_) => {
            let used = async {
                tokio::time::sleep(warm_up).await;
                let before = Used::read(process.id(), by_hand).await?;
                tokio::time::sleep(measured).await;
                anyhow::Ok((before, Used::read(process.id(), by_hand).await?))
            };
            let (loaded, used) = tokio::join!(load.run(), used);
            let (before, after) = used?;
            (loaded?, before, after)
        }
        Span::UntilDone => {
            let before = Used::read(process.id(), by_hand).await?;
            let loaded = load.run().await?;
            (loaded, before, Used::read(process.id(), by_hand).await?)
        }
    };
    let latencies = std::mem::take(&mut loaded.latencies);
    let count = latencies.count();
    let mut sample = Sample::of(latencies, loaded.elapsed);
    after.since(&before, count, &mut sample);
    sample.peak_mib = memory(process.id()).map(|(_, peak)| peak);
    Ok((loaded, sample))
}

/// Returns the time since 1970, by the clock that the server reads, too.
#[expect(
    clippy::disallowed_methods,
    reason = "what the server did is compared with the clock of this machine"
)]
pub(crate) fn since_epoch() -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default()
}

/// The resources used so far.
pub(crate) struct Used {
    pub(crate) server: Option<Duration>,
    pub(crate) database: Option<Counted>,
}

impl Used {
    async fn read(process: u32, by_hand: Option<&ByHand>) -> anyhow::Result<Self> {
        Ok(Self {
            server: processor_time(process, false),
            database: match by_hand {
                Some(by_hand) => Some(by_hand.counted().await?),
                None => None,
            },
        })
    }

    /// Adds the resources used since `before` to the sample, for each of `count` requests.
    pub(crate) fn since(&self, before: &Self, count: usize, sample: &mut Sample) {
        #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
        let each = |value: f64| value / count.max(1) as f64;
        let micros = |after: Option<Duration>, before: Option<Duration>| {
            Some(each((after? - before?).as_secs_f64() * 1e6))
        };
        sample.server_us = micros(self.server, before.server);
        let (Some(after), Some(before)) = (self.database, before.database) else {
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
        let counted = |after: i64, before: i64| Some(each((after - before) as f64));
        sample.transactions = counted(after.transactions, before.transactions);
        sample.syncs = counted(after.syncs, before.syncs);
        sample.database_us = micros(after.processor_time, before.processor_time);
    }
}
