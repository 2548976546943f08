//! Events at a steady rate for the endpoints of many accounts, of which some hang and some fail: how soon the
//! healthy ones are called, whether every event arrives, and how much memory the server takes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use otp_e2e::world::client;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Bench;
use super::endpoints::{Deliveries, create_endpoint, start};
use super::receiver::{Behaviour, Receiver};
use super::scenarios::Scenario;
use crate::latency::Latencies;
use crate::pace::steadily;
use crate::process::memory;
use crate::rig::Rig;
use crate::store::Store;
use crate::verdict::{Bound, Verdict};

/// Each account has one endpoint.
const ACCOUNTS: usize = 50;

/// By then, each worker of an idle server has run once.
const IDLE: Duration = Duration::from_secs(3);

/// The memory is read after each part of the time.
const PARTS: u32 = 4;

/// Returns the behaviour of an account's endpoint: of ten, one hangs and one fails.
const fn behaviour(account: usize) -> Behaviour {
    match account % 10 {
        4 => Behaviour::Hangs,
        9 => Behaviour::Fails,
        _ => Behaviour::Accepts,
    }
}

/// The result on one store.
struct Measured {
    /// From the events to the first calls of the healthy endpoints.
    delivered: Latencies,
    /// Answers to the sends, refusals included.
    sends: Latencies,
    /// Sends that the server refused because it was not available.
    refused: u32,
    memory: Memory,
}

/// The server's memory, in MiB.
struct Memory {
    idle: f64,
    after_parts: Vec<f64>,
    /// Once all events have arrived at the healthy endpoints.
    end: f64,
    peak: f64,
}

/// Measures on this store.
pub(super) async fn delivery(store: Store, bench: &mut Bench) -> anyhow::Result<()> {
    let rig = start(store, bench, ACCOUNTS).await?;
    let receiver = Receiver::start((0..ACCOUNTS).map(behaviour)).await?;
    for (number, key) in rig.api_keys().iter().enumerate() {
        create_endpoint(&rig, key, &receiver.url(number), &["message.sent"]).await?;
    }
    let (per_second, seconds) = (
        bench.options.events_per_second,
        bench.options.delivery_seconds,
    );
    let measured = measure(&rig, &receiver, per_second, seconds).await?;
    rig.audit().await?;
    let on = store.name();
    let title = format!(
        "{per_second} events/s for {seconds} s to {ACCOUNTS} endpoints, some hang, some fail, {on}"
    );
    println!("\n{title}");
    measured.print(&receiver);
    bench.verdicts.extend([
        Verdict::new(
            format!("webhooks on {on}: p99 in ms from an event to the call of a healthy endpoint"),
            measured.delivered.percentile(99.0).as_secs_f64() * 1_000.0,
            Bound::AtMost(1_000.0),
        ),
        Verdict::new(
            format!("webhooks on {on}: sends refused beside them"),
            measured.refused.into(),
            Bound::AtMost(0.0),
        ),
    ]);
    bench.standings.push(measured.json(&title, &receiver));
    Ok(())
}

async fn measure(
    rig: &Rig,
    receiver: &Receiver,
    per_second: u32,
    seconds: u32,
) -> anyhow::Result<Measured> {
    sleep(IDLE).await;
    let (idle, _) = memory_of(rig)?;
    let new_recipient = rig.new_recipients();
    let (client, url) = (
        client(),
        format!("http://{}/SendMessage", rig.server.address()),
    );
    let keys: Arc<[String]> = rig.api_keys().into();
    let sends = steadily(per_second * seconds, per_second, |number, due| {
        let account = number as usize % ACCOUNTS;
        let request = client
            .post(&url)
            .header("X-Api-Key", keys[account].as_str())
            .json(&json!({"otpCode": "482913", "toPhoneE164": new_recipient()}));
        async move {
            let message = send(request).await?;
            anyhow::Ok((account, message, due.elapsed()))
        }
    });
    let (sends, after_parts) = tokio::join!(sends, memory_after_parts(rig, seconds));
    let mut sent = vec![Vec::new(); ACCOUNTS];
    let mut latencies = Latencies::default();
    let mut refused = 0;
    for send in sends {
        let (account, message, latency) = send?;
        latencies.add(latency);
        match message {
            Some(message) => sent[account].push(message),
            None => refused += 1,
        }
    }
    let mut expected = Deliveries::default();
    for (account, sent) in sent.iter().enumerate() {
        if behaviour(account) == Behaviour::Accepts {
            receiver.wait_for(account, sent).await?;
            expected.delivered += sent.len();
        } else {
            expected.waiting += sent.len();
        }
    }
    expected.wait(rig).await?;
    let (end, peak) = memory_of(rig)?;
    Ok(Measured {
        delivered: receiver.latencies(Behaviour::Accepts),
        sends: latencies,
        refused,
        memory: Memory {
            idle,
            after_parts: after_parts?,
            end,
            peak,
        },
    })
}

/// Sends, and returns the id of the message; `None` if the server was not available.
async fn send(request: reqwest::RequestBuilder) -> anyhow::Result<Option<Uuid>> {
    let answer = request.send().await?;
    let status = answer.status();
    if status.as_u16() == 503 {
        return Ok(None);
    }
    let body: Value = answer.json().await?;
    ensure!(
        status.is_success() && body["messageStatus"] == "Sent",
        "a send: {status} {body}"
    );
    let id = body["id"].as_str().context("no id")?;
    Ok(Some(Uuid::parse_str(id)?))
}

async fn memory_after_parts(rig: &Rig, seconds: u32) -> anyhow::Result<Vec<f64>> {
    let start = Instant::now();
    let part = Duration::from_secs(seconds.into()) / PARTS;
    let mut after = Vec::new();
    for number in 1..=PARTS {
        tokio::time::sleep_until(start + part * number).await;
        after.push(memory_of(rig)?.0);
    }
    Ok(after)
}

/// Returns the server's memory now, and its peak.
fn memory_of(rig: &Rig) -> anyhow::Result<(f64, f64)> {
    memory(rig.server.id()).context("cannot read the memory from /proc")
}

impl Measured {
    fn print(&self, receiver: &Receiver) {
        for (what, latencies) in [
            ("event to first call, healthy", &self.delivered),
            ("sends", &self.sends),
        ] {
            let ms = |percent| latencies.percentile(percent).as_secs_f64() * 1_000.0;
            println!(
                "  {what:<30} {:>7}   p50 {:>7.1} ms   p99 {:>7.1}   max {:>7.1}",
                latencies.count(),
                ms(50.0),
                ms(99.0),
                ms(100.0)
            );
        }
        println!("  sends refused: {}", self.refused);
        println!(
            "  calls: {} to healthy endpoints, {} to those that hang, {} to those that fail",
            receiver.calls(Behaviour::Accepts),
            receiver.calls(Behaviour::Hangs),
            receiver.calls(Behaviour::Fails)
        );
        let Memory {
            idle,
            after_parts,
            end,
            peak,
        } = &self.memory;
        let parts: Vec<_> = after_parts.iter().map(|mib| format!("{mib:.0}")).collect();
        println!(
            "  server: {idle:.0} MiB idle, {} after each quarter, {end:.0} at the end, {peak:.0} at the most",
            parts.join(", ")
        );
    }

    fn json(&self, title: &str, receiver: &Receiver) -> Value {
        json!({
            "scenario": Scenario::Delivery.name(),
            "title": title,
            "eventToFirstCall": self.delivered.summary(),
            "sends": self.sends.summary(),
            "sendsRefused": self.refused,
            "calls": {
                "healthy": receiver.calls(Behaviour::Accepts),
                "hanging": receiver.calls(Behaviour::Hangs),
                "failing": receiver.calls(Behaviour::Fails),
            },
            "memoryMib": {
                "idle": self.memory.idle,
                "afterQuarters": self.memory.after_parts,
                "end": self.memory.end,
                "peak": self.memory.peak,
            },
        })
    }
}
