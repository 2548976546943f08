//! The store: its pool, and the settings of every connection.

mod error;
mod options;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use diesel::ConnectionError;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use otp_core::ports::{ConnectionUse, PortError};
use tokio::runtime::Handle;
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::errors::{one_line, unavailable};
use crate::send_ledger;
use crate::url::Target;
pub use error::ConnectError;
pub use options::PgOptions;

/// A connection of the pool.
pub(crate) type PgConnection = Object<AsyncPgConnection>;

/// Every storage port on one PostgreSQL database. Clones share their connections.
#[derive(Clone)]
pub struct PgStore {
    pool: Pool<AsyncPgConnection>,
    connector: Arc<Connector>,
    acquire_timeout: Duration,
    row_lock_timeout: Duration,
    migration_lock_timeout: Duration,
}

impl PgStore {
    /// Connects once, so that an unusable database is an error now. It does not change the schema; see
    /// [`Schema::migrate`](otp_core::ports::Schema::migrate).
    ///
    /// The store works on the runtime that calls this. The runtime MUST outlive the store.
    pub async fn connect(options: &PgOptions) -> Result<Self, ConnectError> {
        let connector = Arc::new(Connector::new(options)?);
        let mut config = ManagerConfig::<AsyncPgConnection>::default();
        // No query before each use: the pool detects a closed connection without one.
        config.recycling_method = RecyclingMethod::Fast;
        let for_pool = Arc::clone(&connector);
        config.custom_setup = Box::new(move |_url| {
            let connector = Arc::clone(&for_pool);
            async move {
                let opened = connector.open_on_own_runtime().await;
                opened.map_err(ConnectionError::BadConnection)
            }
            .boxed()
        });
        let manager = AsyncDieselConnectionManager::new_with_config("", config);
        let pool = Pool::builder(manager)
            .max_size(options.max_connections.max(1))
            .build()
            .map_err(|error| ConnectError::invalid_url(error.to_string()))?;
        let store = Self {
            pool,
            connector,
            acquire_timeout: options.acquire_timeout,
            row_lock_timeout: options.row_lock_timeout,
            migration_lock_timeout: options.migration_lock_timeout,
        };
        match within(options.acquire_timeout, store.pool.get()).await {
            Some(Ok(_connection)) => Ok(store),
            Some(Err(error)) => Err(ConnectError::unreachable(store.server(), reason(error))),
            None => Err(ConnectError::unreachable(store.server(), NO_ANSWER)),
        }
    }

    /// Host and port, for messages.
    pub(crate) fn server(&self) -> &str {
        &self.connector.target.server
    }

    /// How long a batch may wait for a row.
    pub(crate) fn row_lock_timeout(&self) -> Duration {
        self.row_lock_timeout
    }

    /// How long a migration may wait for a lock.
    pub(crate) fn migration_lock_timeout(&self) -> Duration {
        self.migration_lock_timeout
    }

    /// A connection of the pool.
    pub(crate) async fn connection(&self) -> Result<PgConnection, PortError> {
        match within(self.acquire_timeout, self.pool.get()).await {
            Some(Ok(connection)) => Ok(connection),
            Some(Err(error)) => Err(unavailable(reason(error))),
            None => Err(unavailable("no connection was free in time")),
        }
    }

    /// How the pool's connections are used.
    pub(crate) fn pool_use(&self) -> ConnectionUse {
        let status = self.pool.status();
        ConnectionUse {
            busy: status.size.saturating_sub(status.available),
            idle: status.available,
            max: status.max_size,
            waiting: status.waiting,
        }
    }

    /// Closes the connections that nobody uses at present. The next ones are opened anew.
    pub(crate) fn close_idle_connections(&self) {
        self.pool.retain(|_, _| false);
    }

    /// A connection outside the pool, without a time limit on its statements: for migrations.
    pub(crate) async fn unlimited_connection(&self) -> Result<AsyncPgConnection, String> {
        let opened = within(self.acquire_timeout, self.connector.open()).await;
        let mut connection = opened.unwrap_or_else(|| Err(NO_ANSWER.to_owned()))?;
        connection
            .batch_execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
            .await
            .map_err(|error| one_line(&error))?;
        Ok(connection)
    }
}

impl std::fmt::Debug for PgStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgStore")
            .field("server", &self.server())
            .finish_non_exhaustive()
    }
}

/// The error of a server that accepts the connection and sends nothing.
const NO_ANSWER: &str = "no answer";

/// Opens connections and sets them up.
struct Connector {
    target: Target,
    tls: Option<MakeRustlsConnect>,
    set_up: String,
    runtime: Handle,
}

/// Makes every statement find its rows by an index.
///
/// A prepared statement is planned once. One that is planned while its table is empty scans the table
/// from then on, until the table is analysed: starting from an empty database, batches of 64 read 140
/// million rows to send 40,000 messages. These settings leave the planner no other choice.
const LOOK_UP_BY_INDEX: &str = "SET enable_seqscan = off; SET enable_hashjoin = off; \
     SET enable_mergejoin = off; SET enable_material = off; SET random_page_cost = 1.1; \
     SET jit = off; SET plan_cache_mode = force_generic_plan";

/// Makes PostgreSQL check for its client while a statement runs, so that the statement of a client that
/// disappeared ends within a second. Some operating systems cannot do it; there the server refuses the
/// setting.
const WATCH_THE_CLIENT: &str = "SET client_connection_check_interval = '1s'";

/// Makes PostgreSQL report errors in English; `errors.rs` says why. A role that may not set it (every one
/// but a superuser, before PostgreSQL 15) keeps the language of the server.
const SPEAK_ENGLISH: &str = "SET lc_messages = 'C'";

impl Connector {
    fn new(options: &PgOptions) -> Result<Self, ConnectError> {
        let target = options.target.clone();
        let tls = target.tls.connector().map_err(ConnectError::invalid_url)?;
        let set_up = format!(
            "SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}; {LOOK_UP_BY_INDEX}",
            options.statement_timeout.as_millis(),
            options.idle_in_transaction_timeout.as_millis(),
        );
        Ok(Self {
            target,
            tls,
            set_up,
            runtime: Handle::current(),
        })
    }

    /// Opens a connection on the store's runtime, whose task drives it. Driven by a busy single-threaded
    /// runtime, it would delay every user.
    async fn open_on_own_runtime(self: Arc<Self>) -> Result<AsyncPgConnection, String> {
        if Handle::current().id() == self.runtime.id() {
            return self.open().await;
        }
        let runtime = self.runtime.clone();
        let opening = runtime.spawn(async move { self.open().await });
        // The error would quote a panic, which may quote the URL.
        let opened = opening.await;
        opened.map_err(|_| "the task that opened a connection failed".to_owned())?
    }

    async fn open(&self) -> Result<AsyncPgConnection, String> {
        let config = &self.target.config;
        let opened = match self.tls.clone() {
            None => {
                let opened = config.connect(NoTls).await;
                let (client, driver) = opened.map_err(|error| one_line(&error))?;
                AsyncPgConnection::try_from_client_and_connection(client, driver).await
            }
            Some(tls) => {
                let opened = config.connect(tls).await;
                let (client, driver) = opened.map_err(|error| one_line(&error))?;
                AsyncPgConnection::try_from_client_and_connection(client, driver).await
            }
        };
        let mut connection = opened.map_err(|error| one_line(&error))?;
        connection
            .batch_execute(&self.set_up)
            .await
            .map_err(|error| one_line(&error))?;
        // If the server refuses it, the time limit of the statement ends it.
        let _ = connection.batch_execute(WATCH_THE_CLIENT).await;
        let _ = connection.batch_execute(SPEAK_ENGLISH).await;
        send_ledger::prepare_locks(&connection).await;
        Ok(connection)
    }
}

async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    tokio::time::timeout(limit, future).await.ok()
}

/// The error of our own set-up, without the pool's words around it.
fn reason(error: diesel_async::pooled_connection::deadpool::PoolError) -> String {
    use diesel_async::pooled_connection::PoolError;
    use diesel_async::pooled_connection::deadpool::PoolError as Deadpool;
    if let Deadpool::Backend(PoolError::ConnectionError(ConnectionError::BadConnection(reason))) =
        error
    {
        return reason;
    }
    one_line(&error)
}
