//! The signals that stop a program.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// SIGTERM and SIGINT. While they are caught, neither ends the program by itself: one that arrives right
/// after the start does not break off accepted requests.
pub struct StopSignals {
    first: CancellationToken,
    second: CancellationToken,
}

/// A second signal arrived before the program had stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "ended at once, because of a second signal; messages under way are pending until their receipts \
     arrive or their lifetimes end"
)]
pub(crate) struct EndedAtOnce;

impl StopSignals {
    /// Catches both from now on. It needs a tokio runtime.
    pub fn catch() -> std::io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let signals = Self {
            first: CancellationToken::new(),
            second: CancellationToken::new(),
        };
        let each = [signals.first.clone(), signals.second.clone()];
        tokio::spawn(async move {
            for received in each {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                received.cancel();
            }
        });
        Ok(signals)
    }

    /// Returns when the first signal since [`catch`](Self::catch) has arrived.
    pub fn received(&self) -> impl Future<Output = ()> + Send + use<> {
        self.first.clone().cancelled_owned()
    }

    /// Returns when a second one has arrived: whoever sent it does not want to wait for accepted requests.
    pub fn repeated(&self) -> impl Future<Output = ()> + Send + use<> {
        self.second.clone().cancelled_owned()
    }

    /// Returns the output of `work`, unless a second signal arrives before. Then `work` is dropped.
    pub(crate) async fn or_end_at_once<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, EndedAtOnce> {
        tokio::select! {
            biased;
            output = work => Ok(output),
            () = self.repeated() => Err(EndedAtOnce),
        }
    }
}
