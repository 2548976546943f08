//! The scenarios, each with its contenders and goals.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::Bench;
use super::audit::Answered;
use super::contenders::{Checks, Creates};
use super::requests::Keyed;
use super::timing::timing;
use crate::contest::{Contender, find};
use crate::measure::CONNECTIONS;
use crate::preload;
use crate::sends::{Sends, Sent};
use crate::store::Store;
use crate::verdict::{Bound, Verdict};

/// A scenario to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// One account on PostgreSQL, 64 connections: sends, new verifications, right codes.
    Postgres,
    /// The same on SQLite.
    Sqlite,
    /// New verifications and right codes on a database with the verifications of --preload.
    Grown,
    /// The time of a refused check, by the reason of the refusal.
    Timing,
}

const ALL: [Scenario; 4] = [
    Scenario::Postgres,
    Scenario::Sqlite,
    Scenario::Grown,
    Scenario::Timing,
];

type Contenders<'a> = Vec<Box<dyn Contender + 'a>>;

impl Scenario {
    /// Returns the requested scenarios, or all; `Grown` only if there are verifications to preload.
    pub(crate) fn plan(only: &[Self], preload: u64) -> Vec<Self> {
        let wanted = |scenario: &Self| only.is_empty() || only.contains(scenario);
        let scenarios = ALL.into_iter().filter(wanted);
        scenarios
            .filter(|scenario| *scenario != Self::Grown || preload > 0)
            .collect()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
            Self::Grown => "grown",
            Self::Timing => "timing",
        }
    }

    pub(crate) async fn run(self, bench: &mut Bench) -> anyhow::Result<()> {
        match self {
            Self::Postgres => beside_sends(self, Store::Postgres, bench).await,
            Self::Sqlite => beside_sends(self, Store::Sqlite, bench).await,
            Self::Grown => grown(bench).await,
            Self::Timing => {
                for store in Store::ALL {
                    timing(store, bench).await?;
                }
                Ok(())
            }
        }
    }
}

async fn beside_sends(scenario: Scenario, store: Store, bench: &mut Bench) -> anyhow::Result<()> {
    let (rig, _) = bench.on(store, 1).await?;
    let answered = Arc::<Answered>::default();
    let sends = Sends {
        name: "SendMessage",
        rig: Rc::clone(&rig),
        by_hand: rig.counters().await?,
        connections: CONNECTIONS,
        accounts: 1,
        recipients: None,
        delay: Duration::ZERO,
        measured: bench.measured(),
        sent: Sent::default(),
    };
    let mut contenders: Contenders<'_> = vec![Box::new(sends)];
    for (name, keyed) in [
        ("new verifications", Keyed::No),
        ("with keys: new verifications", Keyed::Yes),
    ] {
        contenders.push(Box::new(Creates {
            name,
            rig: Rc::clone(&rig),
            by_hand: rig.counters().await?,
            measured: bench.measured(),
            keyed,
            answered: Arc::clone(&answered),
        }));
    }
    for (name, keyed, share) in [
        ("right codes", Keyed::No, 2),
        ("with keys: right codes", Keyed::Yes, 1),
    ] {
        contenders.push(Box::new(Checks {
            name,
            rig: Rc::clone(&rig),
            by_hand: rig.counters().await?,
            keyed,
            share,
            answered: Arc::clone(&answered),
        }));
    }
    let on = store.name();
    let title = format!("verifications of one account, {CONNECTIONS} connections, {on}");
    let standings = bench.contest(scenario.name(), &title, contenders).await?;
    let median = |name: &str| anyhow::Ok(find(&standings, name)?.median.clone());
    let (sends, creates, checks) = (
        median("SendMessage")?,
        median("new verifications")?,
        median("right codes")?,
    );
    bench.verdicts.extend([
        Verdict::new(
            format!("new verifications on {on}: % of the sends"),
            100.0 * creates.rate / sends.rate,
            Bound::AtLeast(70.0),
        ),
        Verdict::new(
            format!("right codes on {on}: × the new verifications"),
            checks.rate / creates.rate,
            Bound::AtLeast(2.0),
        ),
        Verdict::new(
            format!("new verifications on {on}: p99 in ms"),
            creates.p99_ms,
            Bound::AtMost(25.0),
        ),
        Verdict::new(
            format!("right codes on {on}: p99 in ms"),
            checks.p99_ms,
            Bound::AtMost(25.0),
        ),
    ]);
    Ok(())
}

async fn grown(bench: &mut Bench) -> anyhow::Result<()> {
    let old = bench.options.preload;
    let mut contenders: Contenders<'_> = Vec::new();
    for (creates, checks, is_grown) in [
        ("empty: new verifications", "empty: right codes", false),
        ("grown: new verifications", "grown: right codes", true),
    ] {
        let (rig, by_hand) = bench.on_postgres(1).await?;
        if is_grown {
            println!("\nwriting {old} verifications …");
            preload::verifications(&by_hand, old).await?;
            rig.add_foreign_messages(i64::try_from(old)?);
        }
        let answered = Arc::<Answered>::default();
        contenders.push(Box::new(Creates {
            name: creates,
            rig: Rc::clone(&rig),
            by_hand: Some(by_hand),
            measured: bench.measured(),
            keyed: Keyed::No,
            answered: Arc::clone(&answered),
        }));
        contenders.push(Box::new(Checks {
            name: checks,
            by_hand: rig.counters().await?,
            rig,
            keyed: Keyed::No,
            share: 1,
            answered,
        }));
    }
    let title = format!(
        "verifications of one account, {CONNECTIONS} connections, PostgreSQL: empty, and beside {old} old ones"
    );
    let standings = bench
        .contest(Scenario::Grown.name(), &title, contenders)
        .await?;
    for what in ["new verifications", "right codes"] {
        let rate = |on: &str| anyhow::Ok(find(&standings, &format!("{on}: {what}"))?.median.rate);
        bench.verdicts.push(Verdict::new(
            format!("{what} beside {old} old ones: % of those on an empty database"),
            100.0 * rate("grown")? / rate("empty")?,
            Bound::AtLeast(80.0),
        ));
    }
    Ok(())
}
