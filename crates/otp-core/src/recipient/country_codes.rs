//! The regions of each country code, and the verdict on a whole number.

use std::borrow::Cow;
use std::sync::LazyLock;

use phonenumber::metadata::DATABASE;

use super::invalid_phone_number::InvalidPhoneNumber;
use super::numbering_plan::{LengthVerdict, NumberingPlan};
use crate::region::Region;

/// The parts of an assigned number.
pub(super) struct AssignedNumber<'d> {
    pub(super) country_code: &'d str,
    pub(super) national: Cow<'d, str>,
    pub(super) region: Region,
}

// libphonenumber's MAX_INPUT_STRING_LENGTH (less the plus sign), MIN_LENGTH_FOR_NSN and
// MAX_LENGTH_FOR_NSN.
const MAX_INPUT: usize = 249;
const MIN_NATIONAL: usize = 2;
const MAX_NATIONAL: usize = 17;

/// Judges ASCII digits that start with a country code, as `parse` followed by `isValidNumber` does.
pub(super) fn judge(digits: &str) -> Result<AssignedNumber<'_>, InvalidPhoneNumber> {
    if digits.len() > MAX_INPUT {
        return Err(InvalidPhoneNumber::TooLong);
    }
    if digits.len() <= MIN_NATIONAL {
        return Err(InvalidPhoneNumber::TooShort);
    }
    let (country_code, regions) =
        country_code(digits).ok_or(InvalidPhoneNumber::UnknownCountryCode)?;
    let main = regions
        .first()
        .ok_or(InvalidPhoneNumber::UnknownCountryCode)?;
    let national = &digits[country_code.len()..];
    if national.len() < MIN_NATIONAL {
        return Err(InvalidPhoneNumber::TooShort);
    }
    let national = main.without_national_prefix(national);
    if national.len() > MAX_NATIONAL {
        return Err(InvalidPhoneNumber::TooLong);
    }
    match claimant(regions, &national) {
        Some(plan) if plan.assigns(&national) => Ok(AssignedNumber {
            country_code,
            national,
            region: plan.region(),
        }),
        _ => Err(match main.length_verdict(&national) {
            LengthVerdict::TooShort => InvalidPhoneNumber::TooShort,
            LengthVerdict::TooLong => InvalidPhoneNumber::TooLong,
            LengthVerdict::Possible | LengthVerdict::OnlyLocal | LengthVerdict::Between => {
                InvalidPhoneNumber::NotAssigned
            }
        }),
    }
}

/// Returns the region of a number that was accepted once, whether or not it is still assigned.
pub(super) fn region_of(digits: &str) -> Result<Region, InvalidPhoneNumber> {
    let (country_code, regions) =
        country_code(digits).ok_or(InvalidPhoneNumber::UnknownCountryCode)?;
    claimant(regions, &digits[country_code.len()..])
        .or(regions.first())
        .map(NumberingPlan::region)
        .ok_or(InvalidPhoneNumber::UnknownCountryCode)
}

/// Returns the region that a number belongs to. If several regions share the code, it is the first
/// that claims the number, even if that one does not assign it (`getRegionCodeForNumber`).
fn claimant<'p>(regions: &'p [NumberingPlan], national: &str) -> Option<&'p NumberingPlan> {
    match regions {
        [only] => Some(only),
        several => several.iter().find(|plan| plan.claims(national)),
    }
}

/// Loads the metadata now instead of with the first number.
///
/// This takes about 85 ms, which a server should spend before it accepts requests.
pub fn load_numbering_plans() {
    LazyLock::force(&REGIONS);
}

/// Splits off the country code. No code is a prefix of another, so the first match is the only one.
fn country_code(digits: &str) -> Option<(&str, &'static [NumberingPlan])> {
    (1..=3).find_map(|length| {
        let code = digits.get(..length)?;
        if code.starts_with('0') {
            return None;
        }
        let regions = REGIONS.get(code.parse::<usize>().ok()?)?;
        (!regions.is_empty()).then_some((code, &**regions))
    })
}

/// The plans of each country code, at the index of that code. The main region is first, and the
/// others follow in the order of the metadata, which is libphonenumber's too.
static REGIONS: LazyLock<Vec<Box<[NumberingPlan]>>> = LazyLock::new(|| {
    let plans = |code: u16| {
        let regions = DATABASE.by_code(&code).unwrap_or_default();
        let plan = |metadata: &'static phonenumber::Metadata| {
            Some(NumberingPlan::of(
                metadata,
                Region::parse(metadata.id()).ok()?,
            ))
        };
        regions.into_iter().filter_map(plan).collect()
    };
    (0..1000).map(plans).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        let patterns = REGIONS.iter().flatten().flat_map(NumberingPlan::patterns);
        let broken: Vec<_> = patterns
            .filter(|pattern| pattern.regex().is_none())
            .collect();
        assert!(broken.is_empty(), "{broken:?}");
    }

    #[test]
    fn every_region_of_the_metadata_is_known() {
        let known = REGIONS.iter().flatten().count();
        let in_metadata: usize = (0..1000_u16)
            .map(|code| DATABASE.by_code(&code).unwrap_or_default().len())
            .sum();
        assert_eq!(known, in_metadata);
        assert!(known > 240, "only {known} regions");
    }
}
