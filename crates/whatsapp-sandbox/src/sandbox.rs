//! The handle everything shares: the state, the hold, and the notices that something changed.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::web;
use serde_json::Value;
use tokio::sync::{Notify, broadcast, watch};

use crate::{clock, life::Accepted, options::SandboxOptions, routes, state::State, webhook};

/// Viewers that fall this many messages behind reload instead.
const LIVE_BACKLOG: usize = 256;

/// A Cloud API stand-in. Clones share everything.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    options: SandboxOptions,
    state: Mutex<State>,
    hold: watch::Sender<Hold>,
    /// Grows with every change that somebody may wait for.
    changes: watch::Sender<u64>,
    live: broadcast::Sender<LiveEvent>,
    closed: watch::Sender<bool>,
    /// Wakes the webhook worker when something was planned.
    planned: Notify,
    workers: AtomicU64,
}

/// Where sends are kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Nowhere.
    Off,
    /// After they are received, before they are judged.
    BeforeAccepting,
    /// After the phone has the message, before the caller is answered.
    BeforeAnswering,
}

/// What an open page is told.
#[derive(Clone, Debug)]
pub(crate) enum LiveEvent {
    /// A phone has a new message, or something became of an old one: `kind` is the event's name.
    Message {
        to: String,
        message: Arc<Value>,
        kind: &'static str,
    },
    /// A phone's person answered.
    Reply { to: String, reply: Arc<Value> },
    /// Everything was forgotten, or webhooks go somewhere else: look at the whole again.
    Reload,
}

impl Sandbox {
    /// Starts a sandbox. It serves nothing until [`Sandbox::configure`] mounts it.
    #[must_use]
    pub fn new(options: SandboxOptions) -> Self {
        let state = Mutex::new(State::new(&options, clock::now()));
        let sandbox = Self {
            inner: Arc::new(Inner {
                options,
                state,
                hold: watch::Sender::new(Hold::Off),
                changes: watch::Sender::new(0),
                live: broadcast::Sender::new(LIVE_BACKLOG),
                closed: watch::Sender::new(false),
                planned: Notify::new(),
                workers: AtomicU64::new(0),
            }),
        };
        webhook::start(&sandbox);
        sandbox
    }

    /// Mounts the Cloud API, the control API and the page, in any scope or at the root.
    pub fn configure(&self) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static + use<> {
        let sandbox = self.clone();
        move |config| routes::mount(&sandbox, config)
    }

    /// Ends everything that would keep a server from stopping: open pages, waiting requests, holds,
    /// webhooks.
    pub fn close(&self) {
        self.inner.closed.send_replace(true);
        self.inner.hold.send_replace(Hold::Off);
        self.changed();
    }

    /// Forgets calls, messages, scripts, accounts and templates, as if just started. Where webhooks
    /// go stays; those under way and the log of them do not.
    pub fn reset(&self) {
        {
            let mut state = self.state();
            let before =
                std::mem::replace(&mut *state, State::new(&self.inner.options, clock::now()));
            state.outbox.succeed(before.outbox);
        }
        self.inner.planned.notify_one();
        self.inner.hold.send_replace(Hold::Off);
        self.tell_pages(LiveEvent::Reload);
        self.changed();
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.inner.options
    }

    /// The state. A handler that panicked leaves it usable: no change takes two steps that a panic
    /// could part.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hold(&self) -> Hold {
        *self.inner.hold.borrow()
    }

    pub(crate) fn set_hold(&self, hold: Hold) {
        self.inner.hold.send_replace(hold);
    }

    /// Waits until sends are no longer kept back at this point.
    pub(crate) async fn held_at(&self, point: Hold) {
        let mut hold = self.inner.hold.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = hold.wait_for(|hold| *hold != point).await;
    }

    /// Tells waiting requests to look again.
    pub(crate) fn changed(&self) {
        self.inner
            .changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Looks until there is something to find, or the time is over, or the sandbox closes.
    pub(crate) async fn wait_for<T>(
        &self,
        timeout: Duration,
        mut look: impl FnMut(&mut State) -> Option<T>,
    ) -> Option<T> {
        let mut changes = self.inner.changes.subscribe();
        let deadline = tokio::time::Instant::now() + timeout;
        loop {
            changes.mark_unchanged();
            if let Some(found) = look(&mut self.state()) {
                return Some(found);
            }
            if self.is_closed() {
                return None;
            }
            tokio::time::timeout_at(deadline, changes.changed())
                .await
                .ok()?
                .ok()?;
        }
    }

    /// Shows an accepted message on the open pages, and lets its life begin.
    pub(crate) fn show(&self, accepted: &Accepted) {
        if self.inner.live.receiver_count() > 0 {
            let message = Arc::new(accepted.message.to_json());
            self.tell_pages(LiveEvent::Message {
                to: accepted.to.clone(),
                message,
                kind: "message",
            });
        }
        self.wake();
        self.changed();
    }

    /// Tells open pages. Nobody may be watching.
    pub(crate) fn tell_pages(&self, event: LiveEvent) {
        let _ = self.inner.live.send(event);
    }

    /// Makes the webhook worker look again, and starts it where none runs that should.
    pub(crate) fn wake(&self) {
        webhook::start(self);
        self.inner.planned.notify_one();
    }

    /// Waits until something was planned for the webhook worker.
    pub(crate) async fn planned(&self) {
        self.inner.planned.notified().await;
    }

    pub(crate) fn next_worker(&self) -> u64 {
        self.inner.workers.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn live(&self) -> broadcast::Receiver<LiveEvent> {
        self.inner.live.subscribe()
    }

    pub(crate) fn closed(&self) -> watch::Receiver<bool> {
        self.inner.closed.subscribe()
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.inner.closed.borrow()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("options", &self.inner.options)
            .finish_non_exhaustive()
    }
}
