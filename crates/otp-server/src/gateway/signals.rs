//! The signals that stop a program.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT. While they are caught, neither ends the program by itself: one that arrives right
/// after the start does not break off accepted requests.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Catches both from now on.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns when the first of them has arrived since [`catch`](Self::catch).
    pub async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
