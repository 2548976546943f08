//! Sends, status look-ups and receipts, compared with the plain design and with bare HTTP: their
//! rate, latency and cost.
//!
//! Every scenario ends with a check that the credits add up, and that the provider was called
//! exactly once about each message. Otherwise the run fails, however fast it was.

mod contenders;
mod example_attempt;
mod scenarios;
mod sustained;
mod verdict;

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use otp_e2e::Database;
use otp_testkit::postgres::TestPostgres;
use serde_json::{Value, json};

use crate::contest::{Contender, Standing, contest};
use crate::database::ByHand;
use crate::pgbench::PREPARE;
use crate::rig::{Rig, built_server, migrate_only};
use crate::store::durable_cluster;
use scenarios::Scenario;
use verdict::Verdict;

/// The scenarios and their rounds.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Measure only this scenario; may be repeated.
    #[arg(long, value_name = "SCENARIO")]
    only: Vec<Scenario>,
    /// Number of measurements of each contender.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds of each measurement, after a warm-up of one second.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// A server that was built earlier, to compare with this one.
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
    /// Leave the baselines out, to compare two builds in more rounds.
    #[arg(long, requires = "against")]
    no_baseline: bool,
    /// Measure also with this many earlier messages; 10000000 take about 20 GB and a quarter of an
    /// hour.
    #[arg(long, value_name = "MESSAGES", default_value_t = 0)]
    preload: u64,
}

/// The state that the scenarios share.
pub(crate) struct Bench {
    options: Options,
    server: PathBuf,
    /// Started by the first scenario that needs it.
    cluster: Option<TestPostgres>,
    standings: Vec<Value>,
    verdicts: Vec<Verdict>,
}

/// Runs the scenarios.
pub(crate) async fn run(options: &Options) -> anyhow::Result<Value> {
    let mut bench = Bench {
        options: options.clone(),
        server: built_server()?,
        cluster: None,
        standings: Vec::new(),
        verdicts: Vec::new(),
    };
    println!(
        "{} rounds of {} s; PostgreSQL with its defaults, fsync on; tx, fsync and CPU are per request",
        options.rounds, options.seconds
    );
    for scenario in Scenario::plan(&options.only, options.preload) {
        scenario.run(&mut bench).await?;
    }
    println!(
        "\nIn every scenario the credits add up, and each message was one call to the provider.\n"
    );
    for verdict in &bench.verdicts {
        println!("{verdict}");
    }
    Ok(json!({
        "rounds": options.rounds,
        "seconds": options.seconds,
        "preload": options.preload,
        "scenarios": bench.standings,
        "verdicts": bench.verdicts.iter().map(Verdict::json).collect::<Vec<_>>(),
    }))
}

impl Bench {
    fn measured(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }

    fn cluster(&mut self) -> anyhow::Result<&TestPostgres> {
        if self.cluster.is_none() {
            self.cluster = Some(durable_cluster()?);
        }
        self.cluster
            .as_ref()
            .ok_or_else(|| anyhow::anyhow!("no PostgreSQL"))
    }

    /// Starts a server on a fresh PostgreSQL database.
    async fn on_postgres(&mut self, accounts: usize) -> anyhow::Result<(Rc<Rig>, ByHand)> {
        let program = self.server.clone();
        self.program_on_postgres(&program, accounts).await
    }

    async fn program_on_postgres(
        &mut self,
        program: &std::path::Path,
        accounts: usize,
    ) -> anyhow::Result<(Rc<Rig>, ByHand)> {
        let url = self.cluster()?.create_database();
        let by_hand = ByHand::connect(&url).await?;
        let rig = Rig::start(program, Database::Postgres(url), accounts).await?;
        Ok((Rc::new(rig), by_hand))
    }

    /// Starts a server on a fresh SQLite file.
    async fn on_sqlite(&mut self, accounts: usize) -> anyhow::Result<Rc<Rig>> {
        let rig = Rig::start(&self.server, Database::sqlite(), accounts).await?;
        Ok(Rc::new(rig))
    }

    /// Creates a database with the product's tables and the baseline's accounts.
    async fn for_baseline(&mut self) -> anyhow::Result<(String, ByHand)> {
        let url = self.cluster()?.create_database();
        migrate_only(&self.server, &Database::Postgres(url.clone()))?;
        let by_hand = ByHand::connect(&url).await?;
        by_hand.run(PREPARE).await?;
        Ok((url, by_hand))
    }

    async fn contest(
        &mut self,
        scenario: Scenario,
        title: &str,
        mut contenders: Vec<Box<dyn Contender + '_>>,
    ) -> anyhow::Result<Vec<Standing>> {
        let standings = contest(title, self.options.rounds, &mut contenders).await?;
        let rows: Vec<Value> = standings.iter().map(Standing::json).collect();
        self.standings.push(json!({
            "scenario": scenario.name(),
            "title": title,
            "contenders": rows,
        }));
        Ok(standings)
    }
}
