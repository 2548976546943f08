//! The metadata of the plans: that of the `phonenumber` crate, corrected by what libphonenumber has
//! changed since.

use phonenumber::Metadata;

use super::correction::{Field, Numbers};
use super::metadata_corrections::CORRECTIONS;

/// The kinds of number a plan can assign. Mobile numbers are first because they are the most
/// frequent.
pub(super) const KINDS: [Field; 10] = [
    Field::Mobile,
    Field::FixedLine,
    Field::TollFree,
    Field::PremiumRate,
    Field::SharedCost,
    Field::PersonalNumber,
    Field::Voip,
    Field::Pager,
    Field::Uan,
    Field::Voicemail,
];

/// Returns the pattern of all the region's numbers.
pub(super) fn general(metadata: &'static Metadata) -> &'static str {
    corrected(metadata, Field::General)
        .unwrap_or_else(|| uncorrected(metadata, Field::General))
        .map_or("", |numbers| numbers.pattern)
}

/// Returns the pattern of the start of the numbers that are certainly this region's.
pub(super) fn leading_digits(metadata: &'static Metadata) -> Option<&'static str> {
    corrected(metadata, Field::LeadingDigits)
        .unwrap_or_else(|| uncorrected(metadata, Field::LeadingDigits))
        .map(|numbers| numbers.pattern)
}

/// Returns the region's numbers of one kind.
pub(super) fn numbers(metadata: &'static Metadata, kind: Field) -> Option<Numbers> {
    corrected(metadata, kind).unwrap_or_else(|| uncorrected(metadata, kind))
}

fn corrected(metadata: &Metadata, field: Field) -> Option<Option<Numbers>> {
    CORRECTIONS
        .iter()
        .find(|correction| {
            correction.field == field
                && correction.country_code == metadata.country_code()
                && correction.region == metadata.id()
        })
        .map(|correction| correction.numbers)
}

fn uncorrected(metadata: &'static Metadata, field: Field) -> Option<Numbers> {
    let kinds = metadata.descriptors();
    let descriptor = match field {
        Field::General => Some(kinds.general()),
        Field::LeadingDigits => {
            return metadata.leading_digits().map(|pattern| Numbers {
                pattern: pattern.as_str(),
                lengths: &[],
                local_lengths: &[],
            });
        }
        Field::Mobile => kinds.mobile(),
        Field::FixedLine => kinds.fixed_line(),
        Field::TollFree => kinds.toll_free(),
        Field::PremiumRate => kinds.premium_rate(),
        Field::SharedCost => kinds.shared_cost(),
        Field::PersonalNumber => kinds.personal_number(),
        Field::Voip => kinds.voip(),
        Field::Pager => kinds.pager(),
        Field::Uan => kinds.uan(),
        Field::Voicemail => kinds.voicemail(),
    };
    descriptor.map(|descriptor| Numbers {
        pattern: descriptor.national_number().as_str(),
        lengths: descriptor.possible_length(),
        local_lengths: descriptor.possible_local_length(),
    })
}

#[cfg(test)]
mod tests {
    use phonenumber::metadata::DATABASE;

    use super::*;

    fn without_spaces(pattern: &str) -> String {
        pattern.split_whitespace().collect()
    }

    #[test]
    fn every_correction_corrects_something() {
        for correction in CORRECTIONS {
            let regions = DATABASE
                .by_code(&correction.country_code)
                .unwrap_or_default();
            let metadata = regions
                .into_iter()
                .find(|metadata| metadata.id() == correction.region)
                .expect("a correction names a region of the metadata");
            let shape = |numbers: Numbers| {
                let pattern = without_spaces(numbers.pattern);
                (pattern, numbers.lengths, numbers.local_lengths)
            };
            assert_ne!(
                uncorrected(metadata, correction.field).map(shape),
                correction.numbers.map(shape),
                "the crate has caught up: generate the corrections again ({correction:?})",
            );
        }
    }
}
