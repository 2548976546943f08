//! Pages of an account with many messages, and sends of that account beside people who look at them.
//!
//! Each of 50 people opens a page every two seconds, whether or not the page before it has arrived. The latency of a
//! page counts from the time at which it was due.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::holders::Viewers;
use crate::bench::Bench;
use crate::contest::{Contender, Sample, find};
use crate::latency::Latencies;
use crate::measure::CONNECTIONS;
use crate::preload;
use crate::sends::{Sends, Sent};
use crate::verdict::{Bound, Verdict};

/// How often a person opens a page.
const PACE: Duration = Duration::from_secs(2);

/// How long people look around before sends begin.
const LOOKED_AROUND: Duration = Duration::from_secs(30);

/// The period of the messages, which is the longest of the page of insights.
const DAYS: u32 = 90;

/// The longest wait for the messages to be counted.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// The page that says how far messages are counted, for the longest period.
const INSIGHTS: &str = "/dashboard/insights?period=90";

/// The words of that page while there are messages that are not counted yet.
const BEHIND: &str = "Later messages are being counted";

/// The latencies of each page.
type Opened = BTreeMap<String, Latencies>;

/// Measures the pages, and then sends beside them.
pub(super) async fn pages<O>(
    bench: &mut Bench<O>,
    messages: u64,
    persons: usize,
) -> anyhow::Result<()> {
    let (rig, by_hand) = bench.on_postgres(1).await?;
    println!("\nwriting {messages} messages …");
    preload::erased_messages(&by_hand, messages, DAYS).await?;
    rig.add_foreign_messages(i64::try_from(messages)?);
    let viewers = Viewers::add(&rig, &bench.server, persons).await?;
    let first = viewers.cookies.first().context("nobody looks")?.clone();
    let address = rig.server.address();
    println!("waiting until they are counted for insights …");
    wait_until_counted(&address, &first).await?;
    let list = get(&address, "/dashboard/messages", &first).await?;
    let message = link_after(&list, "/dashboard/messages/").context("no message in the list")?;
    let paths = [
        "/dashboard".to_owned(),
        "/dashboard/messages".to_owned(),
        format!("/dashboard/messages/{message}"),
        INSIGHTS.to_owned(),
    ];
    let crowd = Crowd {
        address,
        paths: Arc::new(paths.to_vec()),
        cookies: viewers.cookies,
    };
    let opened = crowd.look_around(LOOKED_AROUND).await?;
    println!("\n{persons} people, each a page every 2 s, {messages} messages, PostgreSQL");
    for (path, mut latencies) in opened {
        let name = path.replace(&message, "{id}");
        let [p50, p95, p99] = latencies.percentiles_ms([50.0, 95.0, 99.0]);
        let count = latencies.count();
        println!(
            "  {name:<34} {count:>6} times, p50 {p50:>7.2} ms, p95 {p95:>7.2}, p99 {p99:>7.2}"
        );
        bench.standings.push(json!({
            "scenario": "pages", "page": name, "count": count,
            "p50Ms": p50, "p95Ms": p95, "p99Ms": p99,
        }));
        let what = format!("{name}: p95 in ms");
        bench
            .verdicts
            .push(Verdict::new(what, p95, Bound::AtMost(15.0)));
    }
    let sends = |name| Sends {
        name,
        rig: Rc::clone(&rig),
        by_hand: None,
        connections: CONNECTIONS,
        accounts: 1,
        recipients: None,
        delay: Duration::ZERO,
        measured: bench.measured(),
        sent: Sent::default(),
    };
    let contenders: Vec<Box<dyn Contender>> = vec![
        Box::new(sends(ALONE)),
        Box::new(Beside {
            sends: sends(BESIDE),
            crowd,
        }),
    ];
    let title =
        format!("one hot account, {CONNECTIONS} connections: alone, and beside {persons} people");
    let standings = bench.contest("pages", &title, contenders).await?;
    let rate = |name| anyhow::Ok(find(&standings, name)?.median.rate);
    bench.verdicts.push(Verdict::new(
        "sends beside people: % of those alone",
        100.0 * rate(BESIDE)? / rate(ALONE)?,
        Bound::AtLeast(90.0),
    ));
    Ok(())
}

const ALONE: &str = "the server, alone";
const BESIDE: &str = "the server, beside people";

/// Sends while people look at pages.
struct Beside {
    sends: Sends,
    crowd: Crowd,
}

#[async_trait(?Send)]
impl Contender for Beside {
    fn name(&self) -> String {
        self.sends.name()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        // A second of it is the warm-up.
        let span = self.sends.measured + Duration::from_secs(1);
        let (sample, opened) = tokio::join!(self.sends.measure(), self.crowd.look_around(span));
        opened?;
        sample
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        self.sends.audit().await
    }
}

/// People who look at pages.
struct Crowd {
    address: String,
    paths: Arc<Vec<String>>,
    /// The session of each.
    cookies: Vec<String>,
}

impl Crowd {
    /// Lets everybody open pages for a while, and returns the latencies of each page.
    async fn look_around(&self, span: Duration) -> anyhow::Result<Opened> {
        let opened = Arc::<Mutex<Opened>>::default();
        let begin = Instant::now();
        let mut people = JoinSet::new();
        let distance = PACE / u32::try_from(self.cookies.len())?.max(1);
        for (number, cookie) in self.cookies.iter().enumerate() {
            let person = Person {
                address: self.address.clone(),
                cookie: cookie.clone(),
                paths: Arc::clone(&self.paths),
                number,
                first: begin + distance * u32::try_from(number)?,
                end: begin + span,
                opened: Arc::clone(&opened),
            };
            people.spawn(person.look_around());
        }
        while let Some(ended) = people.join_next().await {
            ended.context("a person panicked")??;
        }
        let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *opened))
    }
}

/// A person who opens one page after the other.
struct Person {
    address: String,
    cookie: String,
    paths: Arc<Vec<String>>,
    number: usize,
    first: Instant,
    end: Instant,
    opened: Arc<Mutex<Opened>>,
}

impl Person {
    async fn look_around(self) -> anyhow::Result<()> {
        let mut due = self.first;
        // Everybody begins with another page.
        let paths = self
            .paths
            .iter()
            .cycle()
            .skip(self.number % self.paths.len().max(1));
        for path in paths {
            if due >= self.end {
                break;
            }
            sleep_until(due).await;
            get(&self.address, path, &self.cookie).await?;
            let latency = due.elapsed();
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            opened.entry(path.clone()).or_default().add(latency);
            drop(opened);
            due += PACE;
        }
        Ok(())
    }
}

/// Waits until the page of insights covers all messages.
async fn wait_until_counted(address: &str, cookie: &str) -> anyhow::Result<()> {
    let begin = Instant::now();
    while get(address, INSIGHTS, cookie).await?.contains(BEHIND) {
        ensure!(begin.elapsed() < PATIENCE, "they are not counted");
        sleep(Duration::from_secs(2)).await;
    }
    Ok(())
}

/// Opens a page over a connection of its own, as a browser that comes back after a while does.
async fn get(address: &str, path: &str, cookie: &str) -> anyhow::Result<String> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(driver);
    let request = Request::get(path)
        .header("host", address)
        .header("cookie", cookie)
        .body(Empty::<Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    let status = answer.status();
    let body = answer.into_body().collect().await?.to_bytes();
    ensure!(status == StatusCode::OK, "{path}: {status}");
    Ok(String::from_utf8(body.to_vec())?)
}

/// Returns the id after the first such beginning of a path in a page.
fn link_after(page: &str, before: &str) -> Option<String> {
    let mut rests = page.split(before).skip(1);
    rests.find_map(|rest| {
        let id = rest.get(..36)?;
        Uuid::try_parse(id).ok().map(|_| id.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_to_a_message_is_found() {
        let id = "01a1fc2a-009b-7089-b6fc-845ffcfbd4cf";
        let page = format!("<a href=\"/m/explain\"><a href=\"/m/{id}\">");
        assert_eq!(link_after(&page, "/m/").as_deref(), Some(id));
        assert_eq!(link_after("<a href=\"/m/explain\">", "/m/"), None);
    }
}
