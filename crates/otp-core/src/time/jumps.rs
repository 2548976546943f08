//! Jumps of the clock. A clock that was set forward makes everything look older than it is.

use std::collections::VecDeque;
use std::time::Duration;

use super::Timestamp;

/// A smaller step is a correction that no lifetime notices.
const LEAST_JUMP: Duration = Duration::from_secs(1);

/// At most this many jumps are remembered; a clock that jumps more often tells no age at all.
const MAX_JUMPS: usize = 32;

/// Finds the jumps of the clock: between two readings it should move on by as much as the monotonic time.
#[derive(Debug, Default)]
pub struct ClockJumps {
    last: Option<(Timestamp, Duration)>,
    forward: VecDeque<Jump>,
}

/// A jump forward.
#[derive(Debug)]
struct Jump {
    /// The time that the clock would have shown after the jump.
    expected: Timestamp,
    by: Duration,
}

impl ClockJumps {
    /// Compares the clock with the monotonic time, which counts from any moment.
    pub fn observe(&mut self, now: Timestamp, monotonic: Duration) {
        let last = self.last.replace((now, monotonic));
        let Some((last, read_at)) = last else { return };
        let expected = last + monotonic.saturating_sub(read_at);
        let by = now.since(expected);
        if by >= LEAST_JUMP {
            self.forward.push_back(Jump { expected, by });
            if self.forward.len() > MAX_JUMPS {
                self.forward.pop_front();
            }
        }
        let back = expected.since(now);
        if back >= LEAST_JUMP {
            self.take_back(back);
        }
    }

    /// Returns by how much less time has passed since `earlier` than the clock says.
    pub fn since(&self, earlier: Timestamp) -> Duration {
        let later = self.forward.iter().filter(|jump| earlier <= jump.expected);
        later.map(|jump| jump.by).sum()
    }

    /// A clock that goes back corrects the last jumps forward.
    fn take_back(&mut self, mut back: Duration) {
        while let Some(mut jump) = self.forward.pop_back() {
            if jump.by > back {
                jump.by -= back;
                self.forward.push_back(jump);
                return;
            }
            back -= jump.by;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_millis(1_800_000_000_000) + s(seconds)
    }

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The jumps found by these readings of the clock and of the monotonic time.
    fn jumps(readings: &[(u64, u64)]) -> ClockJumps {
        let mut jumps = ClockJumps::default();
        for (now, monotonic) in readings {
            jumps.observe(at(*now), s(*monotonic));
        }
        jumps
    }

    #[test]
    fn a_clock_that_runs_has_no_jumps() {
        let jumps = jumps(&[(100, 7), (101, 8), (4_000, 3_907)]);
        assert_eq!(jumps.since(at(0)), s(0));
    }

    #[test]
    fn a_jump_counts_for_what_was_before_it() {
        let jumps = jumps(&[(100, 7), (1_901, 8), (1_902, 9)]);
        assert_eq!(jumps.since(at(100)), s(1_800));
        assert_eq!(jumps.since(at(1_901)), s(0));
    }

    #[test]
    fn jumps_add_up() {
        let jumps = jumps(&[(100, 0), (201, 1), (501, 2)]);
        assert_eq!(jumps.since(at(100)), s(100 + 299));
        assert_eq!(jumps.since(at(201)), s(299));
    }

    #[test]
    fn a_small_step_is_no_jump() {
        let mut jumps = ClockJumps::default();
        jumps.observe(at(0), s(0));
        jumps.observe(at(1) + Duration::from_millis(999), s(1));
        assert_eq!(jumps.since(at(0)), s(0));
        jumps.observe(at(3) + Duration::from_millis(999), s(2));
        assert_eq!(jumps.since(at(0)), s(1));
    }

    #[test]
    fn a_clock_that_is_set_back_corrects_its_jump() {
        let corrected = jumps(&[(0, 0), (3_601, 1), (2, 2)]);
        assert_eq!(corrected.since(at(0)), s(0));
        let half = jumps(&[(0, 0), (101, 1), (3_702, 2), (102 + 600, 3)]);
        assert_eq!(half.since(at(0)), s(100 + 3_600 - 3_001));
        let alone = jumps(&[(5_000, 0), (1, 1), (2, 2)]);
        assert_eq!(alone.since(at(0)), s(0));
    }

    #[test]
    fn the_last_jumps_are_remembered() {
        let readings: Vec<_> = (0..=40).map(|n| (n * 11, n)).collect();
        assert_eq!(jumps(&readings).since(at(0)), s(32 * 10));
    }
}
