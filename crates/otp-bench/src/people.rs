//! The time of sign-in, sign-up and reset must not tell whether anybody has an address.
//!
//! Forms with the addresses of people and with unknown ones are sent in random order over a few connections, so that
//! whatever else happens on the machine affects both alike. Then both are compared by Welch's t-test.

mod forms;
mod holders;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::StatusCode;
use otp_e2e::{Database, FakeSmtp};
use rand::seq::SliceRandom as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::contest::median;
use crate::load::{Load, OnAnswer};
use crate::rig::{Rig, built_server};
use crate::verdict::{Bound, Verdict};
use crate::welch::{CERTAIN, cropped_t};
use forms::{Form, Sent};
use holders::add_holders;

/// So few that a password hardly waits for another one's.
const CONNECTIONS: usize = 2;

/// Longer than all forms of a kind take.
const MAX_SPAN: Duration = Duration::from_secs(1_800);

/// The number of forms.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Number of forms of each kind with addresses of people, and as many with unknown ones.
    #[arg(long, value_name = "FORMS", default_value_t = 2_000)]
    forms: usize,
}

/// Measures each form.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    let smtp = FakeSmtp::start();
    let program = built_server()?;
    let settings = [
        ("SMTP__URL", &*smtp.url()),
        ("MAIL__FROM", "Gateway <otp@gateway.example>"),
        ("HTTP__TRUSTED_PROXIES", "127.0.0.1"),
    ];
    let rig = Rig::start_with(&program, Database::sqlite(), 1, &settings).await?;
    println!("adding {} people …", options.forms);
    add_holders(&rig, &program, options.forms).await?;
    let (mut measured, mut verdicts) = (Vec::new(), Vec::new());
    for form in Form::ALL {
        let times = measure(&rig, form, options.forms).await?;
        let t = cropped_t(&times.known, &times.unknown);
        let medians = [median(times.known), median(times.unknown)];
        let [known, unknown] = medians.map(|micros| micros / 1_000.0);
        let name = form.name();
        println!("  {name:<10} known {known:>8.2} ms, unknown {unknown:>8.2} ms, t {t:>6.2}");
        measured.push(json!({
            "form": name,
            "knownMillis": known,
            "unknownMillis": unknown,
            "t": t,
        }));
        let what = format!("{name}: |t| between known and unknown addresses");
        verdicts.push(Verdict::new(what, t.abs(), Bound::AtMost(CERTAIN)));
    }
    println!();
    for verdict in &verdicts {
        println!("{verdict}");
    }
    Ok(json!({
        "forms": options.forms,
        "measured": measured,
        "verdicts": verdicts.iter().map(Verdict::json).collect::<Vec<_>>(),
    }))
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
