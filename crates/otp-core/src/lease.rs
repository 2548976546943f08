//! Leases: work of a queue that one process has for a while.
//!
//! All processes share a queue. What one of them claims is its own until the lease ends, and then due again: the
//! work of a process that died is done by another, perhaps for the second time. So the lease is longer than the
//! work can take, and what is recorded after another process has claimed the same work changes nothing.

use std::time::Duration;

use crate::time::Timestamp;

/// A lease on the work that is due when it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Its begin: the time of the claim.
    pub from: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

impl Lease {
    /// Creates a lease that begins now.
    pub fn begin(now: Timestamp, length: Duration) -> Self {
        Self {
            from: now,
            until: now + length,
        }
    }

    /// Returns whether it covers work that is due at `due_at`, and that another process may have until `taken_until`.
    pub fn covers(self, due_at: Option<Timestamp>, taken_until: Option<Timestamp>) -> bool {
        let is_due = due_at.is_some_and(|due_at| due_at <= self.from);
        is_due && taken_until.is_none_or(|until| until <= self.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(1_800_000_000_000 + seconds * 1_000)
    }

    #[test]
    fn a_lease_covers_what_is_due_and_nobody_has() {
        let lease = Lease::begin(at(10), Duration::from_secs(30));
        assert_eq!((lease.from, lease.until), (at(10), at(40)));
        for (due_at, taken_until, expected) in [
            (None, None, false),
            (Some(11), None, false),
            (Some(10), None, true),
            (Some(9), Some(11), false),
            (Some(9), Some(10), true),
            (Some(11), Some(10), false),
        ] {
            let covers = lease.covers(due_at.map(at), taken_until.map(at));
            assert_eq!(covers, expected, "{due_at:?} {taken_until:?}");
        }
    }
}
