//! The state that the scenarios of a benchmark share, and the databases and servers that they measure.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use otp_e2e::Database;
use otp_testkit::postgres::TestPostgres;
use serde_json::{Value, json};

use crate::contest::{Contender, Standing, contest};
use crate::database::ByHand;
use crate::pgbench::PREPARE;
use crate::rig::{Rig, built_server, migrate_only};
use crate::store::{Store, durable_cluster};
use crate::verdict::Verdict;

/// The rounds of a contest.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Rounds {
    /// Number of measurements of each contender.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// Seconds of each measurement, after a warm-up of one second.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
}

/// The state that the scenarios share.
pub(crate) struct Bench<Options> {
    pub(crate) options: Options,
    pub(crate) server: PathBuf,
    pub(crate) standings: Vec<Value>,
    pub(crate) verdicts: Vec<Verdict>,
    rounds: Rounds,
    /// Started by the first scenario that needs it.
    cluster: Option<TestPostgres>,
}

impl<Options> Bench<Options> {
    pub(crate) fn new(options: Options, rounds: Rounds) -> anyhow::Result<Self> {
        println!(
            "{} rounds of {} s; PostgreSQL with its defaults, fsync on; tx, fsync and CPU are per request",
            rounds.rounds, rounds.seconds
        );
        Ok(Self {
            options,
            server: built_server()?,
            standings: Vec::new(),
            verdicts: Vec::new(),
            rounds,
            cluster: None,
        })
    }

    /// Returns the duration of a measurement.
    pub(crate) fn measured(&self) -> Duration {
        Duration::from_secs(self.rounds.seconds)
    }

    pub(crate) fn cluster(&mut self) -> anyhow::Result<&TestPostgres> {
        if self.cluster.is_none() {
            self.cluster = Some(durable_cluster()?);
        }
        self.cluster
            .as_ref()
            .ok_or_else(|| anyhow::anyhow!("no PostgreSQL"))
    }

    /// Creates an empty database.
    pub(crate) fn empty(&mut self, store: Store) -> anyhow::Result<Database> {
        Ok(match store {
            Store::Sqlite => Database::sqlite(),
            Store::Postgres => Database::Postgres(self.cluster()?.create_database()),
        })
    }

    /// Starts a server on a fresh database. Only PostgreSQL has counters to read by hand.
    pub(crate) async fn on(
        &mut self,
        store: Store,
        accounts: usize,
    ) -> anyhow::Result<(Rc<Rig>, Option<ByHand>)> {
        Ok(match store {
            Store::Sqlite => (self.on_sqlite(accounts).await?, None),
            Store::Postgres => {
                let (rig, by_hand) = self.on_postgres(accounts).await?;
                (rig, Some(by_hand))
            }
        })
    }

    /// Starts a server on a fresh PostgreSQL database.
    pub(crate) async fn on_postgres(
        &mut self,
        accounts: usize,
    ) -> anyhow::Result<(Rc<Rig>, ByHand)> {
        let program = self.server.clone();
        self.program_on_postgres(&program, accounts).await
    }

    pub(crate) async fn program_on_postgres(
        &mut self,
        program: &Path,
        accounts: usize,
    ) -> anyhow::Result<(Rc<Rig>, ByHand)> {
        let url = self.cluster()?.create_database();
        let by_hand = ByHand::connect(&url).await?;
        let rig = Rig::start(program, Database::Postgres(url), accounts).await?;
        Ok((Rc::new(rig), by_hand))
    }

    /// Starts a server on a fresh SQLite file.
    pub(crate) async fn on_sqlite(&mut self, accounts: usize) -> anyhow::Result<Rc<Rig>> {
        let rig = Rig::start(&self.server, Database::sqlite(), accounts).await?;
        Ok(Rc::new(rig))
    }

    /// Creates a database with the product's tables and the baseline's accounts.
    pub(crate) async fn for_baseline(&mut self) -> anyhow::Result<(String, ByHand)> {
        let url = self.cluster()?.create_database();
        migrate_only(&self.server, &Database::Postgres(url.clone()))?;
        let by_hand = ByHand::connect(&url).await?;
        by_hand.run(PREPARE).await?;
        Ok((url, by_hand))
    }

    pub(crate) async fn contest(
        &mut self,
        scenario: &str,
        title: &str,
        mut contenders: Vec<Box<dyn Contender + '_>>,
    ) -> anyhow::Result<Vec<Standing>> {
        let standings = contest(title, self.rounds.rounds, &mut contenders).await?;
        let rows: Vec<Value> = standings.iter().map(Standing::json).collect();
        self.standings
            .push(json!({"scenario": scenario, "title": title, "contenders": rows}));
        Ok(standings)
    }

    /// Prints the verdicts, and returns everything that was measured.
    pub(crate) fn end(&self, preload: u64) -> Value {
        println!(
            "\nIn every scenario the credits add up, and each message was one call to the provider.\n"
        );
        for verdict in &self.verdicts {
            println!("{verdict}");
        }
        json!({
            "rounds": self.rounds.rounds,
            "seconds": self.rounds.seconds,
            "preload": preload,
            "scenarios": self.standings,
            "verdicts": self.verdicts.iter().map(Verdict::json).collect::<Vec<_>>(),
        })
    }
}
