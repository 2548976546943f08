//! The storage ports on PostgreSQL (14 or later), with diesel and diesel-async.
//!
//! [`PgStore`] implements every storage port of [`otp_core::ports`]; `otp-sqlite` is its twin, file by
//! file. `otp-rows` maps the columns of both. The ports document what an adapter MUST do, and the storage
//! contract of `otp-testkit` tests it.
//!
//! # To add a port
//!
//! 1. Create its tables in a migration (`migrations/README.md`).
//! 2. Describe its tables and rows in `otp-rows`.
//! 3. Implement the port for `PgStore` in a file named after it. A method is one statement or one
//!    transaction (`transaction.rs`); driver errors end in `errors.rs`.
//! 4. Add a promise to the storage contract for each obligation of the port.
//!
//! # Promises
//!
//! - **The core decides.** SQL finds, locks and writes; checks in the schema refuse only impossible
//!   values.
//! - **A batch takes a constant number of statements**, whatever its size, and three round trips: BEGIN
//!   with locks and facts; writes; COMMIT.
//! - **Every future may be dropped at any point.** A transaction that is not committed is rolled back,
//!   and its locks are free within about a second, because its connection closes; see `transaction.rs`.
//!   The runtime that called [`PgStore::connect`] drives the connections and MUST outlive the store.
//! - **A statement is prepared once for each connection**, also if it is written by hand; see
//!   `statement.rs`.
//! - **A stopped database is an error within [`PgOptions::acquire_timeout`]**. When it runs again, the
//!   pool recovers by itself.
//! - **No error contains a stored value**, a password or a type of the driver.
//!
//! A pooler that gives each transaction another server connection (PgBouncer's transaction mode) does
//! not work: connections keep settings and prepared statements.

mod accounts;
mod api_keys;
mod audit_trail;
mod connect;
mod credit_audit;
mod directory;
mod erasure;
mod errors;
mod fallbacks;
mod idempotent_answers;
mod insight_rollups;
mod insights;
mod keyring;
mod message_outcomes;
mod messages;
mod notice_outbox;
mod opt_outs;
mod orders;
mod outgoing_queue;
mod persons;
mod pipeline;
mod plans;
mod prices;
mod proof_keys;
mod receipts;
mod recipient_identities;
mod reviewer_numbers;
mod schema;
mod second_factors;
mod send_ledger;
mod sender_healths;
mod senders;
mod sessions;
mod sign_in_attempts;
mod sign_in_links;
mod staff;
mod statement;
mod storage_durability;
mod storage_health;
mod stored_fallbacks;
mod stored_verifications;
mod subscriptions;
mod teams;
mod templates;
mod test_inbox;
mod tls;
mod transaction;
mod url;
mod verification_ledger;
mod verifications;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_events;

pub use connect::{ConnectError, PgOptions, PgStore};
