//! The number of requests in progress.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the requests of a server from the end of their heads until their answers are written. Clones
/// share the number.
#[derive(Debug, Clone, Default)]
pub struct RequestCount(Arc<AtomicUsize>);

impl RequestCount {
    /// Returns how many are in progress.
    pub fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
