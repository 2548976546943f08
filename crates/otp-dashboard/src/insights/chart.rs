//! Charts: the positions of what is drawn, in a drawing of 920 by 216.

use std::time::Duration;

use otp_core::insights::Tally;

use super::day::Day;

/// Lengths are in tenths of the drawing's unit, so no number has more than one decimal.
const LEFT: u64 = 400;
/// The last label is wider than its place.
const RIGHT: u64 = 9_120;
const TOP: u64 = 140;
const BOTTOM: u64 = 1_840;

/// The lines above the base line.
const LINES: u64 = 4;

/// At most this many days have a label.
const LABELS: usize = 15;

/// A line across the drawing.
pub(crate) struct Line {
    pub(crate) y: String,
    /// The place of the label, which is a little lower.
    pub(crate) label_y: String,
    pub(crate) label: String,
}

/// The label of a day: its day of the month.
pub(crate) struct DayLabel {
    pub(crate) x: String,
    pub(crate) text: String,
}

/// The bars of a day: the sent messages, and the delivered ones of them.
pub(crate) struct Bars {
    pub(crate) x: String,
    pub(crate) width: String,
    pub(crate) sent_y: String,
    pub(crate) sent_height: String,
    pub(crate) delivered_y: String,
    pub(crate) delivered_height: String,
    /// Whether the day is not over.
    pub(crate) is_open: bool,
}

/// The messages of each day.
pub(crate) struct DaysChart {
    pub(crate) lines: Vec<Line>,
    pub(crate) bars: Vec<Bars>,
    pub(crate) labels: Vec<DayLabel>,
}

/// The times to delivery on each day. A day without deliveries has no place in the curves.
pub(super) struct TimesChart {
    pub(super) lines: Vec<Line>,
    /// The points of the median.
    pub(super) half: String,
    /// The points of the 95th percentile.
    pub(super) most: String,
    pub(super) labels: Vec<DayLabel>,
}

impl DaysChart {
    pub(super) fn new(days: &[Day]) -> Self {
        let greatest = days.iter().map(|day| day.tally.sent).max().unwrap_or(0);
        let step = step(greatest);
        let scale = Scale(step * LINES);
        let last = days.len().saturating_sub(1);
        let bars = days.iter().enumerate().map(|(place, day)| {
            let slot = (RIGHT - LEFT) / length_of(days);
            let width = slot * 56 / 100;
            let (sent, delivered) = (day.tally.sent, day.tally.delivered.min(day.tally.sent));
            Bars {
                x: tenths(middle(days, place).saturating_sub(width / 2)),
                width: tenths(width),
                sent_y: tenths(scale.y(sent)),
                sent_height: tenths(BOTTOM - scale.y(sent)),
                delivered_y: tenths(scale.y(delivered)),
                delivered_height: tenths(BOTTOM - scale.y(delivered)),
                is_open: place == last,
            }
        });
        Self {
            bars: bars.collect(),
            lines: lines(scale, step, otp_texts::grouped),
            labels: labels(days),
        }
    }
}

impl TimesChart {
    pub(super) fn new(days: &[Day]) -> Self {
        let slowest = days.iter().filter_map(|day| millis(&day.tally, 95)).max();
        let step = step(slowest.unwrap_or(0));
        let scale = Scale(step * LINES);
        let points = |percent| {
            let points = days.iter().enumerate().filter_map(|(place, day)| {
                let y = scale.y(millis(&day.tally, percent)?);
                Some(format!("{},{}", tenths(middle(days, place)), tenths(y)))
            });
            points.collect::<Vec<_>>().join(" ")
        };
        Self {
            half: points(50),
            most: points(95),
            lines: lines(scale, step, seconds),
            labels: labels(days),
        }
    }
}

/// The value at the top of the drawing.
#[derive(Clone, Copy)]
struct Scale(u64);

impl Scale {
    /// Returns the height of a value.
    fn y(self, value: u64) -> u64 {
        let height = u128::from(value) * u128::from(BOTTOM - TOP) / u128::from(self.0.max(1));
        BOTTOM.saturating_sub(u64::try_from(height).unwrap_or(BOTTOM))
    }
}

/// Returns the least round number that, [`LINES`] times, is not less than the greatest value.
fn step(greatest: u64) -> u64 {
    let wanted = greatest.div_ceil(LINES).max(1);
    let mut power: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= wanted {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn lines(scale: Scale, step: u64, label: fn(u64) -> String) -> Vec<Line> {
    (0..=LINES)
        .map(|place| {
            let y = scale.y(step * place);
            Line {
                y: tenths(y),
                label_y: tenths(y + 40),
                label: label(step * place),
            }
        })
        .collect()
}

fn labels(days: &[Day]) -> Vec<DayLabel> {
    // Counted from the last day, which always has one.
    let every = days.len().div_ceil(LABELS).max(1);
    let last = days.len().saturating_sub(1);
    let days_with_place = days.iter().enumerate();
    let labelled = days_with_place.filter(|(place, _)| (last - place).is_multiple_of(every));
    let label = |(place, day): (usize, &Day)| DayLabel {
        x: tenths(middle(days, place)),
        text: day.date.rsplit_once('-').unwrap_or_default().1.to_owned(),
    };
    labelled.map(label).collect()
}

/// Returns the middle of a day's place.
fn middle(days: &[Day], place: usize) -> u64 {
    let place = u64::try_from(place).unwrap_or(u64::MAX);
    LEFT + (RIGHT - LEFT) * (2 * place + 1) / (2 * length_of(days))
}

fn length_of(days: &[Day]) -> u64 {
    u64::try_from(days.len()).unwrap_or(u64::MAX).max(1)
}

fn millis(tally: &Tally, percent: u64) -> Option<u64> {
    let time = tally.times.percentile(percent)?;
    Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// Writes a number of milliseconds in seconds.
fn seconds(millis: u64) -> String {
    let time = Duration::from_millis(millis);
    let (whole, thousandths) = (time.as_secs(), time.subsec_millis());
    let text = format!("{whole}.{thousandths:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Writes a number of tenths.
fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(date: &str, sent: u64, delivered: u64, times: &[u64]) -> Day {
        let mut tally = Tally {
            sent,
            delivered,
            ..Tally::default()
        };
        for time in times {
            tally.times.add(Duration::from_millis(*time));
        }
        Day {
            date: date.to_owned(),
            tally,
        }
    }

    #[test]
    fn the_lines_of_a_chart_have_round_numbers() {
        for (greatest, expected) in [(0, 1), (4, 1), (5, 2), (9, 5), (1_300, 500), (4_001, 2_000)] {
            assert_eq!(step(greatest), expected, "{greatest}");
        }
        assert!(step(u64::MAX) >= u64::MAX / LINES);
        let labels = [0, 500, 2_000, 12_500].map(seconds);
        assert_eq!(labels, ["0", "0.5", "2", "12.5"]);
    }

    #[test]
    fn bars_stand_on_the_base_line_and_reach_their_value() {
        let days = [
            day("2026-11-27", 40, 20, &[]),
            day("2026-11-28", 10, 99, &[]),
        ];
        let chart = DaysChart::new(&days);
        let [first, second] = &chart.bars[..] else {
            panic!("two days");
        };
        assert_eq!(
            (first.sent_y.as_str(), first.sent_height.as_str()),
            ("14.0", "170.0")
        );
        assert_eq!(
            (first.delivered_y.as_str(), first.delivered_height.as_str()),
            ("99.0", "85.0")
        );
        assert_eq!((first.is_open, second.is_open), (false, true));
        // The bar of the delivered messages is never higher than that of the sent ones.
        assert_eq!(second.sent_height, second.delivered_height);
        let labels: Vec<_> = chart
            .labels
            .iter()
            .map(|label| label.text.as_str())
            .collect();
        assert_eq!(labels, ["27", "28"]);
        let ticks: Vec<_> = chart.lines.iter().map(|line| line.label.as_str()).collect();
        assert_eq!(ticks, ["0", "10", "20", "30", "40"]);
    }

    #[test]
    fn a_day_without_deliveries_has_no_point() {
        let days = [
            day("2026-11-26", 1, 1, &[15]),
            day("2026-11-27", 1, 0, &[]),
            day("2026-11-28", 1, 1, &[8]),
        ];
        let chart = TimesChart::new(&days);
        assert_eq!(chart.half.split(' ').count(), 2);
        assert_eq!(chart.half, chart.most);
    }

    #[test]
    fn long_periods_have_few_labels_and_the_last_day_always_has_one() {
        for count in [14, 30, 90] {
            let days: Vec<_> = (0..count)
                .map(|n| day(&format!("2026-11-{n:02}"), 1, 1, &[]))
                .collect();
            let labels = labels(&days);
            assert!(labels.len() <= LABELS, "{count}");
            let last = labels.last().map(|label| label.text.clone());
            assert_eq!(last, Some(format!("{:02}", count - 1)));
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(DaysChart::new(&[]).bars.is_empty());
        assert_eq!(TimesChart::new(&[]).half, "");
    }
}
