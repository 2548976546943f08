//! The ids that the provider gives to numbers, business accounts and templates.

/// An id the provider gave to a number, business account or template: digits only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(String);

/// The text is no id of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the provider's numeric id, 1 to 32 digits")]
pub struct InvalidProviderId;

impl ProviderId {
    /// Reads an id. It becomes part of a URL, hence only digits.
    pub fn parse(text: &str) -> Result<Self, InvalidProviderId> {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderId)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_id_is_digits() {
        for text in ["", "12/34", "12 34", "abc", &"1".repeat(33)] {
            assert_eq!(ProviderId::parse(text), Err(InvalidProviderId));
        }
    }
}
