//! The storage ports of the core on SQLite: one file, no server, durable.
//!
//! [`SqliteStore`] implements every storage port. `otp-postgres` is its twin: the same file names,
//! the same types with another prefix, the same promises.
//!
//! # To add a port
//!
//! 1. Describe it: the tables in a new migration (`migrations/sqlite`, and `migrations/postgres`
//!    under the same name), then in `schema.rs`, their rows and what they become in `rows.rs`.
//! 2. Implement it: a file named like the port, `impl Port for SqliteStore`, each method one call of
//!    `SqliteStore::read` or `SqliteStore::write` with a name of the form `db.port.method`.
//! 3. Prove it: one function per promise in the storage contract of `otp-testkit`. The contract runs
//!    over this store in `tests/it/contract.rs`.
//!
//! # What is promised
//!
//! - **A method happens whole or not at all.** A write is one transaction, opened with `BEGIN
//!   IMMEDIATE`, and a read is one snapshot. Each runs as one task on a thread that may block, so a
//!   caller that goes away in the middle leaves nothing half done and no lock behind.
//! - **What was committed survives a power cut**: write-ahead log with `synchronous = FULL`.
//! - **Several processes may share the file**, such as the command line beside the server. Writers
//!   wait for each other, up to [`SqliteOptions::acquire_timeout`]; readers wait for nobody.
//! - **A batch of sends costs a constant number of statements**, whatever its size; see `send_ledger`.
//! - **No rule is decided here.** The core judges; `CHECK` constraints only refuse the impossible.
//! - **Nothing of a person is readable in the file**: the core seals it before it comes here. The file
//!   can be read by its owner only.
//! - **Nothing of the driver gets out**: callers see a `PortError`, without values of parameters.

mod accounts;
mod api_keys;
mod connect;
mod credit_audit;
mod directory;
mod erasure;
mod errors;
mod keyring;
mod messages;
mod notice_outbox;
mod opt_outs;
mod plans;
mod prices;
mod receipts;
mod recipient_identities;
mod schema;
mod send_ledger;
mod sender_healths;
mod senders;
mod set_based;
mod storage_health;
mod subscriptions;
mod templates;

pub use connect::{ConnectError, SqliteOptions, SqliteStore};
