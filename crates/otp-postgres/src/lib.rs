//! The storage ports on PostgreSQL (14 or later), with diesel and diesel-async.
//!
//! [`PgStore`] implements every storage port of [`otp_core::ports`]; `otp-sqlite` is its twin, file by
//! file. What the ports promise is written there and tested by the storage contract of `otp-testkit`.
//!
//! # To add a port
//!
//! 1. Write its tables as a migration in `migrations/postgres` and, under the same name, in
//!    `migrations/sqlite`; bring `schema.rs` up to it.
//! 2. Write its rows, and how they become what the core knows, in `rows.rs` and below: nowhere else.
//! 3. Write `impl Port for PgStore` in a file named after the port: one method, one statement, or one
//!    transaction (`transaction.rs`). Let driver errors end in `errors.rs`. Add a promise for each
//!    sentence of the port's documentation to the storage contract.
//!
//! # What is promised
//!
//! - **Decisions are the core's.** SQL finds, locks and writes; checks in the schema refuse only what
//!   can never be.
//! - **A batch takes a constant number of statements**, whatever its size, and three round trips:
//!   BEGIN with locks and facts; writes; COMMIT.
//! - **Every future may be dropped anywhere.** A transaction that was not committed is rolled back and
//!   its locks are free within about a second, because its connection closes with it; see
//!   `transaction.rs`. Pooled connections are driven by the runtime that called [`PgStore::connect`],
//!   which MUST outlive the store.
//! - **Statements are prepared once for each connection**, those written by hand too; see
//!   `statement.rs`.
//! - **A stopped database is an error within [`PgOptions::acquire_timeout`]**, and when it is back the
//!   pool is too, without anybody's doing.
//! - **Nothing said outward holds a stored value**, a password or a type of the driver.
//!
//! A pooler that gives each transaction another server connection (PgBouncer's transaction mode) does
//! not fit: connections keep settings and prepared statements.

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
mod statement;
mod storage_health;
mod subscriptions;
mod templates;
mod tls;
mod transaction;
mod url;

pub use connect::{ConnectError, PgOptions, PgStore};
