//! The pages for people: what their times tell, and what they cost.
//!
//! The time of sign-in, sign-up and reset must not tell whether anybody has an address. Forms with the addresses of
//! people and with unknown ones are sent in random order over a few connections, so that whatever else happens on the
//! machine affects both alike. Then both are compared by Welch's t-test.

mod forms;
mod holders;
mod pages;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::StatusCode;
use otp_e2e::{Database, FakeSmtp};
use rand::seq::SliceRandom as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bench::Rounds;
use crate::contest::median;
use crate::load::{Load, OnAnswer};
use crate::rig::Rig;
use crate::verdict::{Bound, Verdict};
use crate::welch::{CERTAIN, cropped_t};
use forms::{Form, Sent};
use holders::add_holders;

/// So few that a password hardly waits for another one's.
const CONNECTIONS: usize = 2;

/// Longer than all forms of a kind take.
const MAX_SPAN: Duration = Duration::from_secs(1_800);

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Scenario {
    /// Whether the time of a form tells if anybody has an address.
    Forms,
    /// Pages of an account with the messages of --preload, and sends beside people who open them. Only if there are
    /// messages to preload.
    Pages,
}

/// The scenarios and their numbers.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Measure only this scenario; may be repeated.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    /// Number of forms of each kind with addresses of people, and as many with unknown ones.
    #[arg(long, value_name = "FORMS", default_value_t = 2_000)]
    forms: usize,
    /// Number of people who open pages.
    #[arg(long, value_name = "PEOPLE", default_value_t = 50)]
    people: usize,
    /// Number of messages of the account whose pages are opened.
    #[arg(long, value_name = "MESSAGES", default_value_t = 0)]
    preload: u64,
    #[command(flatten)]
    rounds: Rounds,
}

type Bench = crate::bench::Bench<Options>;

/// Runs the scenarios.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    let is_wanted =
        |scenario: Scenario| options.only.is_empty() || options.only.contains(&scenario);
    let mut bench = Bench::new(options.clone(), options.rounds)?;
    if is_wanted(Scenario::Forms) {
        forms(&mut bench).await?;
    }
    if is_wanted(Scenario::Pages) && options.preload > 0 {
        pages::pages(&mut bench, options.preload, options.people).await?;
    }
    Ok(bench.end(options.preload))
}

/// Measures each form.
async fn forms(bench: &mut Bench) -> anyhow::Result<()> {
    let smtp = FakeSmtp::start();
    let settings = [
        ("SMTP__URL", &*smtp.url()),
        ("MAIL__FROM", "Gateway <otp@gateway.example>"),
        ("HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let (program, count) = (bench.server.clone(), bench.options.forms);
    let rig = Rig::start_with(&program, Database::sqlite(), 1, &settings).await?;
    println!("adding {count} people …");
    add_holders(&rig, &program, count).await?;
    for form in Form::ALL {
        let times = measure(&rig, form, count).await?;
        let t = cropped_t(&times.known, &times.unknown);
        let medians = [median(times.known), median(times.unknown)];
        let [known, unknown] = medians.map(|micros| micros / 1_000.0);
        let name = form.name();
        println!("  {name:<10} known {known:>8.2} ms, unknown {unknown:>8.2} ms, t {t:>6.2}");
        bench.standings.push(json!({
            "scenario": "forms",
            "form": name,
            "knownMillis": known,
            "unknownMillis": unknown,
            "t": t,
        }));
        let what = format!("{name}: |t| between known and unknown addresses");
        bench
            .verdicts
            .push(Verdict::new(what, t.abs(), Bound::AtMost(CERTAIN)));
    }
    Ok(())
}

/// The times of a form, in microseconds.
#[derive(Default)]
struct Times {
    known: Vec<f64>,
    unknown: Vec<f64>,
}

/// Sends the forms, and returns their times.
async fn measure(rig: &Rig, form: Form, count: usize) -> anyhow::Result<Times> {
    let address = rig.server.address();
    let mut sent = form.all(&address, count);
    sent.shuffle(&mut rand::rng());
    let share = sent.len().div_ceil(CONNECTIONS);
    let mut connections = JoinSet::new();
    while !sent.is_empty() {
        let of_one = sent.split_off(sent.len().saturating_sub(share));
        connections.spawn(send_one_by_one(address.clone(), form, of_one));
    }
    let mut times = Times::default();
    while let Some(measured) = connections.join_next().await {
        for (is_known, latency) in measured.context("a connection panicked")?? {
            let of_kind = if is_known {
                &mut times.known
            } else {
                &mut times.unknown
            };
            of_kind.push(latency.as_secs_f64() * 1e6);
        }
    }
    Ok(times)
}

/// Sends forms over one connection, and returns the time of each.
async fn send_one_by_one(
    address: String,
    form: Form,
    sent: Vec<Sent>,
) -> anyhow::Result<Vec<(bool, Duration)>> {
    let (known, requests): (Vec<_>, Vec<_>) = sent
        .into_iter()
        .map(|sent| (sent.is_known, sent.request))
        .unzip();
    let statuses = Arc::<Mutex<Vec<StatusCode>>>::default();
    let answered = Arc::clone(&statuses);
    let on_answer: OnAnswer = Arc::new(move |status, _| {
        let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
        answered.push(status);
    });
    let load = Load::of_all(address, 1, MAX_SPAN, requests, on_answer);
    let loaded = load.run().await?;
    let latencies = loaded.latencies.in_order();
    let statuses = statuses.lock().unwrap_or_else(PoisonError::into_inner);
    let expected = form.status();
    ensure!(
        statuses.iter().all(|status| *status == expected) && latencies.len() == known.len(),
        "{} of {} forms were answered, not all with {expected}: {:?}",
        latencies.len(),
        known.len(),
        statuses.iter().find(|status| **status != expected)
    );
    Ok(known.into_iter().zip(latencies.iter().copied()).collect())
}
