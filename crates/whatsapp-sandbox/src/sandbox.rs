//! The handle that everything shares: the state, the hold, and the signals that something changed.

use std::{
    fmt, io,
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::web;
use serde_json::Value;
use tokio::sync::{Notify, broadcast, watch};

use crate::{life::Accepted, options::SandboxOptions, routes, smtp, state::State, webhook};

/// A page that is this many events behind reloads instead.
const MAX_LIVE_BACKLOG: usize = 256;

/// A stand-in for the Cloud API. Clones share one state.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    options: SandboxOptions,
    state: Mutex<State>,
    /// Whether answers to accepted sends are held.
    hold: watch::Sender<bool>,
    /// Counts the changes that a request may wait for.
    changes: watch::Sender<u64>,
    live: broadcast::Sender<LiveEvent>,
    closed: watch::Sender<bool>,
    /// Wakes the webhook worker.
    planned: Notify,
}

/// An event for open pages.
#[derive(Clone, Debug)]
pub(crate) enum LiveEvent {
    /// A new message, or a new status of one; `kind` is the name of the server-sent event.
    Message {
        to: String,
        message: Arc<Value>,
        kind: &'static str,
    },
    /// A reply of the person with this phone.
    Reply { to: String, reply: Arc<Value> },
    /// A new mail.
    Mail(Arc<Value>),
    /// A change that makes the page load everything again.
    Reload,
}

impl Sandbox {
    /// Creates a sandbox. It serves nothing until [`Sandbox::configure`] mounts it.
    #[must_use]
    pub fn new(options: SandboxOptions) -> Self {
        let state = Mutex::new(State::new(&options));
        let sandbox = Self {
            inner: Arc::new(Inner {
                options,
                state,
                hold: watch::Sender::new(false),
                changes: watch::Sender::new(0),
                live: broadcast::Sender::new(MAX_LIVE_BACKLOG),
                closed: watch::Sender::new(false),
                planned: Notify::new(),
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

    /// Takes mail in on this listener until the sandbox closes, and shows it on the page.
    ///
    /// The listener MUST be on the loopback, because the mail server has no encryption and no accounts;
    /// any other one is refused.
    pub fn receive_mail(&self, listener: TcpListener) -> io::Result<()> {
        if !listener.local_addr()?.ip().is_loopback() {
            let words = "the sandbox receives mail on the loopback only";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
        }
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::spawn(smtp::serve(self.clone(), listener));
        Ok(())
    }

    /// Ends everything that keeps a server from stopping: open pages, waiting requests, the hold,
    /// and webhooks.
    pub fn close(&self) {
        self.inner.closed.send_replace(true);
        self.set_hold(false);
        self.changed();
    }

    /// Returns to the initial state. The receiver of webhooks stays.
    pub(crate) fn reset(&self) {
        self.state().reset();
        self.wake_worker();
        self.set_hold(false);
        self.notify_pages(LiveEvent::Reload);
        self.changed();
    }

    pub(crate) fn options(&self) -> &SandboxOptions {
        &self.inner.options
    }

    /// Locks the state. It stays usable after a handler panicked, because no change takes two steps
    /// that a panic could separate.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_hold(&self, hold: bool) {
        self.inner.hold.send_replace(hold);
    }

    /// Waits until answers are no longer held.
    pub(crate) async fn wait_until_released(&self) {
        let mut hold = self.inner.hold.subscribe();
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = hold.wait_for(|hold| !hold).await;
    }

    /// Makes waiting requests check their condition again.
    pub(crate) fn changed(&self) {
        self.inner
            .changes
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Repeats `look` after each change until it returns something, the time is over, or the sandbox
    /// closes.
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

    /// Shows an accepted message on open pages, and wakes the worker that reports its life.
    pub(crate) fn show(&self, accepted: &Accepted) {
        if self.inner.live.receiver_count() > 0 {
            self.notify_pages(LiveEvent::Message {
                to: accepted.to.clone(),
                message: Arc::new(accepted.message.to_json()),
                kind: "message",
            });
        }
        self.wake_worker();
        self.changed();
    }

    /// Sends an event to open pages, if there are any.
    pub(crate) fn notify_pages(&self, event: LiveEvent) {
        let _ = self.inner.live.send(event);
    }

    /// Makes the webhook worker check for work, and starts it if it is needed and none runs.
    pub(crate) fn wake_worker(&self) {
        webhook::start(self);
        self.inner.planned.notify_one();
    }

    /// Waits until [`Sandbox::wake_worker`] is called.
    pub(crate) async fn planned(&self) {
        self.inner.planned.notified().await;
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
