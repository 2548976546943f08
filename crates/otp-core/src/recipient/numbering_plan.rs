//! The numbering plan of one region: the national numbers that exist in it.
//!
//! The rules are those of libphonenumber's `PhoneNumberUtil`; each function names the one it
//! follows.

use std::borrow::Cow;

use phonenumber::Metadata;
use regex::Captures;

use super::correction::{Field, Numbers};
use super::metadata;
use super::pattern::Pattern;
use crate::region::Region;

/// The plan of one region.
#[derive(Debug)]
pub(super) struct NumberingPlan {
    region: Region,
    /// The start of numbers that can only be this region's, of the regions sharing the code.
    leading_digits: Option<Pattern>,
    national_prefix: Option<NationalPrefix>,
    /// The pattern of every number of the plan, whatever its kind.
    general: Pattern,
    lengths: Lengths,
    local_lengths: Lengths,
    kinds: Vec<Kind>,
}

/// The prefix dialled before a number from inside the country, sometimes with a carrier's code.
#[derive(Debug)]
struct NationalPrefix {
    pattern: Pattern,
    /// The replacement of the prefix if it is not simply dropped, such as `9$1`.
    transform: Option<&'static str>,
}

/// A kind of number, such as mobile, fixed line or toll-free. A number of any kind is assigned.
#[derive(Debug)]
struct Kind {
    pattern: Pattern,
    lengths: Lengths,
}

/// The relation of a number's length to its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LengthVerdict {
    Possible,
    OnlyLocal,
    TooShort,
    TooLong,
    Between,
}

impl NumberingPlan {
    /// Builds the plan from the crate's metadata and the corrections to it.
    pub(super) fn of(metadata: &'static Metadata, region: Region) -> NumberingPlan {
        let numbers: Vec<_> = metadata::KINDS
            .iter()
            .filter_map(|field| Some((*field, metadata::numbers(metadata, *field)?)))
            .collect();
        // As `BuildMetadataFromXml` does; its result is not part of the metadata.
        let union = |lengths: fn(&Numbers) -> &'static [u16]| {
            Lengths::of(numbers.iter().flat_map(|(_, numbers)| lengths(numbers)))
        };
        let lengths = union(|numbers| numbers.lengths);
        let local_lengths = union(|numbers| numbers.local_lengths).without(lengths);

        // As `getNumberTypeHelper` does: a mobile pattern equal to the fixed-line one adds nothing.
        let fixed_line = numbers
            .iter()
            .find(|(field, _)| *field == Field::FixedLine)
            .map(|(_, numbers)| numbers.pattern);
        let kinds = numbers
            .iter()
            .filter(|(field, numbers)| {
                *field != Field::Mobile || fixed_line != Some(numbers.pattern)
            })
            .map(|(_, numbers)| Kind {
                pattern: Pattern::of_whole(numbers.pattern),
                lengths: Lengths::of(numbers.lengths),
            })
            .collect();

        let prefix = metadata
            .national_prefix_for_parsing()
            .map(|pattern| pattern.as_str())
            .or_else(|| metadata.national_prefix());
        NumberingPlan {
            region,
            leading_digits: metadata::leading_digits(metadata).map(Pattern::of_start),
            national_prefix: prefix.map(|pattern| NationalPrefix {
                pattern: Pattern::of_start(pattern),
                transform: metadata.national_prefix_transform_rule(),
            }),
            general: Pattern::of_whole(metadata::general(metadata)),
            lengths,
            local_lengths,
            kinds,
        }
    }

    pub(super) fn region(&self) -> Region {
        self.region
    }

    /// Returns whether the number belongs to this plan and not to another region with the same
    /// country code (`getRegionCodeForNumberFromRegionList`).
    pub(super) fn claims(&self, national: &str) -> bool {
        match &self.leading_digits {
            Some(leading_digits) => leading_digits.matches(national),
            None => self.assigns(national),
        }
    }

    /// Returns whether the plan has the number (`isValidNumberForRegion`).
    pub(super) fn assigns(&self, national: &str) -> bool {
        let is_of_kind =
            |kind: &Kind| kind.lengths.contains(national.len()) && kind.pattern.matches(national);
        self.lengths.contains(national.len())
            && self.general.matches(national)
            && self.kinds.iter().any(is_of_kind)
    }

    /// Drops the prefix that some people leave after the country code. The number is unchanged if
    /// dropping it would make the number invalid (`maybeStripNationalPrefixAndCarrierCode`, and the
    /// check of the result's length in `parseHelper`).
    pub(super) fn without_national_prefix<'n>(&self, national: &'n str) -> Cow<'n, str> {
        let Some(stripped) = self
            .national_prefix
            .as_ref()
            .and_then(|p| p.strip(national))
        else {
            return Cow::Borrowed(national);
        };
        let breaks = self.general.matches(national) && !self.general.matches(&stripped);
        match self.length_verdict(&stripped) {
            LengthVerdict::Possible | LengthVerdict::TooLong if !breaks => stripped,
            LengthVerdict::Possible
            | LengthVerdict::TooLong
            | LengthVerdict::TooShort
            | LengthVerdict::OnlyLocal
            | LengthVerdict::Between => Cow::Borrowed(national),
        }
    }

    /// Compares the number's length with the plan (`testNumberLength`).
    pub(super) fn length_verdict(&self, national: &str) -> LengthVerdict {
        let length = national.len();
        if self.local_lengths.contains(length) {
            LengthVerdict::OnlyLocal
        } else if self.lengths.contains(length) {
            LengthVerdict::Possible
        } else if self.lengths.all_above(length) {
            LengthVerdict::TooShort
        } else if self.lengths.all_below(length) {
            LengthVerdict::TooLong
        } else {
            LengthVerdict::Between
        }
    }

    #[cfg(test)]
    pub(super) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let prefix = self.national_prefix.iter().map(|prefix| &prefix.pattern);
        let kinds = self.kinds.iter().map(|kind| &kind.pattern);
        std::iter::once(&self.general)
            .chain(&self.leading_digits)
            .chain(prefix)
            .chain(kinds)
    }
}

impl NationalPrefix {
    fn strip<'n>(&self, national: &'n str) -> Option<Cow<'n, str>> {
        let found = self.pattern.captures(national)?;
        let rest = &national[found.get_match().end()..];
        let last_group = found.iter().skip(1).last().flatten();
        match self.transform {
            Some(rule) if last_group.is_some() => Some(Cow::Owned(expand(rule, &found) + rest)),
            _ => Some(Cow::Borrowed(rest)),
        }
    }
}

/// Fills in `$1` to `$9` of a transform rule. (`Captures::expand` would read `$15` as group
/// fifteen.)
fn expand(rule: &str, groups: &Captures<'_>) -> String {
    let mut expanded = String::with_capacity(24);
    let mut rest = rule.chars();
    while let Some(character) = rest.next() {
        if character != '$' {
            expanded.push(character);
            continue;
        }
        let group = rest.next().and_then(|digit| digit.to_digit(10));
        let group = group.and_then(|group| groups.get(usize::try_from(group).ok()?));
        expanded.push_str(group.map_or("", |group| group.as_str()));
    }
    expanded
}

/// A set of lengths, one bit each; no plan has a number of more than 17 digits.
#[derive(Debug, Clone, Copy)]
struct Lengths(u32);

impl Lengths {
    fn of<'l>(lengths: impl IntoIterator<Item = &'l u16>) -> Lengths {
        Lengths(
            lengths
                .into_iter()
                .fold(0, |bits, length| bits | Lengths::bit(usize::from(*length))),
        )
    }

    fn bit(length: usize) -> u32 {
        u32::try_from(length)
            .ok()
            .and_then(|length| 1_u32.checked_shl(length))
            .unwrap_or(0)
    }

    fn without(self, other: Lengths) -> Lengths {
        Lengths(self.0 & !other.0)
    }

    fn contains(self, length: usize) -> bool {
        self.0 & Lengths::bit(length) != 0
    }

    fn all_above(self, length: usize) -> bool {
        usize::try_from(self.0.trailing_zeros()).is_ok_and(|shortest| length < shortest)
    }

    fn all_below(self, length: usize) -> bool {
        let longest = self.0.checked_ilog2().unwrap_or(0);
        usize::try_from(longest).is_ok_and(|longest| longest < length)
    }
}
