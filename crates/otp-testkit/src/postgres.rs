//! A real PostgreSQL for tests, which dies with the process that started it.
//!
//! [`TestPostgres::shared`] is what a test wants: the server named by `OTP_TEST_POSTGRES_URL`
//! where there is one, and otherwise one cluster per test process, started from the installed
//! binaries on a free port. [`TestPostgres::start`] gives a test its own cluster, to stop and
//! start again. Where there is nothing to start, the test fails and says what to install: a
//! suite that skips its database silently has stopped testing it.

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod server;
mod sql;
mod watchdog;

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use cluster::Cluster;
pub use error::PostgresError;

/// Names a running server to use: the URL of a superuser's maintenance database.
pub const URL_VARIABLE: &str = "OTP_TEST_POSTGRES_URL";

/// Names the folder of the server's binaries, where they are in no usual place.
pub const BINARIES_VARIABLE: &str = "OTP_TEST_POSTGRES_BIN";

/// How a cluster of one's own is to behave.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Wait for the disk at every commit. Off, a cluster still survives
    /// [`TestPostgres::stop_immediately`], but not a power cut, and a benchmark of it would lie.
    pub durable: bool,
    /// Further settings of the server, as in `postgresql.conf`.
    pub settings: Vec<(String, String)>,
}

/// A PostgreSQL server to create databases on.
#[derive(Debug)]
pub struct TestPostgres {
    maintenance_url: String,
    /// Absent when the server was running already and belongs to somebody else.
    cluster: Option<Cluster>,
}

impl TestPostgres {
    /// The server that all tests of this process share.
    ///
    /// # Panics
    /// When there is neither a server to use nor one to start; the message says what to install.
    #[track_caller]
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<TestPostgres, PostgresError>> = OnceLock::new();
        match SHARED.get_or_init(Self::use_or_start) {
            Ok(postgres) => postgres,
            Err(error) => panic!("no PostgreSQL to test with: {error}"),
        }
    }

    /// Starts a cluster of the caller's own; dropping it stops it and removes its files.
    pub fn start(options: Options) -> Result<Self, PostgresError> {
        let cluster = Cluster::start(options)?;
        let maintenance_url = cluster.url();
        Ok(Self {
            maintenance_url,
            cluster: Some(cluster),
        })
    }

    /// The URL of the superuser's maintenance database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.maintenance_url
    }

    /// Creates an empty database that nobody else knows, and gives its URL. It is dropped when the calling
    /// thread, which is that of the test, ends: those of all tests together would fill some gigabytes.
    ///
    /// It blocks the calling thread for the time of one `CREATE DATABASE` (about 30 ms),
    /// and needs PostgreSQL 15 or newer.
    ///
    /// # Panics
    /// When the server refuses; a test has no use for going on without its database.
    #[track_caller]
    #[must_use]
    pub fn create_database(&self) -> String {
        let name = unique_name();
        // template0 rather than template1: nobody can be connected to it, so that many tests
        // may copy it at once. Copying files rather than pages through the log makes a cold
        // cluster answer in 35 ms instead of 350.
        let statement = format!("CREATE DATABASE {name} TEMPLATE template0 STRATEGY FILE_COPY");
        match sql::execute(&self.maintenance_url, &statement) {
            Ok(()) => {
                let url = sql::with_database(&self.maintenance_url, &name);
                CREATED.with_borrow_mut(|created| {
                    created.0.push((self.maintenance_url.clone(), name));
                });
                url
            }
            Err(error) => panic!("cannot create a database for a test: {error}"),
        }
    }

    /// Stops the server as a crash would: no checkpoint, every connection cut.
    ///
    /// # Panics
    /// When the server is not this value's own, or is stopped already.
    #[track_caller]
    pub fn stop_immediately(&self) {
        if let Err(error) = self.own().stop() {
            panic!("cannot stop the test's PostgreSQL: {error}");
        }
    }

    /// Starts the stopped server again on the same port, and waits until it has recovered.
    ///
    /// # Panics
    /// When the server is not this value's own, or is running.
    #[track_caller]
    pub fn start_again(&self) {
        if let Err(error) = self.own().start_again() {
            panic!("cannot start the test's PostgreSQL again: {error}");
        }
    }

    #[track_caller]
    fn own(&self) -> &Cluster {
        self.cluster
            .as_ref()
            .expect("only a cluster from TestPostgres::start may be stopped")
    }

    fn use_or_start() -> Result<Self, PostgresError> {
        match environment(URL_VARIABLE) {
            Some(maintenance_url) => Ok(Self {
                maintenance_url,
                cluster: None,
            }),
            None => Self::start(Options::default()),
        }
    }
}

/// The folder of the server binaries that [`TestPostgres::start`] would use.
pub fn find_binaries() -> Result<PathBuf, PostgresError> {
    binaries::find()
}

thread_local! {
    /// The databases of this thread.
    static CREATED: RefCell<Created> = const { RefCell::new(Created(Vec::new())) };
}

/// Databases with the URLs of the servers that have them. They are dropped with this.
struct Created(Vec<(String, String)>);

impl Drop for Created {
    fn drop(&mut self) {
        for (maintenance_url, name) in &self.0 {
            // A server that was stopped has no databases to drop, and a test has ended either way.
            let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            drop(sql::execute(maintenance_url, &statement));
        }
    }
}

/// A name no other test uses, on a server that several processes may share.
fn unique_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    static PROCESS: OnceLock<u64> = OnceLock::new();
    let process = PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("otp_test_{process:016x}_{count}")
}

/// An environment variable of the tests; an empty one counts as absent.
#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings file to say this in"
)]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_need_no_quotes() {
        let (first, second) = (unique_name(), unique_name());
        assert_ne!(first, second);
        for name in [first, second] {
            assert!(name.len() < 63, "{name} is longer than PostgreSQL keeps");
            assert!(
                name.bytes()
                    .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')),
                "{name}"
            );
        }
    }
}
