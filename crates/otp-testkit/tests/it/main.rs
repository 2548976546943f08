//! Tests of the test kit: its own adapters keep the contracts, and the test cluster keeps what it
//! promises.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod contract;
mod histories;
mod postgres;
mod sender_contract;
