//! The scenarios, each with its contenders and goals.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::Bench;
use super::contenders::{Bare, Baseline, Checks, OneByOne, Receipts, Sends, Sent};
use super::example_attempt::example_attempt;
use super::sustained::sustained;
use crate::contest::{Contender, Standing, find};
use crate::database::ByHand;
use crate::measure::CONNECTIONS;
use crate::pgbench::{Run, Script};
use crate::preload;
use crate::process::{Process, memory};
use crate::provider::Provider;
use crate::rig::Rig;
use crate::store::Store;
use crate::verdict::{Bound, Verdict};

/// A scenario to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// Memory of an idle server.
    Idle,
    /// One account, 64 connections.
    Hot,
    /// 100 accounts, 64 connections.
    Accounts,
    /// One account that sends to 10,000 recipients again and again: nearly all are refused.
    Recipients,
    /// One connection.
    Alone,
    /// 64 connections, a provider that takes 50 ms.
    Delay,
    /// 1,000 sends in flight, a provider that takes 300 ms.
    Held,
    /// One account on SQLite.
    Sqlite,
    /// Status look-ups and receipts.
    Status,
    /// One account on a database with the messages of --preload.
    Grown,
    /// One account for three minutes, with messages that live for 30 s. Only if it is named.
    Sustained,
}

const ALL: [Scenario; 11] = [
    Scenario::Idle,
    Scenario::Hot,
    Scenario::Accounts,
    Scenario::Recipients,
    Scenario::Alone,
    Scenario::Delay,
    Scenario::Held,
    Scenario::Sqlite,
    Scenario::Status,
    Scenario::Grown,
    Scenario::Sustained,
];

const MANY: usize = 1_000;

type Contenders<'a> = Vec<Box<dyn Contender + 'a>>;

impl Scenario {
    /// Returns the requested scenarios, or all; `Grown` only if there are messages to preload, and
    /// `Sustained` only if it is requested.
    pub(crate) fn plan(only: &[Self], preload: u64) -> Vec<Self> {
        let wanted = |scenario: &Self| only.is_empty() || only.contains(scenario);
        let scenarios = ALL.into_iter().filter(wanted);
        scenarios
            .filter(|scenario| *scenario != Self::Grown || preload > 0)
            .filter(|scenario| *scenario != Self::Sustained || only.contains(scenario))
            .collect()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Hot => "hot",
            Self::Accounts => "accounts",
            Self::Recipients => "recipients",
            Self::Alone => "alone",
            Self::Delay => "delay",
            Self::Held => "held",
            Self::Sqlite => "sqlite",
            Self::Status => "status",
            Self::Grown => "grown",
            Self::Sustained => "sustained",
        }
    }

    pub(crate) async fn run(self, bench: &mut Bench) -> anyhow::Result<()> {
        match self {
            Self::Idle => idle(bench).await,
            Self::Hot => hot(bench).await,
            Self::Accounts => accounts(bench).await,
            Self::Recipients => recipients(bench).await,
            Self::Alone => alone(bench).await,
            Self::Delay => delay(bench).await,
            Self::Held => held(bench).await,
            Self::Sqlite => sqlite(bench).await,
            Self::Status => status(bench).await,
            Self::Grown => grown(bench).await,
            Self::Sustained => sustained(bench).await,
        }
    }
}

async fn idle(bench: &mut Bench) -> anyhow::Result<()> {
    for store in Store::ALL {
        let rig = match store {
            Store::Sqlite => bench.on_sqlite(1).await?,
            Store::Postgres => bench.on_postgres(1).await?.0,
        };
        // By then each of its workers has run once.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let (now, _) = memory(rig.server.id()).context("cannot read the memory from /proc")?;
        bench.verdicts.push(Verdict::new(
            format!("MiB of an idle server on {}", store.name()),
            now,
            Bound::AtMost(40.0),
        ));
    }
    Ok(())
}

async fn hot(bench: &mut Bench) -> anyhow::Result<()> {
    let (url, by_hand) = bench.for_baseline().await?;
    let mut contenders = baselines(bench, &url, &by_hand, CONNECTIONS, 1);
    let (rig, server) = bench.on_postgres(1).await?;
    contenders.push(Box::new(sends("the server", &rig, Some(server), bench)));
    against(bench, 1, &mut contenders).await?;
    let title = "one hot account, 64 connections, provider delay 0, PostgreSQL";
    let standings = bench
        .contest(Scenario::Hot.name(), title, contenders)
        .await?;
    if bench.options.no_baseline {
        return Ok(());
    }
    let ours = find(&standings, "the server")?;
    let plain = find(&standings, "plain SQL")?;
    let function = find(&standings, "stored functions")?;
    let rate = |of: &Standing| ours.median.rate / of.median.rate;
    bench.verdicts.extend([
        Verdict::new(
            "hot account: × the sends of plain SQL transactions",
            rate(plain),
            Bound::AtLeast(6.0),
        ),
        Verdict::new(
            "hot account: × the sends of stored functions, a stricter measure",
            rate(function),
            Bound::AtLeast(6.0),
        ),
        Verdict::new(
            "hot account: p99 in ms",
            ours.median.p99_ms,
            Bound::AtMost(25.0),
        ),
    ]);
    Ok(())
}

async fn accounts(bench: &mut Bench) -> anyhow::Result<()> {
    const ACCOUNTS: usize = 100;
    let (url, by_hand) = bench.for_baseline().await?;
    let mut contenders = baselines(bench, &url, &by_hand, CONNECTIONS, ACCOUNTS);
    let (rig, server) = bench.on_postgres(ACCOUNTS).await?;
    let mut ours = sends("the server", &rig, Some(server), bench);
    ours.accounts = ACCOUNTS;
    contenders.push(Box::new(ours));
    against(bench, ACCOUNTS, &mut contenders).await?;
    let provider = Provider::start().await?;
    let target = format!("{}/v26.0/1/messages", provider.url());
    contenders.push(Box::new(bare("a bare proxy", &["proxy", &target], bench)?));
    contenders.push(Box::new(bare("a bare echo", &["echo"], bench)?));
    let title = "100 accounts, 64 connections, provider delay 0, PostgreSQL";
    let standings = bench
        .contest(Scenario::Accounts.name(), title, contenders)
        .await?;
    if bench.options.no_baseline {
        return Ok(());
    }
    let ours = find(&standings, "the server")?;
    let rate = |name: &str| anyhow::Ok(ours.median.rate / find(&standings, name)?.median.rate);
    bench.verdicts.extend([
        Verdict::new(
            "100 accounts: × the sends of plain SQL transactions",
            rate("plain SQL")?,
            Bound::AtLeast(2.5),
        ),
        Verdict::new(
            "100 accounts: × the sends of stored functions, a stricter measure",
            rate("stored functions")?,
            Bound::AtLeast(2.5),
        ),
        Verdict::new(
            "100 accounts: % of the bare proxy",
            100.0 * rate("a bare proxy")?,
            Bound::AtLeast(20.0),
        ),
    ]);
    Ok(())
}

async fn recipients(bench: &mut Bench) -> anyhow::Result<()> {
    let (rig, server) = bench.on_postgres(1).await?;
    let mut ours = sends("the server", &rig, Some(server), bench);
    ours.recipients = Some(10_000);
    let title = "one account, 10,000 recipients in turn (nearly all cooling down), 64 connections, PostgreSQL";
    bench
        .contest(Scenario::Recipients.name(), title, vec![Box::new(ours)])
        .await?;
    Ok(())
}

async fn alone(bench: &mut Bench) -> anyhow::Result<()> {
    const DELAY: Duration = Duration::from_millis(50);
    let (url, by_hand) = bench.for_baseline().await?;
    let mut contenders = baselines(bench, &url, &by_hand, 1, 1);
    let (rig, server) = bench.on_postgres(1).await?;
    let mut at_once = sends("the server, delay 0", &rig, Some(server), bench);
    at_once.connections = 1;
    contenders.push(Box::new(at_once));
    let (rig, server) = bench.on_postgres(1).await?;
    let mut delayed = sends("the server, delay 50 ms", &rig, Some(server), bench);
    delayed.connections = 1;
    delayed.delay = DELAY;
    contenders.push(Box::new(delayed));
    let delayed = rig;
    let title = "alone: one account, 1 connection, PostgreSQL";
    let standings = bench
        .contest(Scenario::Alone.name(), title, contenders)
        .await?;
    if bench.options.no_baseline {
        return Ok(());
    }
    let plain = find(&standings, "plain SQL")?.median.p50_ms;
    let at_once = find(&standings, "delay 0")?.median.p50_ms;
    // A timer rounds up, so the provider's real delay counts.
    let beyond = find(&standings, "delay 50 ms")?.median.p50_ms
        - delayed.provider.mean_delay().as_secs_f64() * 1_000.0;
    bench.verdicts.extend([
        Verdict::new(
            "alone: × the median latency of plain SQL, the call included",
            at_once / plain,
            Bound::AtMost(2.5),
        ),
        Verdict::new(
            "alone: × the same beyond a provider's 50 ms",
            beyond / plain,
            Bound::AtMost(2.5),
        ),
    ]);
    Ok(())
}

async fn delay(bench: &mut Bench) -> anyhow::Result<()> {
    let (rig, server) = bench.on_postgres(1).await?;
    let mut ours = sends("the server", &rig, Some(server), bench);
    ours.delay = Duration::from_millis(50);
    let title = "one hot account, 64 connections, provider delay 50 ms, PostgreSQL";
    bench
        .contest(Scenario::Delay.name(), title, vec![Box::new(ours)])
        .await?;
    Ok(())
}

async fn held(bench: &mut Bench) -> anyhow::Result<()> {
    const DELAY: Duration = Duration::from_millis(300);
    let mut contenders: Contenders<'_> = Vec::new();
    let (rig, server) = bench.on_postgres(1).await?;
    let mut at_once = sends("the server, delay 0", &rig, Some(server), bench);
    at_once.connections = MANY;
    contenders.push(Box::new(at_once));
    let (rig, server) = bench.on_postgres(1).await?;
    let mut delayed = sends("the server, delay 300 ms", &rig, Some(server), bench);
    delayed.connections = MANY;
    delayed.delay = DELAY;
    contenders.push(Box::new(delayed));
    let title = "one hot account, 1,000 in flight, PostgreSQL";
    let standings = bench
        .contest(Scenario::Held.name(), title, contenders)
        .await?;
    let at_once = &find(&standings, "delay 0")?.median;
    let delayed = &find(&standings, "delay 300 ms")?.median;
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let bound = (MANY as f64 / DELAY.as_secs_f64()).min(at_once.rate);
    let peaks = [at_once.peak_mib, delayed.peak_mib];
    let peak = peaks.into_iter().flatten().fold(0.0, f64::max);
    bench.verdicts.extend([
        Verdict::new(
            "1,000 in flight at 300 ms: % of what is possible",
            100.0 * delayed.rate / bound,
            Bound::AtLeast(85.0),
        ),
        Verdict::new(
            "1,000 in flight: MiB at the most",
            peak,
            Bound::AtMost(150.0),
        ),
    ]);
    Ok(())
}

async fn sqlite(bench: &mut Bench) -> anyhow::Result<()> {
    let rig = bench.on_sqlite(1).await?;
    let one_by_one = OneByOne {
        rig: Rc::clone(&rig),
        storage: rig.database.open().await,
        attempt: example_attempt(&rig).await?,
        measured: bench.measured(),
    };
    let contenders: Contenders<'_> = vec![
        Box::new(one_by_one),
        Box::new(sends("the server", &rig, None, bench)),
    ];
    let title = "one hot account, 64 connections, provider delay 0, SQLite with synchronous=FULL";
    let standings = bench
        .contest(Scenario::Sqlite.name(), title, contenders)
        .await?;
    let ours = find(&standings, "the server")?.median.rate;
    let plain = find(&standings, "one transaction")?.median.rate;
    bench.verdicts.push(Verdict::new(
        "SQLite: × the sends of one transaction a step on the same file",
        ours / plain,
        Bound::AtLeast(2.0),
    ));
    Ok(())
}

async fn status(bench: &mut Bench) -> anyhow::Result<()> {
    let (rig, server) = bench.on_postgres(1).await?;
    let mut sending = sends("the server, SendMessage", &rig, Some(server), bench);
    // Each message is reported on once, so there have to be enough of them.
    sending.measured *= 2;
    let sent = Arc::clone(&sending.sent);
    let mut contenders: Contenders<'_> = vec![Box::new(sending)];
    contenders.push(Box::new(Checks {
        rig: Rc::clone(&rig),
        by_hand: Some(ByHand::connect(&rig.database.url()).await?),
        connections: CONNECTIONS,
        measured: bench.measured(),
        sent: Arc::clone(&sent),
    }));
    let reported = Arc::<std::sync::atomic::AtomicUsize>::default();
    for (together, share) in [(1, 2), (10, 1)] {
        contenders.push(Box::new(Receipts {
            rig: Rc::clone(&rig),
            by_hand: Some(ByHand::connect(&rig.database.url()).await?),
            connections: CONNECTIONS,
            together,
            share,
            sent: Arc::clone(&sent),
            reported: Arc::clone(&reported),
        }));
    }
    contenders.push(Box::new(bare("a bare echo", &["echo"], bench)?));
    let title = "status look-ups and receipts, 64 connections, PostgreSQL";
    let standings = bench
        .contest(Scenario::Status.name(), title, contenders)
        .await?;
    let rate = |name: &str| anyhow::Ok(find(&standings, name)?.median.rate);
    let (checks, echo) = (rate("CheckMessageStatus")?, rate("a bare echo")?);
    bench.verdicts.push(Verdict::new(
        "status look-ups: % of the bare echo",
        100.0 * checks / echo,
        Bound::AtLeast(25.0),
    ));
    for together in [1, 10] {
        let ratio = rate(&format!("receipts by {together}"))? / rate("SendMessage")?;
        bench.verdicts.push(Verdict::new(
            format!("receipts, {together} in a notification: × the sends"),
            ratio,
            Bound::AtLeast(3.0),
        ));
    }
    Ok(())
}

async fn grown(bench: &mut Bench) -> anyhow::Result<()> {
    const ACCOUNTS: usize = 100;
    let messages = bench.options.preload;
    let mut contenders: Contenders<'_> = Vec::new();
    for (name, grown) in [("the server, empty", false), ("the server, grown", true)] {
        let (rig, by_hand) = bench.on_postgres(ACCOUNTS).await?;
        if grown {
            println!("\nwriting {messages} messages …");
            preload::messages(&by_hand, messages).await?;
            rig.add_foreign_messages(i64::try_from(messages)?);
        }
        contenders.push(Box::new(sends(name, &rig, Some(by_hand), bench)));
    }
    let title = format!(
        "one hot account, 64 connections, PostgreSQL: empty, and beside {messages} messages"
    );
    let standings = bench
        .contest(Scenario::Grown.name(), &title, contenders)
        .await?;
    let empty = find(&standings, "empty")?.median.rate;
    let grown = find(&standings, "grown")?.median.rate;
    bench.verdicts.push(Verdict::new(
        format!("beside {messages} messages: % of the sends of an empty database"),
        100.0 * grown / empty,
        Bound::AtLeast(80.0),
    ));
    Ok(())
}

fn baselines<'a>(
    bench: &Bench,
    url: &'a str,
    by_hand: &'a ByHand,
    clients: usize,
    accounts: usize,
) -> Contenders<'a> {
    let baseline = |script| {
        let run = Run {
            script,
            clients,
            accounts,
            duration: bench.measured(),
        };
        Box::new(Baseline { url, by_hand, run }) as _
    };
    if bench.options.no_baseline {
        return Vec::new();
    }
    vec![baseline(Script::Plain), baseline(Script::Function)]
}

/// Sends of one hot account, each to a new recipient, without a delay.
fn sends(name: &'static str, rig: &Rc<Rig>, by_hand: Option<ByHand>, bench: &Bench) -> Sends {
    Sends {
        name,
        rig: Rc::clone(rig),
        by_hand,
        connections: CONNECTIONS,
        accounts: 1,
        recipients: None,
        delay: Duration::ZERO,
        measured: bench.measured(),
        sent: Sent::default(),
    }
}

/// Adds the server that was built earlier, if one is given.
async fn against(
    bench: &mut Bench,
    accounts: usize,
    contenders: &mut Contenders<'_>,
) -> anyhow::Result<()> {
    let Some(program) = bench.options.against.clone() else {
        return Ok(());
    };
    let program: PathBuf = std::path::absolute(program)?;
    let (rig, by_hand) = bench.program_on_postgres(&program, accounts).await?;
    let mut earlier = sends("the earlier one", &rig, Some(by_hand), bench);
    earlier.accounts = accounts;
    contenders.push(Box::new(earlier));
    Ok(())
}

fn bare(name: &'static str, arguments: &[&str], bench: &Bench) -> anyhow::Result<Bare> {
    let arguments = [&["peer"], arguments].concat();
    Ok(Bare {
        name,
        process: Process::start(&std::env::current_exe()?, &arguments, &[])?,
        connections: CONNECTIONS,
        measured: bench.measured(),
    })
}
