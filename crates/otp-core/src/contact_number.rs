//! The number of a contact person or a sender: of the right form, not necessarily assigned.
//!
//! A provider's test numbers (+1 555 …) belong to no numbering plan, so a sender's number is not
//! checked against one. Messages are never sent to such a number: the number of a recipient is a
//! [`PhoneNumber`](crate::recipient::PhoneNumber).

/// A number in the form of E.164: `+` and 7 to 15 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactNumber(String);

/// The text is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number such as +966551234567: a plus sign and 7 to 15 digits are needed")]
pub struct InvalidContactNumber;

impl ContactNumber {
    /// Reads a number; the spaces, hyphens and brackets that people write are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidContactNumber> {
        let bare: String = text
            .trim()
            .chars()
            .filter(|c| !" -()".contains(*c))
            .collect();
        let digits = bare.strip_prefix('+').ok_or(InvalidContactNumber)?;
        let fits = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if fits {
            Ok(Self(bare))
        } else {
            Err(InvalidContactNumber)
        }
    }

    /// Returns the number with its middle hidden, enough to tell it from others: "+966•••••••67".
    pub fn masked(&self) -> String {
        let last_two = self.0.len().saturating_sub(2);
        let shown = |(place, digit)| match place {
            place if place < 4 || place >= last_two => digit,
            _ => '•',
        };
        self.0.chars().enumerate().map(shown).collect()
    }

    /// Returns the number: `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ContactNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for text in ["+1 555-078-3881", "+15550783881", " +1 (555) 078 3881 "] {
            let number = ContactNumber::parse(text);
            assert_eq!(
                number.map(|n| n.as_str().to_owned()),
                Ok("+15550783881".to_owned())
            );
        }
    }

    #[test]
    fn a_masked_number_shows_its_ends() {
        for (number, masked) in [
            ("+966551234567", "+966•••••••67"),
            ("+4930901820", "+493•••••20"),
            ("+1234567", "+123••67"),
        ] {
            let number = ContactNumber::parse(number);
            assert_eq!(number.map(|n| n.masked()), Ok(masked.to_owned()));
        }
    }

    #[test]
    fn a_text_that_cannot_be_dialled_is_refused() {
        for text in [
            "",
            "+",
            "5550783881",
            "+123456",
            "+1234567890123456",
            "+1555x783881",
            "+١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(
                ContactNumber::parse(text),
                Err(InvalidContactNumber),
                "{text}"
            );
        }
    }
}
