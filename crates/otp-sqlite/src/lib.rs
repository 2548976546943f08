//! The storage ports on SQLite: one file, no server, durable.
//!
//! [`SqliteStore`] implements every storage port of [`otp_core::ports`]; `otp-postgres` is its twin, file
//! by file. `otp-rows` maps the columns of both. The ports document what an adapter MUST do, and the
//! storage contract of `otp-testkit` tests it.
//!
//! # To add a port
//!
//! 1. Create its tables in a migration (`migrations/README.md`).
//! 2. Describe its tables and rows in `otp-rows`.
//! 3. Implement the port for `SqliteStore` in a file named after it. A method is one call of
//!    `SqliteStore::read` or `SqliteStore::write`, with a name of the form `db.port.method`.
//! 4. Add a promise to the storage contract for each obligation of the port.
//!
//! # Promises
//!
//! - **A method happens whole or not at all.** A write is one transaction, opened with `BEGIN
//!   IMMEDIATE`, and a read is one snapshot. Each runs as one task on a thread that may block, so a
//!   caller that is dropped midway leaves no half-done work and no lock behind.
//! - **Committed data survives a power cut**: write-ahead log with `synchronous = FULL`.
//! - **Several processes may share the file**, such as the command line beside the server. Writers wait
//!   for each other, up to [`SqliteOptions::acquire_timeout`]; readers never wait.
//! - **A batch of sends takes a constant number of statements**, whatever its size; see `send_ledger`.
//! - **The core decides.** `CHECK` constraints only refuse impossible values.
//! - **No personal data is readable in the file**: the core seals it before it comes here. Only the owner
//!   can read the file.
//! - **No type of the driver leaves the crate**: callers see a `PortError`, without values of parameters.

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
mod set_based;
mod sign_in_attempts;
mod sign_in_links;
mod staff;
mod storage_durability;
mod storage_health;
mod stored_fallbacks;
mod stored_verifications;
mod subscriptions;
mod teams;
mod templates;
mod test_inbox;
mod verification_ledger;
mod verifications;
mod webhook_deliveries;
mod webhook_endpoints;
mod webhook_events;

pub use connect::{ConnectError, SqliteOptions, SqliteStore};
