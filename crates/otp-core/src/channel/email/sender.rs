//! The sender of an account's mails: what its operator sets, and what a mail then names.

use crate::account::ContactLine;
use crate::ports::Randomness;
use crate::recipient::{Domain, EmailAddress};
use crate::sealing::{AccountSealer, OpenError, Purpose, Sealed};

/// The sender of an account's mails as an operator sets it. What is `None` has a default. It may be a
/// person's, so `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EmailSender {
    /// The address; by default that of the gateway.
    pub address: Option<EmailAddress>,
    /// The name beside the address; by default the product.
    pub name: Option<ContactLine>,
    /// The product or site that the passcode is for; by default the name, or else the company.
    pub product: Option<ContactLine>,
    /// The colour of the mail.
    pub colour: Option<BrandColour>,
    /// The site whose pages may fill in the passcode. Without it the mail names none.
    pub domain: Option<Domain>,
}

/// The sender that a mail names. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailIdentity {
    /// The address.
    pub address: EmailAddress,
    /// The name beside the address.
    pub name: ContactLine,
    /// The product or site that the passcode is for.
    pub product: ContactLine,
    /// The colour of the mail.
    pub colour: BrandColour,
    /// The site whose pages may fill in the passcode.
    pub domain: Option<Domain>,
}

impl std::fmt::Debug for EmailSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailSender(…)")
    }
}

impl std::fmt::Debug for EmailIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EmailIdentity(…)")
    }
}

/// The stored sender of an account's mails, or its company, does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sender of the account's mails cannot be read")]
pub struct UnreadableEmailSender(#[from] pub OpenError);

impl EmailSender {
    /// Seals it for the sealer's account.
    pub fn seal(&self, sealer: &AccountSealer, randomness: &dyn Randomness) -> Sealed {
        let row = sealer.account().0;
        sealer.seal(Purpose::EmailSender, row, &self.to_text(), randomness)
    }

    /// Opens the result of [`EmailSender::seal`].
    pub fn open(sealed: &Sealed, sealer: &AccountSealer) -> Result<Self, UnreadableEmailSender> {
        let text = sealer.open(Purpose::EmailSender, sealer.account().0, sealed)?;
        Self::from_text(&text).ok_or(UnreadableEmailSender(OpenError::Damaged))
    }

    /// Returns the sender that a mail of an account of this company names.
    pub fn identity(self, default: &EmailAddress, company: ContactLine) -> EmailIdentity {
        let product = self.product.clone().or_else(|| self.name.clone());
        let product = product.unwrap_or(company);
        EmailIdentity {
            address: self.address.unwrap_or_else(|| default.clone()),
            name: self.name.unwrap_or_else(|| product.clone()),
            product,
            colour: self.colour.unwrap_or_default(),
            domain: self.domain,
        }
    }

    /// Writes each value on a line of its own. No value has a line end.
    fn to_text(&self) -> String {
        let line = |line: &Option<ContactLine>| line.clone().map(|line| line.as_str().to_owned());
        let address = self.address.as_ref();
        let domain = self.domain.as_ref();
        let lines = [
            address.map(|address| address.as_str().to_owned()),
            line(&self.name),
            line(&self.product),
            self.colour.map(|colour| colour.to_string()),
            domain.map(|domain| domain.as_str().to_owned()),
        ];
        lines.map(Option::unwrap_or_default).join("\n")
    }

    /// Reads the result of `to_text`.
    fn from_text(text: &str) -> Option<Self> {
        let lines: Vec<_> = text.split('\n').collect();
        let &[address, name, product, colour, domain] = lines.as_slice() else {
            return None;
        };
        Some(Self {
            address: given(address, EmailAddress::parse)?,
            name: given(name, ContactLine::parse)?,
            product: given(product, ContactLine::parse)?,
            colour: given(colour, BrandColour::parse)?,
            domain: given(domain, Domain::parse)?,
        })
    }
}

/// Reads a value that may be absent; `None` if it is there and not valid.
fn given<T, E>(text: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<Option<T>> {
    if text.is_empty() {
        return Some(None);
    }
    parse(text).ok().map(Some)
}

/// A colour of a mail: red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BrandColour([u8; 3]);

/// The text is not a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a colour such as #0a7d33: a number sign and six hexadecimal digits")]
pub struct InvalidBrandColour;

impl BrandColour {
    /// Reads `#rrggbb`, in either case.
    pub fn parse(text: &str) -> Result<Self, InvalidBrandColour> {
        let digits = text.strip_prefix('#').ok_or(InvalidBrandColour)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidBrandColour);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| InvalidBrandColour)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl Default for BrandColour {
    /// A dark grey.
    fn default() -> Self {
        Self([0x37, 0x41, 0x51])
    }
}

impl std::fmt::Display for BrandColour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> ContactLine {
        ContactLine::parse(text).expect("a line")
    }

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    #[test]
    fn a_colour_has_six_hexadecimal_digits() {
        for (text, shown) in [
            ("#0a7d33", Some("#0a7d33")),
            ("#0A7D33", Some("#0a7d33")),
            ("#000000", Some("#000000")),
            ("0a7d33", None),
            ("#fff", None),
            ("#0a7d333", None),
            ("#+a7d33", None),
            ("#0a7d3g", None),
            ("red;background:url(x)", None),
            ("", None),
        ] {
            let colour = BrandColour::parse(text)
                .ok()
                .map(|colour| colour.to_string());
            assert_eq!(colour.as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn every_combination_of_values_reads_back() {
        let whole = EmailSender {
            address: Some(address("codes@shop.example")),
            name: Some(line("أمل للتجارة")),
            product: Some(line("Amal Shop")),
            colour: Some(BrandColour::parse("#0a7d33").expect("a colour")),
            domain: Some(Domain::parse("shop.example").expect("a domain")),
        };
        for bits in 0..32_u8 {
            let has = |bit: u8| bits & (1 << bit) != 0;
            let whole = whole.clone();
            let sender = EmailSender {
                address: whole.address.filter(|_| has(0)),
                name: whole.name.filter(|_| has(1)),
                product: whole.product.filter(|_| has(2)),
                colour: whole.colour.filter(|_| has(3)),
                domain: whole.domain.filter(|_| has(4)),
            };
            let text = sender.to_text();
            assert_eq!(EmailSender::from_text(&text), Some(sender), "{text:?}");
        }
        for damaged in ["", "\n\n\n", "\n\n\n\n\n", "\n\n\nred\n", "a\n\n\n\n"] {
            assert_eq!(EmailSender::from_text(damaged), None, "{damaged:?}");
        }
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let default = address("otp@gateway.example");
        let named = |name: Option<&str>, product: Option<&str>| {
            let sender = EmailSender {
                name: name.map(line),
                product: product.map(line),
                ..EmailSender::default()
            };
            let identity = sender.identity(&default, line("Amal Trading"));
            assert_eq!(identity.address, default);
            assert_eq!(identity.domain, None);
            (
                identity.name.as_str().to_owned(),
                identity.product.as_str().to_owned(),
            )
        };
        let names = |name: &str, product: &str| (name.to_owned(), product.to_owned());
        assert_eq!(named(None, None), names("Amal Trading", "Amal Trading"));
        assert_eq!(named(Some("Amal"), None), names("Amal", "Amal"));
        assert_eq!(named(None, Some("Shop")), names("Shop", "Shop"));
        assert_eq!(named(Some("Amal"), Some("Shop")), names("Amal", "Shop"));
        let own = EmailSender {
            address: Some(address("codes@shop.example")),
            ..EmailSender::default()
        };
        let own = own.identity(&default, line("Amal Trading"));
        assert_eq!(own.address.as_str(), "codes@shop.example");
    }
}
