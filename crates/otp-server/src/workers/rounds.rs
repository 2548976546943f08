//! The rounds of workers that are under way.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The tasks that are in a round; a task has one worker. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds(Arc<Mutex<BTreeSet<&'static str>>>);

impl Rounds {
    /// Notes that a round of this task begins.
    pub(super) fn begin(&self, task: &'static str) {
        self.names().insert(task);
    }

    /// Notes that it has ended.
    pub(super) fn end(&self, task: &'static str) {
        self.names().remove(task);
    }

    /// Returns the names of the tasks that are in a round.
    pub(super) fn under_way(&self) -> Vec<&'static str> {
        self.names().iter().copied().collect()
    }

    fn names(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
