//! Tests of the test kit: the memory store keeps the contract it is the measure of, and the test
//! cluster keeps what it promises.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod contract;
mod postgres;
