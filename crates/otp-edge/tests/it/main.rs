//! Tests of the edge with a small application that answers in plain text.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

mod connections;
mod envelope;
mod rate_limit;
mod refusals;
mod server;
mod support;
