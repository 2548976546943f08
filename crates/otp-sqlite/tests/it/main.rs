//! Tests of the adapter: the storage contract, and what only a file can do wrong.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod at_rest;
mod connecting;
mod consents;
mod contract;
mod fresh;
mod in_place;
mod schema;
mod sharing;
mod statements;
