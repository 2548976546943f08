//! The store: its file, the settings of its connections, and running work on them.

mod error;
mod file;
pub(crate) mod in_time;
mod opened;
mod options;
mod room;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{ConnectionError, Error as DriverError};
use diesel::sql_types::Text;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use otp_core::ports::{ConnectionUse, MAX_READ_TIME, PortError};
use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use crate::errors::{self, StoreError};
pub use error::ConnectError;
use opened::OpenedFile;
pub use options::SqliteOptions;

type Connections = Pool<SyncConnectionWrapper<SqliteConnection>>;

/// Every storage port on one SQLite file. Clones share their connections.
#[derive(Clone)]
pub struct SqliteStore {
    /// One connection: the writers of this process queue here, in order, instead of polling for SQLite's
    /// lock. For those of other processes they wait in `BEGIN IMMEDIATE`.
    writer: Connections,
    readers: Connections,
    /// The runtime of the work. A caller's runtime may end earlier and would abort it.
    runtime: Handle,
    wait: Duration,
    file: Arc<OpenedFile>,
}

impl SqliteStore {
    /// Opens the file, creates it if the options allow that, and makes sure that it is a writable
    /// database. It does not change the schema; see [`Schema::migrate`](otp_core::ports::Schema::migrate).
    ///
    /// The store works on the runtime that calls this. The runtime MUST outlive the store.
    pub async fn connect(options: &SqliteOptions) -> Result<Self, ConnectError> {
        let path = options.absolute_path()?;
        let wait = options.acquire_timeout;
        let for_opening = path.clone();
        let create = options.create_if_missing;
        let opening =
            tokio::task::spawn_blocking(move || file::prepare(&for_opening, create, wait));
        opening
            .await
            .map_err(|_| ConnectError::other(&path, PANICKED))??;
        let file = OpenedFile::remember(&path);
        let file = file.map_err(|error| ConnectError::other(&path, error))?;
        let pool = |access, size| connections(&path, access, size, wait);
        Ok(Self {
            writer: pool(Access::Write, 1)?,
            readers: pool(Access::Read, options.readers.max(1))?,
            runtime: Handle::current(),
            wait,
            file: Arc::new(file),
        })
    }

    /// The file.
    pub(crate) fn file(&self) -> &Path {
        self.file.path()
    }

    /// The use of all connections, those that read and the one that writes.
    pub(crate) fn pools_use(&self) -> ConnectionUse {
        let (writer, readers) = (self.writer.status(), self.readers.status());
        let open = writer.size + readers.size;
        let idle = writer.available + readers.available;
        ConnectionUse {
            busy: open.saturating_sub(idle),
            idle,
            max: writer.max_size + readers.max_size,
            waiting: writer.waiting + readers.waiting,
        }
    }

    /// Runs `work` in a transaction that holds SQLite's write lock from its start, so that nothing it has
    /// read changes before it writes.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PortError> {
        self.write_in(db_span(name), work).await
    }

    /// Does the same in this span. A span that begins a trace is chosen by its own name.
    pub(crate) async fn write_in<T: Send + 'static>(
        &self,
        span: Span,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PortError> {
        self.run(Access::Write, span, work).await
    }

    /// Runs `work` on one snapshot of the data.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PortError> {
        self.run(Access::Read, db_span(name), work).await
    }

    /// Does the same for what a caller reads for itself. A statement with the condition `in_time()` fails if
    /// the read takes too long.
    pub(crate) async fn read_briefly<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PortError> {
        self.read(name, |connection| {
            in_time::within(MAX_READ_TIME, || work(connection))
        })
        .await
    }

    /// Checks that there is room for another mebibyte beside the file.
    pub(crate) async fn require_room(&self) -> Result<(), PortError> {
        let file = Arc::clone(&self.file);
        let checking = self
            .runtime
            .spawn_blocking(move || room::require(file.path()));
        let checked = checking.await.map_err(|_| errors::unavailable(PANICKED))?;
        checked.map_err(errors::of_file_system)
    }

    /// Runs `work` on a connection as one blocking task, inside a task of the store. If the returned
    /// future is dropped, the work still completes; only its result is lost.
    async fn run<T: Send + 'static>(
        &self,
        access: Access,
        span: Span,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, PortError> {
        let pool = match access {
            Access::Write => self.writer.clone(),
            Access::Read => self.readers.clone(),
        };
        let wait = self.wait;
        let file = Arc::clone(&self.file);
        let task = async move {
            // Checked first, because a new connection would create the file again, empty.
            file.require_in_place()?;
            let mut connection = tokio::time::timeout(wait, pool.get())
                .await
                .map_err(|_| errors::unavailable("all connections were busy for too long"))?
                .map_err(errors::unavailable)?;
            connection
                .spawn_blocking(move |connection| {
                    let in_place = match access {
                        Access::Write => file
                            .require_in_place()
                            .and_then(|()| file.require_log_in_place()),
                        Access::Read => Ok(()),
                    };
                    Ok(in_place.and_then(|()| caught(|| transaction(connection, access, work))))
                })
                .await
                .map_err(StoreError::from)?
        };
        let task = self.runtime.spawn(task.instrument(span));
        task.await
            .map_err(|_| errors::unavailable("the work on the database was aborted"))?
    }
}

/// The span of work on the database, exported under this name.
fn db_span(name: &'static str) -> Span {
    tracing::debug_span!("db", otel.name = name)
}

/// Description of a panic. Its text is left out: it may quote the value that caused it.
const PANICKED: &str = "the work on the database panicked";

/// Runs `work`. A panic ends here: the driver would repeat its text in an error, and could not use the
/// connection any more. As it is, the pool discards the connection, because its transaction is open.
fn caught<T>(work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, PortError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(PortError::from),
        Err(_) => Err(errors::backend(PANICKED)),
    }
}

/// Runs `work` in a transaction and returns the first cause of a failure. If the disk is full or
/// fails, SQLite itself ends the transaction; the roll-back that follows then fails, and that error
/// says nothing new.
fn transaction<T>(
    connection: &mut SqliteConnection,
    access: Access,
    work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut cause = None;
    let work = |connection: &mut SqliteConnection| {
        work(connection).map_err(|error| {
            cause = Some(error);
            DriverError::RollbackTransaction
        })
    };
    let done = match access {
        Access::Write => connection.immediate_transaction(work),
        Access::Read => connection.transaction(work),
    };
    done.map_err(|error| cause.unwrap_or(StoreError::Driver(error)))
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SqliteStore({})", self.file.path().display())
    }
}

/// The purpose of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn connections(
    path: &str,
    access: Access,
    size: usize,
    wait: Duration,
) -> Result<Connections, ConnectError> {
    let mut config = ManagerConfig::default();
    // A connection to a file is never lost; one with an open transaction is discarded.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let path = path.to_owned();
        Box::pin(async move {
            let opening = tokio::task::spawn_blocking(move || open(&path, access, wait));
            let opened = opening.await.map_err(|_| PANICKED.to_owned()).flatten();
            opened
                .map(SyncConnectionWrapper::new)
                .map_err(ConnectionError::BadConnection)
        })
    });
    Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config))
        .max_size(size)
        .build()
        .map_err(|error| ConnectError::other(path, error))
}

/// Opens a connection and sets it up. The error is SQLite's own text.
fn open(path: &str, access: Access, wait: Duration) -> Result<SqliteConnection, String> {
    let mut connection = SqliteConnection::establish(path).map_err(|error| error.to_string())?;
    // The time to wait comes first: the next statements may already wait for a lock.
    let set_up = format!(
        "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;",
        wait.as_millis()
    );
    connection
        .batch_execute(&set_up)
        .map_err(|error| error.to_string())?;
    use_write_ahead_log(&mut connection, wait)?;
    if access == Access::Read {
        connection
            .batch_execute("PRAGMA query_only = ON")
            .map_err(|error| error.to_string())?;
        in_time::register(&mut connection).map_err(|error| error.to_string())?;
    }
    Ok(connection)
}

/// Sets write-ahead mode, which the file keeps. If several connections set it on a fresh file at once,
/// SQLite refuses all but one without waiting. Each refused one then waits for the write lock, which
/// SQLite supports, and tries again.
fn use_write_ahead_log(connection: &mut SqliteConnection, wait: Duration) -> Result<(), String> {
    let deadline = Instant::now() + wait;
    loop {
        let change = diesel::dsl::sql::<Text>("PRAGMA journal_mode = WAL");
        match change.get_result::<String>(connection) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err("its file system does not allow a write-ahead log".to_owned()),
            Err(error) => {
                let words = error.to_string();
                if words != "database is locked" || Instant::now() >= deadline {
                    return Err(words);
                }
                let queue = connection.batch_execute("BEGIN IMMEDIATE; COMMIT");
                queue.map_err(|error| error.to_string())?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use otp_core::ports::Schema;

    use super::*;

    #[tokio::test]
    async fn the_error_of_a_panic_does_not_quote_it_and_the_store_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteOptions::new(folder.path().join("otp.db"));
        let store = SqliteStore::connect(&options).await.expect("connected");
        store.migrate().await.expect("migrated");
        let secret = "+966551237654";
        for access in [Access::Write, Access::Read] {
            let panicked = store.run(
                access,
                db_span("panic"),
                move |_| -> Result<(), StoreError> { panic!("cannot judge {secret}") },
            );
            let error = panicked.await.expect_err("a panic");
            assert!(matches!(error, PortError::Backend(_)), "{error:?}");
            let text = format!("{error:?} {error} {}", errors::cause_of(&error));
            assert!(!text.contains(secret), "{text}");
            let again = store.run(access, db_span("again"), |_| Ok(())).await;
            again.expect("another connection");
        }
    }
}
