//! The recipient of a passcode: a phone number or a mail address.
//!
//! A phone number is checked exactly as Google's libphonenumber checks it, with the metadata of the
//! `phonenumber` crate; `docs/adr/0003-phone-numbers.md` explains why the crate's own parser is not
//! used.

mod correction;
mod country_codes;
mod domain;
mod email_address;
mod invalid_phone_number;
mod metadata;
#[rustfmt::skip] // generated, one row per line
mod metadata_corrections;
mod numbering_plan;
mod pattern;
mod phone_number;
mod spelling;

pub use country_codes::load_numbering_plans;
pub use domain::{Domain, InvalidDomain};
pub use email_address::{EmailAddress, InvalidEmailAddress};
pub use invalid_phone_number::InvalidPhoneNumber;
pub use phone_number::PhoneNumber;

use crate::channel::Channel;

/// A recipient, by the form of its address. `Debug` shows little of it, as it is personal data.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Recipient {
    /// A phone number.
    Phone(PhoneNumber),
    /// A mail address.
    Email(EmailAddress),
}

/// A text is not a recipient. The error never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRecipient {
    /// It begins with a plus sign, and is not a phone number.
    #[error(transparent)]
    Phone(#[from] InvalidPhoneNumber),
    /// It contains an @ and is not a mail address.
    #[error(transparent)]
    Email(#[from] InvalidEmailAddress),
    /// It has the form of neither.
    #[error("write a phone number such as +966551234567 or an address such as name@example.com")]
    Neither,
}

impl Recipient {
    /// Reads `+…` as a phone number, and other text with an @ as a mail address.
    pub fn parse(text: &str) -> Result<Self, InvalidRecipient> {
        Self::read(text, PhoneNumber::parse)
    }

    /// Reads the stored result of [`Recipient::as_str`]. A number is not checked against its plan again.
    pub fn restore(text: &str) -> Result<Self, InvalidRecipient> {
        Self::read(text, PhoneNumber::restore)
    }

    fn read(
        text: &str,
        number: fn(&str) -> Result<PhoneNumber, InvalidPhoneNumber>,
    ) -> Result<Self, InvalidRecipient> {
        if text.contains('@') {
            Ok(Self::Email(EmailAddress::parse(text)?))
        } else if text.starts_with('+') {
            Ok(Self::Phone(number(text)?))
        } else {
            Err(InvalidRecipient::Neither)
        }
    }

    /// Returns the number in E.164, or the address.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(number) => number.e164(),
            Self::Email(address) => address.as_str(),
        }
    }

    /// Returns enough of it to tell it from others, and no more.
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(number) => number.masked(),
            Self::Email(address) => address.masked(),
        }
    }

    /// Returns the channel that reaches it.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Phone(_) => Channel::WhatsApp,
            Self::Email(_) => Channel::Email,
        }
    }

    /// Returns the number, if it is one.
    pub fn phone(self) -> Option<PhoneNumber> {
        match self {
            Self::Phone(number) => Some(number),
            Self::Email(_) => None,
        }
    }
}

impl From<PhoneNumber> for Recipient {
    fn from(number: PhoneNumber) -> Self {
        Self::Phone(number)
    }
}

impl From<EmailAddress> for Recipient {
    fn from(address: EmailAddress) -> Self {
        Self::Email(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_text_decides_what_it_is() {
        for (text, shown) in [
            ("+966551234567", "+9665••••••67"),
            ("Amal@Example.com", "A•••@example.com"),
            // A plus sign is allowed in an address, too.
            ("+amal@example.com", "+•••@example.com"),
        ] {
            let recipient = Recipient::parse(text).expect(text);
            assert_eq!(recipient.masked(), shown);
            assert_eq!(Recipient::restore(recipient.as_str()), Ok(recipient));
        }
        for (text, why) in [
            ("", InvalidRecipient::Neither),
            ("0551234567", InvalidRecipient::Neither),
            ("amal", InvalidRecipient::Neither),
            ("+12", InvalidPhoneNumber::TooShort.into()),
            ("+966 55", InvalidPhoneNumber::NotE164.into()),
            ("amal@example", InvalidEmailAddress::Domain.into()),
        ] {
            assert_eq!(Recipient::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn a_stored_number_is_read_even_if_its_plan_withdrew_it() {
        assert!(Recipient::parse("+966001234567").is_err());
        assert!(Recipient::restore("+966001234567").is_ok());
    }

    #[test]
    fn debug_hides_the_recipient() {
        let shown = |text| format!("{:?}", Recipient::parse(text).expect(text));
        assert_eq!(shown("amal@example.com"), "Email(EmailAddress(…))");
        assert_eq!(shown("+966551234567"), "Phone(PhoneNumber(SA …67))");
    }
}
