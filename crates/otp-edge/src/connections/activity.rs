//! Activity of one connection: whether a request is in progress, and until when the next one has to
//! begin.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::gate::SlotState;
use crate::deadlines::{HEAD_DEADLINE, KEEP_ALIVE};

/// How long a connection may be without a request after one. The server closes a silent one after
/// [`KEEP_ALIVE`]; this ends one whose next head has begun, but was received together with the last
/// request, so that nobody saw it begin.
const IDLE_DEADLINE: Duration = KEEP_ALIVE.saturating_add(HEAD_DEADLINE);

/// The activity of one connection. The connection tells it what is received; the envelope, which
/// requests begin and end.
#[derive(Debug)]
pub(crate) struct Activity {
    requests: Cell<usize>,
    /// When the next request has to have begun; `None` while one is in progress.
    deadline: Cell<Option<Instant>>,
    /// Whether a byte was received since the last request ended.
    has_begun: Cell<bool>,
    slot: Arc<SlotState>,
}

impl Activity {
    pub(super) fn new(slot: Arc<SlotState>) -> Rc<Self> {
        Rc::new(Self {
            requests: Cell::new(0),
            deadline: Cell::new(Some(Instant::now() + KEEP_ALIVE)),
            has_begun: Cell::new(false),
            slot,
        })
    }

    /// Notes that bytes were received. Between two requests, they begin a head, which then has little
    /// time.
    pub(super) fn received(&self) {
        if self.requests.get() == 0 && !self.has_begun.replace(true) {
            self.deadline.set(Some(Instant::now() + HEAD_DEADLINE));
        }
    }

    /// Notes that the head of a request is complete. The request ends when the result is dropped.
    pub(crate) fn begin(self: &Rc<Self>) -> RequestInProgress {
        self.requests.update(|requests| requests + 1);
        self.slot.requests().begin();
        self.deadline.set(None);
        self.has_begun.set(false);
        self.slot.set_busy();
        RequestInProgress(Rc::clone(self))
    }

    /// Returns when the next request has to have begun.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadline.get()
    }

    pub(super) fn has_request(&self) -> bool {
        self.requests.get() > 0
    }

    fn end(&self) {
        self.requests.update(|requests| requests - 1);
        self.slot.requests().end();
        if self.requests.get() == 0 {
            self.deadline.set(Some(Instant::now() + IDLE_DEADLINE));
            self.slot.set_idle();
        }
    }
}

/// A request in progress, until its answer is written.
#[derive(Debug)]
pub(crate) struct RequestInProgress(Rc<Activity>);

impl Drop for RequestInProgress {
    fn drop(&mut self) {
        self.0.end();
    }
}
