//! Arguments: the values that a text inserts.

use fluent_bundle::FluentValue;
use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use otp_core::ui_language::UiLanguage;

use crate::bidi;

/// A value that a text inserts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument<'a> {
    /// A text, inserted as it is.
    Text(&'a str),
    /// A number, by which a text can choose its plural form. It is inserted as [`grouped`] writes it, and isolated
    /// from left to right. It is exact up to 2^53.
    Number(u64),
}

impl<'a> Argument<'a> {
    pub(crate) fn into_value(self, language: UiLanguage) -> FluentValue<'a> {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => match with_the_same_form(language, number) {
                same if same == number => number.into(),
                other => {
                    // The only option that is a text. No catalogue has amounts of money.
                    let options = FluentNumberOptions {
                        currency: Some(grouped(number)),
                        ..FluentNumberOptions::default()
                    };
                    FluentNumber::new(other as f64, options).into()
                }
            },
        }
    }
}

/// Returns a number for which the library chooses the plural form that this number has (Unicode CLDR).
///
/// In Arabic the form depends on the number's last two digits, but intl_pluralrules 7.0.2 looks at the whole number.
const fn with_the_same_form(language: UiLanguage, number: u64) -> u64 {
    match language {
        UiLanguage::English => number,
        UiLanguage::Arabic if number < 100 => number,
        UiLanguage::Arabic => match number % 100 {
            0..=2 => 100,
            last_two => last_two,
        },
    }
}

/// Writes a number with Latin digits in groups of three, such as `12,345`, as every language of the pages does.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Writes a number for a text. Other values, and fractions, are left to the library.
pub(crate) fn write<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    let FluentValue::Number(number) = value else {
        return None;
    };
    let whole = number.value as u64;
    let written = match &number.options.currency {
        Some(written) => written.clone(),
        None if whole as f64 == number.value => grouped(whole),
        None => return None,
    };
    Some(bidi::left_to_right(&written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups_of_three() {
        for (number, expected) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (100_000, "100,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(grouped(number), expected);
        }
    }
}
