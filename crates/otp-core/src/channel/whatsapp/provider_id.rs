//! The provider's ids of numbers, business accounts and templates.

/// The provider's id of a number, business account or template: digits only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(String);

/// The text is not an id of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the provider's numeric id, 1 to 32 digits")]
pub struct InvalidProviderId;

impl ProviderId {
    /// Reads an id. It becomes part of a URL, so it has digits only.
    pub fn parse(text: &str) -> Result<Self, InvalidProviderId> {
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidProviderId)
        }
    }

    /// Returns the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_id_has_digits_only() {
        for text in ["", "12/34", "12 34", "abc", &"1".repeat(33)] {
            assert_eq!(ProviderId::parse(text), Err(InvalidProviderId));
        }
    }
}
