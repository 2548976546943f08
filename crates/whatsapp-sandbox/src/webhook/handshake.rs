//! Whether the receiver is the right one: how far asking it has come.

use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::reply::timestamp;

/// How far the handshake is.
#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) phase: Phase,
    pub(super) attempts: u32,
    http_status: Option<u16>,
    detail: Option<String>,
    at: Option<OffsetDateTime>,
}

/// Its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// To be asked at this moment.
    Due(Instant),
    /// Asked.
    UnderWay,
    /// Answered as it should be.
    Verified,
}

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

    /// Writes down an answer, and when to ask again after a wrong one.
    pub(super) fn answered(
        &mut self,
        answer: Result<u16, (Option<u16>, String)>,
        again_at: Instant,
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
                self.phase = Phase::Due(again_at);
                self.http_status = status;
                self.detail = Some(detail);
            }
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let state = match self.phase {
            Phase::Verified => "verified",
            Phase::Due(_) | Phase::UnderWay if self.attempts > 0 => "refused",
            Phase::Due(_) | Phase::UnderWay => "pending",
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
