//! The phone number: parsed strictly, stored in canonical form, hidden when printed.

use std::fmt;

use super::country_codes;
use super::invalid_phone_number::InvalidPhoneNumber;
use super::spelling;
use crate::region::Region;

/// A valid phone number in canonical E.164.
///
/// It has no `Display`, and `Debug` shows only the region and the last two digits: a number is
/// personal data and must not reach a log by accident.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: Box<str>,
    region: Region,
}

impl PhoneNumber {
    /// Reads `+` followed by ASCII digits and nothing else.
    ///
    /// A national prefix after the country code is dropped if libphonenumber drops it, so that one
    /// telephone has one canonical number: `+4407911123456` is `+447911123456`.
    pub fn parse(input: &str) -> Result<PhoneNumber, InvalidPhoneNumber> {
        let number = country_codes::judge(digits_of(input)?)?;
        Ok(PhoneNumber {
            e164: format!("+{}{}", number.country_code, number.national).into(),
            region: number.region,
        })
    }

    /// Reads the stored result of [`PhoneNumber::e164`].
    ///
    /// The number is not checked against its plan again: numbering plans change, and a number that
    /// was assigned when it was accepted must remain readable.
    pub fn restore(e164: &str) -> Result<PhoneNumber, InvalidPhoneNumber> {
        Ok(PhoneNumber {
            region: country_codes::region_of(digits_of(e164)?)?,
            e164: e164.into(),
        })
    }

    /// Reads the digits by which a provider names a person, who may have registered under a spelling
    /// that is no longer dialled: in Mexico or Brazil the number of today is returned.
    pub fn parse_spelling(digits: &str) -> Result<PhoneNumber, InvalidPhoneNumber> {
        Self::parse(&format!("+{digits}")).or_else(|invalid| {
            let modern = spelling::modern(digits).ok_or(invalid)?;
            Self::parse(&format!("+{modern}"))
        })
    }

    /// Returns digits that all spellings of this telephone share. They are for comparison, not for
    /// dialling.
    pub fn line(&self) -> String {
        spelling::line(self.digits())
    }

    /// Returns the number with its plus sign, such as "+966551234567".
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// Returns the number without its plus sign.
    pub fn digits(&self) -> &str {
        self.e164.trim_start_matches('+')
    }

    /// Returns the number with its middle hidden, enough to tell it from others: "+9665••••••67".
    pub fn masked(&self) -> String {
        let last_two = self.e164.len().saturating_sub(2);
        let shown = |(place, digit)| match place {
            place if place < 5 || place >= last_two => digit,
            _ => '•',
        };
        self.e164.chars().enumerate().map(shown).collect()
    }

    /// Returns the country or territory the number belongs to.
    pub fn region(&self) -> Region {
        self.region
    }
}

fn digits_of(input: &str) -> Result<&str, InvalidPhoneNumber> {
    input
        .strip_prefix('+')
        .filter(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or(InvalidPhoneNumber::NotE164)
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last_two = &self.e164[self.e164.len().saturating_sub(2)..];
        write!(f, "PhoneNumber({} …{last_two})", self.region)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(input: &str, expected: Result<(&str, &str), InvalidPhoneNumber>) {
        let found = PhoneNumber::parse(input);
        let found = found
            .as_ref()
            .map(|number| (number.e164(), number.region.as_str()));
        assert_eq!(found, expected.as_ref().copied(), "{input}");
    }

    #[test]
    fn numbers_are_read_with_their_region() {
        check("+966551234567", Ok(("+966551234567", "SA")));
        check("+201001234567", Ok(("+201001234567", "EG")));
        check("+14155552671", Ok(("+14155552671", "US")));
        check("+14168234567", Ok(("+14168234567", "CA")));
        check("+393123456789", Ok(("+393123456789", "IT")));
        check("+390212345678", Ok(("+390212345678", "IT")));
        check("+390669812345", Ok(("+390669812345", "VA")));
        check("+80012345678", Ok(("+80012345678", "001")));
    }

    #[test]
    fn a_national_prefix_is_dropped_only_if_a_valid_number_remains() {
        check("+4407400123456", Ok(("+447400123456", "GB")));
        check("+4407911123456", Ok(("+447911123456", "GG")));
        check("+9660551234567", Ok(("+966551234567", "SA")));
        // An eight is a prefix in Russia and the start of its toll-free numbers.
        check("+78001234567", Ok(("+78001234567", "RU")));
    }

    #[test]
    fn a_providers_spelling_is_read_as_the_number_of_today() {
        let read = |digits| PhoneNumber::parse_spelling(digits).map(|number| number.e164);
        for (digits, today) in [
            ("966551234567", "+966551234567"),
            ("5215512345678", "+525512345678"),
            ("554784178525", "+5547984178525"),
            ("5547984178525", "+5547984178525"),
            // A landline, which has no other spelling.
            ("551123456789", "+551123456789"),
        ] {
            assert_eq!(read(digits).as_deref(), Ok(today), "{digits}");
        }
        assert_eq!(read("999"), Err(InvalidPhoneNumber::UnknownCountryCode));
    }

    #[test]
    fn every_refusal_has_its_reason() {
        use InvalidPhoneNumber::{NotAssigned, NotE164, TooLong, TooShort, UnknownCountryCode};
        check("", Err(NotE164));
        check("+", Err(NotE164));
        check("0551234567", Err(NotE164));
        check("++966551234567", Err(NotE164));
        check("+966 55 123 4567", Err(NotE164));
        check("+٩٦٦٥٥١٢٣٤٥٦٧", Err(NotE164));
        check("+999999999999", Err(UnknownCountryCode));
        check("+0966551234567", Err(UnknownCountryCode));
        check("+96655123", Err(TooShort));
        check("+96655123456789", Err(TooLong));
        check("+966001234567", Err(NotAssigned));
    }

    #[test]
    fn a_stored_number_is_read_even_if_its_plan_withdrew_it() {
        let restored = PhoneNumber::restore("+966001234567").expect("SA has its country code");
        assert_eq!(
            (restored.e164(), restored.region.as_str()),
            ("+966001234567", "SA")
        );
        assert_eq!(
            PhoneNumber::restore("966551234567"),
            Err(InvalidPhoneNumber::NotE164)
        );
        assert_eq!(
            PhoneNumber::restore("+999"),
            Err(InvalidPhoneNumber::UnknownCountryCode)
        );
    }

    #[test]
    fn a_masked_number_shows_its_country_and_its_end() {
        for (number, masked) in [
            ("+966551234567", "+9665••••••67"),
            ("+14155552671", "+1415•••••71"),
            ("+2907123", "+2907•23"),
        ] {
            let number = PhoneNumber::restore(number).expect("a number");
            assert_eq!(number.masked(), masked);
        }
    }

    #[test]
    fn debug_shows_no_more_than_two_digits() {
        let number = PhoneNumber::parse("+966551234567").expect("a valid number");
        assert_eq!(format!("{number:?}"), "PhoneNumber(SA …67)");
    }

    proptest! {
        #[test]
        fn no_text_causes_a_panic(input in any::<String>()) {
            let _ = (PhoneNumber::parse(&input), PhoneNumber::restore(&input));
        }

        #[test]
        fn no_sequence_of_digits_causes_a_panic(input in "\\+[0-9]{0,300}") {
            let _ = (PhoneNumber::parse(&input), PhoneNumber::restore(&input));
        }
    }
}
