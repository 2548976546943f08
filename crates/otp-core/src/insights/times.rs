//! Times to delivery, counted in steps: any number of them takes the same space, and two counts add up.

use std::collections::BTreeMap;
use std::time::Duration;

/// A time below this many milliseconds has a step of its own. Above, each doubling has this many steps, so a time
/// read back is at most 1/16 too long.
const STEPS: u64 = 16;

/// Times from the acceptance of a message to the first report of its delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimesToDelivery(BTreeMap<u16, u64>);

impl TimesToDelivery {
    /// Counts a time. One of more than 49 days counts as one of 49 days.
    pub fn add(&mut self, time: Duration) {
        *self.0.entry(step_of(time)).or_default() += 1;
    }

    /// Counts the times of another count, too.
    pub fn merge(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    /// Returns the time within which this percentage of all lies, by the nearest rank: the longest time of the step
    /// of that rank. Returns `None` if there are no times.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let all: u64 = self.0.values().sum();
        let rank = all.saturating_mul(percent).div_ceil(100).max(1);
        let mut counted = 0;
        let found = self.0.iter().find(|(_, count)| {
            counted += **count;
            counted >= rank
        });
        found.map(|(step, _)| longest_of(*step))
    }

    /// Returns each step that has times, with their number.
    pub fn steps(&self) -> impl Iterator<Item = (u16, u64)> {
        self.0.iter().map(|(step, count)| (*step, *count))
    }

    /// Returns the count that has these steps.
    pub fn from_steps(steps: impl IntoIterator<Item = (u16, u64)>) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// Returns the step of a time: the number of doublings since [`STEPS`], and the place within the doubling.
fn step_of(time: Duration) -> u16 {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let millis = millis.min(u32::MAX.into());
    let doublings = millis.max(1).ilog2().saturating_sub(STEPS.ilog2());
    let step = u64::from(doublings) * STEPS + (millis >> doublings);
    u16::try_from(step).unwrap_or(u16::MAX)
}

/// Returns the longest time of a step.
fn longest_of(step: u16) -> Duration {
    let step = u64::from(step);
    let doublings = (step / STEPS).saturating_sub(1);
    let place = step - doublings * STEPS;
    let next = place
        .saturating_add(1)
        .checked_shl(u32::try_from(doublings).unwrap_or(u32::MAX));
    Duration::from_millis(next.map_or(u64::MAX, |next| next - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn of(all: impl IntoIterator<Item = u64>) -> TimesToDelivery {
        let mut times = TimesToDelivery::default();
        for one in all {
            times.add(millis(one));
        }
        times
    }

    #[test]
    fn a_time_read_back_is_never_shorter_and_at_most_a_sixteenth_longer() {
        for time in (0..40_000).chain([86_400_000, 4_000_000_000]) {
            let back = of([time]).percentile(50).expect("one time");
            assert!(back >= millis(time), "{time} {back:?}");
            assert!(back <= millis(time + time / STEPS), "{time} {back:?}");
        }
    }

    #[test]
    fn a_longer_time_never_has_an_earlier_step() {
        let steps: Vec<_> = (0..100_000).map(|time| step_of(millis(time))).collect();
        assert!(steps.is_sorted());
    }

    #[test]
    fn a_time_beyond_all_counts_as_the_longest() {
        let back = of([u64::MAX]).percentile(50);
        assert_eq!(back, Some(millis(u32::MAX.into())));
    }

    #[test]
    fn percentiles_are_those_of_the_nearest_rank() {
        let times = of(0..=9);
        for (percent, expected) in [(1, 0), (10, 0), (11, 1), (50, 4), (95, 9), (100, 9)] {
            assert_eq!(
                times.percentile(percent),
                Some(millis(expected)),
                "{percent}"
            );
        }
        assert_eq!(TimesToDelivery::default().percentile(50), None);
    }

    #[test]
    fn two_counts_add_up_to_the_count_of_all() {
        let (even, odd) = ((0..90).step_by(2), (1..90).step_by(2));
        let mut both = of(even);
        both.merge(&of(odd));
        assert_eq!(both, of(0..90));
        assert_eq!(TimesToDelivery::from_steps(both.steps()), both);
    }

    #[test]
    fn a_step_that_does_not_exist_has_a_time_all_the_same() {
        assert_eq!(longest_of(u16::MAX), millis(u64::MAX));
    }
}
