//! Fields: how the texts of forms are read, into the types of the core.

use otp_core::account::ContactLine;
use otp_core::contact_number::ContactNumber;
use otp_core::credits::Credits;
use otp_core::notice::LowBalance;
use otp_core::order::{DeclineReason, OrderNotes};
use otp_core::plan::{InvalidMoney, Money};
use otp_core::pricing::PriceKey;
use otp_core::recipient::EmailAddress;
use otp_core::verification::{Guess, ascii_digit};

use crate::form::Fault;

pub(crate) fn email(text: &str) -> Result<EmailAddress, Fault> {
    EmailAddress::parse(text.trim()).map_err(|_| Fault::NoEmailAddress)
}

pub(crate) fn code(text: &str) -> Result<Guess, Fault> {
    Guess::parse(text).ok_or(Fault::NoCode)
}

pub(crate) fn name(text: &str) -> Result<ContactLine, Fault> {
    ContactLine::parse(text).map_err(|_| Fault::NoName)
}

/// Reads a name that may be left out.
pub(crate) fn optional_name(text: &str) -> Result<Option<ContactLine>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    name(text).map(Some)
}

pub(crate) fn key_name(text: &str) -> Result<ContactLine, Fault> {
    ContactLine::parse(text).map_err(|_| Fault::NoKeyName)
}

pub(crate) fn company(text: &str) -> Result<ContactLine, Fault> {
    ContactLine::parse(text).map_err(|_| Fault::NoCompany)
}

/// Reads a phone number; ٠–٩ and ۰–۹ are digits too.
pub(crate) fn phone(text: &str) -> Result<ContactNumber, Fault> {
    let text: String = text.chars().map(ascii_digit).collect();
    ContactNumber::parse(&text).map_err(|_| Fault::NoPhoneNumber)
}

/// Reads a postal address, which may be left out.
pub(crate) fn address(text: &str) -> Result<Option<ContactLine>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    ContactLine::parse(text)
        .map(Some)
        .map_err(|_| Fault::LongAddress)
}

/// Reads notes, which may be left out.
pub(crate) fn order_notes(text: &str) -> Result<Option<OrderNotes>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let notes = OrderNotes::parse(text);
    notes.map(Some).map_err(|_| Fault::LongNotes)
}

pub(crate) fn decline_reason(text: &str) -> Result<DeclineReason, Fault> {
    DeclineReason::parse(text).map_err(|_| Fault::NoReason)
}

/// Reads a number of credits, at least 1; ٠–٩ and ۰–۹ are digits too, and commas between them are left out.
pub(crate) fn credits(text: &str) -> Result<Credits, Fault> {
    let digits = text.trim().chars().filter(|c| !matches!(c, ',' | '٬'));
    let digits: String = digits.map(ascii_digit).collect();
    let number = digits.parse().map_err(|_| Fault::NoCredits)?;
    let credits = Credits::new(number).map_err(|_| Fault::NoCredits)?;
    (credits > Credits::ZERO)
        .then_some(credits)
        .ok_or(Fault::NoCredits)
}

pub(crate) fn plan_name(text: &str) -> Result<ContactLine, Fault> {
    ContactLine::parse(text).map_err(|_| Fault::NoPlanName)
}

/// Reads the price of a plan, which may be left out; ٠–٩ and ۰–۹ are digits too, with their own sign for decimals.
pub(crate) fn plan_price(amount: &str, currency: &str) -> Result<Option<Money>, InvalidMoney> {
    let digits = amount.trim().chars().map(ascii_digit);
    let amount: String = digits.map(|c| if c == '٫' { '.' } else { c }).collect();
    if amount.is_empty() {
        return Ok(None);
    }
    Money::parse(&amount, currency.trim()).map(Some)
}

/// Reads what a price is for: the code of a country that has phone numbers, or `EMAIL`.
pub(crate) fn price_country(text: &str) -> Result<PriceKey, Fault> {
    PriceKey::parse_known(text.trim()).ok_or(Fault::NoPriceCountry)
}

/// Reads the percentage at which a balance is low; ٠–٩ and ۰–۹ are digits too.
pub(crate) fn low_balance(text: &str) -> Result<LowBalance, Fault> {
    let digits: String = text.trim().chars().map(ascii_digit).collect();
    LowBalance::parse(&digits).map_err(|_| Fault::NoPercentage)
}

/// Reads a note about a payment, which may be left out.
pub(crate) fn payment(text: &str) -> Result<Option<ContactLine>, Fault> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let line = ContactLine::parse(text);
    line.map(Some).map_err(|_| Fault::LongPayment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_arabic_and_persian_digits() {
        for text in ["+964 770 123 4567", "+٩٦٤٧٧٠١٢٣٤٥٦٧", "+۹۶۴۷۷۰۱۲۳۴۵۶۷"]
        {
            let number = phone(text).expect("a number");
            assert_eq!(number.as_str(), "+9647701234567");
        }
        assert_eq!(phone("0770 123 4567"), Err(Fault::NoPhoneNumber));
    }

    #[test]
    fn an_address_may_be_left_out() {
        assert_eq!(address("  "), Ok(None));
        assert!(address("Baghdad").is_ok_and(|line| line.is_some()));
        assert_eq!(address(&"x".repeat(201)), Err(Fault::LongAddress));
    }

    #[test]
    fn a_price_may_be_left_out_and_has_digits_of_any_kind() {
        for (amount, currency, expected) in [
            ("", "", Ok(None)),
            (" ", "USD", Ok(None)),
            (" 19.99 ", " usd", Ok(Some(1_999))),
            ("١٩٫٩٩", "USD", Ok(Some(1_999))),
            ("1,50", "USD", Err(InvalidMoney::Amount)),
            ("1.999", "USD", Err(InvalidMoney::Amount)),
            ("20", "", Err(InvalidMoney::Currency)),
        ] {
            let price = plan_price(amount, currency);
            let minor = price.map(|price| price.map(|money| money.minor_units));
            assert_eq!(minor, expected, "{amount} {currency}");
        }
    }

    #[test]
    fn credits_are_a_number_in_any_digits() {
        for text in ["10000", " 10,000 ", "١٠٬٠٠٠", "۱۰۰۰۰"] {
            assert_eq!(credits(text).map(Credits::get), Ok(10_000), "{text}");
        }
        for text in ["", "0", "-1", "1.5", "ten", "99999999999999999999"] {
            assert_eq!(credits(text), Err(Fault::NoCredits), "{text}");
        }
    }
}
