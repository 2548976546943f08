//! Sends of one account that has an endpoint for all events, in turn with those of an account without one.
//!
//! The endpoint's receiver runs in this process, so its share of each call costs sends, too, as the calls
//! themselves do. One endpoint takes fewer events a second than one account causes; each measurement ends with a wait
//! for the rest of them, so that no contender pays for the calls of the one before it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::PoisonError;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::Bench;
use super::endpoints::{create_endpoint, start};
use super::receiver::{Behaviour, Receiver};
use super::scenarios::Scenario;
use crate::contest::{Contender, Sample, find, median};
use crate::measure::CONNECTIONS;
use crate::rig::Rig;
use crate::sends::{Sends, Sent};
use crate::store::Store;
use crate::verdict::{Bound, Verdict};

const WITH: &str = "with an endpoint";
const WITHOUT: &str = "without endpoints";

/// Events that arrived at the endpoint a second, of each round.
#[derive(Default)]
struct Arrived {
    /// During the sends.
    beside_sends: Vec<f64>,
    /// Between the last send and the last event, unless all have arrived by then.
    afterwards: Vec<f64>,
}

/// Sends of an account with an endpoint.
struct WithEndpoint {
    sends: Sends,
    receiver: Receiver,
    arrived: Rc<RefCell<Arrived>>,
}

#[async_trait(?Send)]
impl Contender for WithEndpoint {
    fn name(&self) -> String {
        self.sends.name()
    }

    async fn measure(&mut self) -> anyhow::Result<Sample> {
        let before = self.receiver.arrived(0);
        let begun = Instant::now();
        let sample = self.sends.measure().await?;
        let (between, ended) = (self.receiver.arrived(0), Instant::now());
        self.receiver.wait_for(0, &self.sent()).await?;
        let rest = self.receiver.arrived(0) - between;
        let mut arrived = self.arrived.borrow_mut();
        let beside_sends = rate(between - before, ended - begun);
        arrived.beside_sends.push(beside_sends);
        if rest > 0 {
            arrived.afterwards.push(rate(rest, ended.elapsed()));
        }
        Ok(sample)
    }

    async fn audit(&mut self) -> anyhow::Result<()> {
        self.receiver.wait_for(0, &self.sent()).await?;
        self.sends.audit().await
    }
}

impl WithEndpoint {
    fn sent(&self) -> Vec<Uuid> {
        let sent = self.sends.sent.lock();
        sent.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Measures on this store.
pub(super) async fn hot_path(store: Store, bench: &mut Bench) -> anyhow::Result<()> {
    let receiver = Receiver::start(std::iter::once(Behaviour::Accepts)).await?;
    let rig = start(store, bench, 1).await?;
    create_endpoint(&rig, rig.api_key(), &receiver.url(0), &[]).await?;
    let arrived = Rc::<RefCell<Arrived>>::default();
    let with = WithEndpoint {
        sends: sends(WITH, rig, bench).await?,
        receiver,
        arrived: Rc::clone(&arrived),
    };
    let rig = start(store, bench, 1).await?;
    let without = sends(WITHOUT, rig, bench).await?;
    let on = store.name();
    let title = format!(
        "one hot account, {CONNECTIONS} connections, {on}: with an endpoint for all events, and without"
    );
    let contenders: Vec<Box<dyn Contender>> = vec![Box::new(without), Box::new(with)];
    let standings = bench
        .contest(Scenario::HotPath.name(), &title, contenders)
        .await?;
    let rate = |name| anyhow::Ok(find(&standings, name)?.median.rate);
    bench.verdicts.push(Verdict::new(
        format!("sends with an endpoint on {on}: % of those without"),
        100.0 * rate(WITH)? / rate(WITHOUT)?,
        Bound::AtLeast(80.0),
    ));
    let arrived = arrived.take();
    let beside_sends = median(arrived.beside_sends);
    let afterwards = median(arrived.afterwards);
    println!(
        "  the endpoint received {beside_sends:.0} events/s beside the sends, {afterwards:.0} after them"
    );
    bench.standings.push(json!({
        "scenario": Scenario::HotPath.name(),
        "title": format!("events of one endpoint, {on}"),
        "eventsPerSecondBesideSends": beside_sends,
        "eventsPerSecondAfterwards": afterwards,
    }));
    Ok(())
}

async fn sends(name: &'static str, rig: Rig, bench: &Bench) -> anyhow::Result<Sends> {
    Ok(Sends {
        name,
        by_hand: rig.counters().await?,
        rig: Rc::new(rig),
        connections: CONNECTIONS,
        accounts: 1,
        recipients: None,
        delay: Duration::ZERO,
        measured: bench.measured(),
        sent: Sent::default(),
    })
}

/// Returns the number a second.
fn rate(events: usize, elapsed: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few million at most")]
    let events = events as f64;
    events / elapsed.as_secs_f64().max(f64::EPSILON)
}
