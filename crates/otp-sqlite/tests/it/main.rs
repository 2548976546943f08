//! Tests of the SQLite adapter: the storage contract, and what is specific to a file.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod at_rest;
mod connecting;
mod consents;
mod contract;
mod fresh;
mod histories;
mod in_place;
mod schema;
mod sharing;
mod statements;
mod verifications;
