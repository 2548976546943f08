//! Sends that go on for longer than their messages live, so that the search for expired ones goes on
//! beside them. The cost of that search must not grow with the messages that were decided.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::Bench;
use super::scenarios::Scenario;
use crate::load::Load;
use crate::measure::CONNECTIONS;
use crate::rig::Rig;
use crate::store::Store;
use crate::verdict::{Bound, Verdict};

/// The shortest lifetime that the server accepts.
const LIFETIME: (&str, &str) = ("MESSAGES__LIFETIME", "30s");

const WARM_UP: Duration = Duration::from_secs(5);

/// The load is measured in parts: three minutes in all.
const PART: Duration = Duration::from_secs(30);
const PARTS: u32 = 6;

/// Measures both stores, one after the other.
pub(super) async fn sustained(bench: &mut Bench) -> anyhow::Result<()> {
    for (store, least) in [(Store::Postgres, 95.0), (Store::Sqlite, 90.0)] {
        let database = bench.empty(store)?;
        let rig = Rig::start_with(&bench.server, database, 1, &[LIFETIME]).await?;
        let rates = rates(&rig).await?;
        rig.audit().await?;
        let title = format!(
            "one hot account for {} s, messages live 30 s, {}",
            (PART * PARTS).as_secs(),
            store.name()
        );
        println!("\n{title}");
        for (number, rate) in (1_u32..).zip(&rates) {
            println!(
                "  until {:>3} s: {rate:>8.0} sends/s",
                (PART * number).as_secs()
            );
        }
        let (first, last) = (rates[0], rates[rates.len() - 1]);
        bench.verdicts.push(Verdict::new(
            format!("sustained on {}: last 30 s, % of the first", store.name()),
            100.0 * last / first,
            Bound::AtLeast(least),
        ));
        bench.standings.push(json!({
            "scenario": Scenario::Sustained.name(),
            "title": title,
            "sendsPerSecond": rates,
        }));
    }
    Ok(())
}

/// The rate of each part.
async fn rates(rig: &Rig) -> anyhow::Result<Vec<f64>> {
    let answered = Arc::<AtomicU64>::default();
    let counted = Arc::clone(&answered);
    let load = Load {
        address: rig.server.address(),
        connections: CONNECTIONS,
        warm_up: WARM_UP,
        measured: PART * PARTS,
        next: Arc::new(rig.sends(1, None)),
        on_answer: Arc::new(move |_, _| {
            counted.fetch_add(1, Ordering::Relaxed);
        }),
    };
    let parts = async {
        let start = Instant::now() + WARM_UP;
        let mut counts = Vec::new();
        for number in 0..=PARTS {
            sleep_until(start + PART * number).await;
            counts.push(answered.load(Ordering::Relaxed));
        }
        counts
    };
    let (loaded, counts) = tokio::join!(load.run(), parts);
    loaded?.require_only(200)?;
    #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
    let rate = |pair: &[u64]| (pair[1] - pair[0]) as f64 / PART.as_secs_f64();
    Ok(counts.windows(2).map(rate).collect())
}
