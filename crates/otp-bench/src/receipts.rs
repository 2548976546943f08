//! Receipts during sends: each message is sent, and then reported as sent, delivered and read. Each
//! report is a request of its own, as Meta makes them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use otp_core::message::MessageStatus;
use otp_core::usecases::audit_credits::AuditCredits;
use otp_e2e::world::{client, recipient};
use otp_e2e::{World, meta};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::latency::Latencies;
use crate::pace::steadily;
use crate::store::Store;

/// The rate and duration.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Duration in seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Messages sent per second; each has three receipts.
    #[arg(long, default_value_t = 80)]
    sends_per_second: u32,
    /// Measure only this store.
    #[arg(long)]
    store: Option<Store>,
}

/// The reports on a message, with the milliseconds between its send and each report.
const LIFE: [(&str, u64); 3] = [("sent", 100), ("delivered", 400), ("read", 900)];

/// The latencies of one message: of its send, and of the acknowledgement of each receipt.
struct Lived {
    send: Duration,
    receipts: Vec<Duration>,
}

/// Runs the scenario on each store, and prints a row for each.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    println!(
        "{} sends/s and {} receipts/s for {} s; latencies in ms, from when a request was due",
        options.sends_per_second,
        options.sends_per_second * 3,
        options.seconds
    );
    println!(
        "{:<11} {:<9} {:>7} {:>8} {:>8} {:>8} {:>8}",
        "store", "requests", "count", "p50", "p99", "p99.9", "max"
    );
    let mut measured = Vec::new();
    for store in Store::ALL {
        if options.store.is_none_or(|wanted| wanted == store) {
            measured.push(measure(store, options).await?);
        }
    }
    Ok(Value::Array(measured))
}

async fn measure(store: Store, options: &Options) -> anyhow::Result<Value> {
    let count = options.seconds * options.sends_per_second;
    let fresh = store.fresh()?;
    let world = World::with_webhook(fresh.database, count).await;
    let server = world.serve();
    let world = Arc::new(world);
    let (client, key) = (client(), Arc::new(world.api_key.clone()));
    let url = Arc::new(server.url().to_owned());
    let lives = steadily(count, options.sends_per_second, |number, due| {
        live(
            Arc::clone(&world),
            client.clone(),
            Arc::clone(&url),
            Arc::clone(&key),
            number,
            due,
        )
    });
    let lives = lives.await;
    let (mut sends, mut receipts) = (Latencies::default(), Latencies::default());
    for lived in lives {
        let lived = lived?;
        sends.add(lived.send);
        lived
            .receipts
            .into_iter()
            .for_each(|latency| receipts.add(latency));
    }
    for (requests, latencies) in [("sends", &sends), ("receipts", &receipts)] {
        let ms = |percent| latencies.percentile(percent).as_secs_f64() * 1_000.0;
        println!(
            "{:<11} {requests:<9} {:>7} {:>8.1} {:>8.1} {:>8.1} {:>8.1}",
            store.name(),
            latencies.count(),
            ms(50.0),
            ms(99.0),
            ms(99.9),
            ms(100.0)
        );
    }
    // Every acknowledged receipt has been applied, and the credits add up.
    let storage = world.storage().await;
    let payments = otp_core::ports::CreditAudit::count_payments(&*storage).await?;
    let read = payments
        .iter()
        .filter(|of| of.status == MessageStatus::Read);
    let read: i64 = read.map(|of| of.messages).sum();
    ensure!(
        read == i64::from(count),
        "{read} of {count} messages are Read"
    );
    let audit = AuditCredits { audit: storage }.execute().await?;
    ensure!(audit.adds_up(), "the credits do not add up: {audit:?}");
    drop(server);
    drop(fresh.cluster);
    Ok(json!({
        "store": store.name(),
        "sends": sends.summary(),
        "receipts": receipts.summary(),
        "allApplied": true,
    }))
}

async fn live(
    world: Arc<World>,
    client: reqwest::Client,
    url: Arc<String>,
    key: Arc<String>,
    number: u32,
    due: Instant,
) -> anyhow::Result<Lived> {
    let body = json!({"otpCode": "482913", "toPhoneE164": recipient(number)});
    let request = client.post(format!("{url}/SendMessage")).json(&body);
    let answer = request.header("X-Api-Key", key.as_str()).send().await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    ensure!(status.is_success(), "message {number}: {status} {body}");
    let send = due.elapsed();
    let id = body["id"].as_str().unwrap_or_default().to_owned();
    let sent = Instant::now();
    let mut receipts = Vec::new();
    for (report, after) in LIFE {
        let due = sent + Duration::from_millis(after);
        // Before it is due, so that the look-up in the sandbox is not measured.
        let status = world.sandbox.status(&id, report).await;
        tokio::time::sleep_until(due).await;
        let body = meta::notification(&[status]);
        let request = client
            .post(format!("{url}/webhooks/whatsapp"))
            .header("X-Hub-Signature-256", meta::signature(&body))
            .header("Content-Type", "application/json")
            .body(body);
        let status = request.send().await?.status();
        ensure!(
            status.as_u16() == 200,
            "{report} of message {number}: {status}"
        );
        receipts.push(due.elapsed());
    }
    Ok(Lived { send, receipts })
}
