//! The report of a period: its messages by day, country, template and failure.

use std::collections::{BTreeMap, BTreeSet};

use super::rollup::Rollups;
use super::slot::{DAY, day_of};
use super::tally::{Tallies, Tally, TallyGroup};
use crate::channel::whatsapp::template::TemplateName;
use crate::region::Region;
use crate::time::Timestamp;

/// The messages that a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportFilter {
    /// Only messages to this country.
    pub region: Option<Region>,
    /// Only messages with this template.
    pub template: Option<TemplateName>,
}

impl ReportFilter {
    fn matches(&self, group: &TallyGroup) -> bool {
        self.region
            .is_none_or(|region| group.region == Some(region))
            && (self.template.as_ref()).is_none_or(|name| group.template.as_ref() == Some(name))
    }
}

/// How far the messages of a number of days got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightsReport {
    /// The time until which messages are counted.
    pub counted_until: Timestamp,
    /// Whether there are later messages, too many to be counted just now.
    pub is_behind: bool,
    /// The tallies of each day in UTC, by its beginning: also those of days without messages.
    pub days: Vec<(Timestamp, Tallies)>,
    /// The countries of all messages of the period, whatever the filter says.
    pub regions: BTreeSet<Region>,
    /// The templates of all messages of the period, whatever the filter says.
    pub templates: BTreeSet<TemplateName>,
}

impl InsightsReport {
    /// Makes the report of the days from `first` until `now` from the stored and the just counted tallies. If there
    /// was too much to count, `just_counted` is `None`, and the report ends with the stored tallies.
    pub fn new(
        (first, now): (Timestamp, Timestamp),
        rollups: &Rollups,
        just_counted: Option<&[(Timestamp, Tallies)]>,
        filter: &ReportFilter,
    ) -> Self {
        let is_behind = just_counted.is_none();
        let counted_until = match is_behind {
            true => rollups.counted_since(first),
            false => now,
        };
        let just_counted = just_counted.unwrap_or_default();
        let mut days: BTreeMap<Timestamp, Tallies> = BTreeMap::new();
        let mut day = day_of(first);
        while day <= counted_until {
            days.insert(day, Tallies::default());
            day = day + DAY;
        }
        let (mut regions, mut templates) = (BTreeSet::new(), BTreeSet::new());
        let stored = rollups.days.iter().chain(&rollups.slots);
        for (at, tallies) in stored.chain(just_counted) {
            let Some(day) = days.get_mut(&day_of(*at)) else {
                continue;
            };
            regions.extend(tallies.0.keys().filter_map(|group| group.region));
            templates.extend(tallies.0.keys().filter_map(|group| group.template.clone()));
            day.merge_those(tallies, |group| filter.matches(group));
        }
        Self {
            counted_until,
            is_behind,
            days: days.into_iter().collect(),
            regions,
            templates,
        }
    }

    /// Returns the counts of the whole period.
    pub fn total(&self) -> Tally {
        sum(self.days.iter().flat_map(|(_, tallies)| tallies.0.values()))
    }

    /// Returns the counts of each day.
    pub fn by_day(&self) -> Vec<(Timestamp, Tally)> {
        let days = self.days.iter();
        days.map(|(day, tallies)| (*day, sum(tallies.0.values())))
            .collect()
    }

    /// Returns the counts of each country, the one with the most messages first.
    pub fn by_region(&self) -> Vec<(Option<Region>, Tally)> {
        self.by(|group| group.region)
    }

    /// Returns the counts of each template, the one with the most messages first.
    pub fn by_template(&self) -> Vec<(Option<TemplateName>, Tally)> {
        self.by(|group| group.template.clone())
    }

    fn by<T: Ord>(&self, choice: impl Fn(&TallyGroup) -> T) -> Vec<(T, Tally)> {
        let mut found: BTreeMap<T, Tally> = BTreeMap::new();
        for (group, tally) in self.days.iter().flat_map(|(_, tallies)| &tallies.0) {
            found.entry(choice(group)).or_default().merge(tally);
        }
        let mut found: Vec<_> = found.into_iter().collect();
        // The sort is stable, so equal counts stay in the order of their names.
        found.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.accepted));
        found
    }
}

fn sum<'a>(tallies: impl Iterator<Item = &'a Tally>) -> Tally {
    tallies.fold(Tally::default(), |mut sum, tally| {
        sum.merge(tally);
        sum
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::channel::Channel;

    /// 2026-05-14T00:00:00Z.
    const MIDNIGHT: i64 = 1_778_716_800_000;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_unix_millis(MIDNIGHT + hours * 3_600_000)
    }

    fn group(region: &str, template: &str) -> TallyGroup {
        TallyGroup {
            channel: Channel::WhatsApp,
            region: Region::parse(region).ok(),
            template: TemplateName::parse(template).ok(),
        }
    }

    fn tallies(groups: &[(&str, &str, u64)]) -> Tallies {
        let groups = groups.iter().map(|(region, template, accepted)| {
            let tally = Tally {
                accepted: *accepted,
                ..Tally::default()
            };
            (group(region, template), tally)
        });
        Tallies(groups.collect())
    }

    fn report(filter: &ReportFilter) -> InsightsReport {
        let rollups = Rollups {
            counted_until: Some(at(49)),
            days: vec![
                // Before the first day.
                (at(-24), tallies(&[("SA", "a", 1_000)])),
                (at(0), tallies(&[("SA", "a", 5), ("IQ", "b", 7)])),
            ],
            slots: vec![
                (at(23), tallies(&[("SA", "a", 2)])),
                (at(48), tallies(&[("SA", "b", 4)])),
            ],
        };
        let just_counted = [(at(49), tallies(&[("EG", "a", 1)]))];
        InsightsReport::new((at(0), at(50)), &rollups, Some(&just_counted), filter)
    }

    #[test]
    fn every_day_of_the_period_has_its_sum_even_without_messages() {
        let report = report(&ReportFilter::default());
        let days: Vec<_> = report
            .by_day()
            .into_iter()
            .map(|(day, tally)| (day, tally.accepted))
            .collect();
        assert_eq!(days, [(at(0), 14), (at(24), 0), (at(48), 5)]);
        assert_eq!(report.total().accepted, 19);
        assert_eq!(
            report.counted_until,
            at(0) + Duration::from_secs(50 * 3_600)
        );
    }

    #[test]
    fn a_report_that_is_behind_ends_where_what_is_stored_ends() {
        let stored = Rollups {
            counted_until: Some(at(30)),
            ..Rollups::default()
        };
        for (rollups, until) in [(stored, at(30)), (Rollups::default(), at(0))] {
            let filter = ReportFilter::default();
            let report = InsightsReport::new((at(0), at(50)), &rollups, None, &filter);
            assert!(report.is_behind);
            assert_eq!(report.counted_until, until);
        }
        assert!(!report(&ReportFilter::default()).is_behind);
    }

    #[test]
    fn groups_begin_with_the_one_that_has_the_most_messages() {
        let report = report(&ReportFilter::default());
        let regions = report.by_region().into_iter();
        let regions: Vec<_> = regions
            .map(|(region, tally)| (region.map(|one| one.as_str().to_owned()), tally.accepted))
            .collect();
        let expected = [("SA", 11), ("IQ", 7), ("EG", 1)];
        assert_eq!(
            regions,
            expected.map(|(region, count)| (Some(region.to_owned()), count))
        );
        let templates = report.by_template().into_iter();
        let templates: Vec<_> = templates
            .map(|(name, tally)| (name.map(|name| name.as_str().to_owned()), tally.accepted))
            .collect();
        let expected = [("b", 11), ("a", 8)];
        assert_eq!(
            templates,
            expected.map(|(name, count)| (Some(name.to_owned()), count))
        );
    }

    #[test]
    fn a_filter_leaves_messages_out_but_no_choice() {
        for (filter, expected) in [
            (
                ReportFilter {
                    region: Region::parse("SA").ok(),
                    ..ReportFilter::default()
                },
                11,
            ),
            (
                ReportFilter {
                    template: TemplateName::parse("b").ok(),
                    ..ReportFilter::default()
                },
                11,
            ),
            (
                ReportFilter {
                    region: Region::parse("SA").ok(),
                    template: TemplateName::parse("b").ok(),
                },
                4,
            ),
            (
                ReportFilter {
                    region: Region::parse("JO").ok(),
                    ..ReportFilter::default()
                },
                0,
            ),
        ] {
            let report = report(&filter);
            assert_eq!(report.total().accepted, expected, "{filter:?}");
            let regions: Vec<_> = report
                .regions
                .iter()
                .map(|region| region.as_str())
                .collect();
            assert_eq!(regions, ["EG", "IQ", "SA"]);
            assert_eq!(report.templates.len(), 2);
        }
    }
}
