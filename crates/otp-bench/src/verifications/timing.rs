//! The time of a refused check must not tell the reason.
//!
//! A few connections send checks that are refused for each of the reasons, in random order, so that whatever
//! else happens on the machine affects all of them alike. Then each two reasons are compared by Welch's
//! t-test. From |t| = 4.5 on, a difference is certain.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Bench;
use super::refusals::{MAX_SPAN, Reason, Refusal, prepare};
use super::scenarios::Scenario;
use crate::contest::median;
use crate::load::Load;
use crate::rig::Rig;
use crate::store::Store;
use crate::verdict::{Bound, Verdict};
use crate::welch::{CERTAIN, cropped_t};

/// So few that they hardly wait for each other, and so many that the codes do not expire meanwhile.
const CONNECTIONS: usize = 8;

/// The times of the checks that were refused for one reason, in microseconds.
struct Times {
    reason: Reason,
    micros: Vec<f64>,
}

/// Measures this store.
pub(super) async fn timing(store: Store, bench: &mut Bench) -> anyhow::Result<()> {
    let count = bench.options.refusals;
    let (rig, _) = bench.on(store, 1).await?;
    println!(
        "\npreparing {count} checks for each of {} refusals …",
        Reason::ALL.len()
    );
    let times = measure(&rig, count).await?;
    rig.audit().await?;
    let title = format!(
        "{count} checks that are refused for each reason, {}",
        store.name()
    );
    println!(
        "\n{title}\n  {:<30} {:>9} {:>9}",
        "", "median µs", "mean µs"
    );
    for Times { reason, micros } in &times {
        let (median, mean) = (median(micros.clone()), mean(micros));
        println!("  {:<30} {median:>9.0} {mean:>9.0}", reason.error());
    }
    let mut pairs = Vec::new();
    for (number, one) in times.iter().enumerate() {
        for other in &times[number + 1..] {
            pairs.push((
                one.reason,
                other.reason,
                cropped_t(&one.micros, &other.micros),
            ));
        }
    }
    println!("  t of each two:");
    for (one, other, t) in &pairs {
        println!("  {:<30} {:<30} {t:>9.1}", one.error(), other.error());
    }
    let greatest = pairs.iter().map(|(_, _, t)| t.abs()).fold(0.0, f64::max);
    bench.verdicts.push(Verdict::new(
        format!("refused checks on {}: greatest |t|", store.name()),
        greatest,
        Bound::AtMost(CERTAIN),
    ));
    bench.standings.push(json!({
        "scenario": Scenario::Timing.name(),
        "title": title,
        "reasons": times.iter().map(Times::json).collect::<Vec<_>>(),
        "pairs": pairs
            .iter()
            .map(|(one, other, t)| json!({"reasons": [one.error(), other.error()], "t": t}))
            .collect::<Vec<_>>(),
    }));
    Ok(())
}

impl Times {
    fn json(&self) -> Value {
        json!({
            "reason": self.reason.error(),
            "medianMicros": median(self.micros.clone()),
            "meanMicros": mean(&self.micros),
        })
    }
}

/// Sends the checks, and returns their times by reason.
async fn measure(rig: &Rig, count: usize) -> anyhow::Result<Vec<Times>> {
    let mut refusals = prepare(rig, count).await?;
    let share = refusals.len().div_ceil(CONNECTIONS);
    let mut connections = JoinSet::new();
    while !refusals.is_empty() {
        let of_one = refusals.split_off(refusals.len().saturating_sub(share));
        connections.spawn(send_one_by_one(rig.server.address(), of_one));
    }
    let mut times: Vec<_> = Reason::ALL
        .into_iter()
        .map(|reason| Times {
            reason,
            micros: Vec::new(),
        })
        .collect();
    for measured in connections.join_all().await {
        for (reason, latency) in measured? {
            let of_reason = times.iter_mut().filter(|times| times.reason == reason);
            of_reason.for_each(|times| times.micros.push(latency.as_secs_f64() * 1e6));
        }
    }
    Ok(times)
}

/// Sends checks over one connection, and returns the time of each.
async fn send_one_by_one(
    address: String,
    refusals: Vec<Refusal>,
) -> anyhow::Result<Vec<(Reason, Duration)>> {
    let (reasons, requests): (Vec<_>, Vec<_>) = refusals
        .into_iter()
        .map(|refusal| (refusal.reason, refusal.request))
        .unzip();
    let answers = Arc::<Mutex<Vec<Bytes>>>::default();
    let answered = Arc::clone(&answers);
    let on_answer = move |_, answer: &Bytes| {
        let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.push(answer.clone());
    };
    let load = Load::of_all(address, 1, MAX_SPAN, requests, Arc::new(on_answer));
    let loaded = load.run().await?;
    let latencies = loaded.latencies.in_order();
    ensure!(
        latencies.len() == reasons.len(),
        "{} of {} checks were answered in time",
        latencies.len(),
        reasons.len()
    );
    let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    for (reason, answer) in reasons.iter().zip(answers.iter()) {
        let text = String::from_utf8_lossy(answer);
        ensure!(
            is_refused_for(*reason, answer),
            "{text} instead of {reason:?}"
        );
    }
    Ok(reasons.into_iter().zip(latencies.iter().copied()).collect())
}

fn is_refused_for(reason: Reason, answer: &[u8]) -> bool {
    let answer: Option<Value> = serde_json::from_slice(answer).ok();
    answer.is_some_and(|answer| answer["errorMessage"] == reason.error())
}

fn mean(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some ten thousand values")]
    let count = values.len().max(1) as f64;
    values.iter().sum::<f64>() / count
}
