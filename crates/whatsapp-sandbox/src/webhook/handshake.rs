//! The handshake, by which a receiver proves that it knows the verify token.

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::clock::timestamp;

/// The progress of a handshake.
#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) phase: Phase,
    pub(super) attempts: u32,
    http_status: Option<u16>,
    detail: Option<String>,
    at: Option<OffsetDateTime>,
}

/// The phase of a handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The next attempt is due at this time.
    Due(Instant),
    /// An attempt waits for its answer.
    InFlight,
    /// The receiver has answered correctly.
    Verified,
}

/// A failed attempt: the HTTP status, if there was an answer, and what was wrong.
pub(super) type Failure = (Option<u16>, String);

impl Handshake {
    pub(super) fn new() -> Self {
        Self {
            phase: Phase::Due(Instant::now()),
            attempts: 0,
            http_status: None,
            detail: None,
            at: None,
        }
    }

    /// Records an answer, and plans the next attempt after a failure.
    pub(super) fn record(
        &mut self,
        answer: Result<u16, Failure>,
        next_attempt: Instant,
        wall: OffsetDateTime,
    ) {
        self.attempts = self.attempts.saturating_add(1);
        self.at = Some(wall);
        match answer {
            Ok(status) => {
                self.phase = Phase::Verified;
                self.http_status = Some(status);
                self.detail = None;
            }
            Err((status, detail)) => {
                self.phase = Phase::Due(next_attempt);
                self.http_status = status;
                self.detail = Some(detail);
            }
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let state = match self.phase {
            Phase::Verified => "verified",
            Phase::Due(_) | Phase::InFlight if self.attempts > 0 => "refused",
            Phase::Due(_) | Phase::InFlight => "pending",
        };
        json!({
            "state": state,
            "attempts": self.attempts,
            "http_status": self.http_status,
            "detail": self.detail,
            "at": self.at.map(timestamp),
        })
    }
}
