//! The caller's own data of a verification, which every answer repeats.

/// At most this many pairs.
const MAX_PAIRS: usize = 10;

/// At most this many bytes, of all keys and values together.
const MAX_BYTES: usize = 1024;

/// Ends each key and each value in the stored form.
const END: char = '\0';

/// Pairs of text in the caller's order. They may name a person, so a store has them sealed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Metadata(Vec<(String, String)>);

/// The reason pairs are not metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// More than ten pairs.
    #[error("more than 10 pairs")]
    TooMany,
    /// More than 1 KiB.
    #[error("more than 1024 bytes")]
    TooLong,
    /// A key or a value has a NUL character.
    #[error("a NUL character")]
    Nul,
    /// A key is empty.
    #[error("an empty key")]
    EmptyKey,
}

impl Metadata {
    /// Accepts at most ten pairs of at most 1 KiB together.
    pub fn try_new(pairs: Vec<(String, String)>) -> Result<Self, InvalidMetadata> {
        if pairs.len() > MAX_PAIRS {
            return Err(InvalidMetadata::TooMany);
        }
        let texts = || pairs.iter().flat_map(|(key, value)| [key, value]);
        if texts().map(String::len).sum::<usize>() > MAX_BYTES {
            return Err(InvalidMetadata::TooLong);
        }
        if texts().any(|text| text.contains(END)) {
            return Err(InvalidMetadata::Nul);
        }
        if pairs.iter().any(|(key, _)| key.is_empty()) {
            return Err(InvalidMetadata::EmptyKey);
        }
        Ok(Self(pairs))
    }

    /// Returns the pairs.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Returns the form that is sealed; `None` if there are no pairs.
    pub fn to_stored(&self) -> Option<String> {
        let texts = self.0.iter().flat_map(|(key, value)| [key, value]);
        let stored: String = texts.map(|text| format!("{text}{END}")).collect();
        Some(stored).filter(|stored| !stored.is_empty())
    }

    /// Reads the form that was sealed.
    pub fn from_stored(stored: &str) -> Self {
        let texts: Vec<_> = stored.split_terminator(END).collect();
        let (pairs, _) = texts.as_chunks();
        let pairs = pairs.iter();
        Self(
            pairs
                .map(|[key, value]| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }
}

impl std::fmt::Debug for Metadata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Metadata({} pairs)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(number: usize, value: &str) -> Vec<(String, String)> {
        let pair = |place| (format!("k{place}"), value.to_owned());
        (0..number).map(pair).collect()
    }

    #[test]
    fn ten_pairs_of_a_kibibyte_are_accepted_and_no_more() {
        assert!(Metadata::try_new(pairs(10, "x")).is_ok());
        let more = Metadata::try_new(pairs(11, "x"));
        assert_eq!(more, Err(InvalidMetadata::TooMany));
        assert!(Metadata::try_new(pairs(1, &"x".repeat(1022))).is_ok());
        let longer = Metadata::try_new(pairs(1, &"x".repeat(1023)));
        assert_eq!(longer, Err(InvalidMetadata::TooLong));
    }

    #[test]
    fn a_nul_and_an_empty_key_are_refused() {
        let nul = Metadata::try_new(pairs(1, "a\0b"));
        assert_eq!(nul, Err(InvalidMetadata::Nul));
        let empty = Metadata::try_new(vec![(String::new(), "x".to_owned())]);
        assert_eq!(empty, Err(InvalidMetadata::EmptyKey));
    }

    #[test]
    fn the_stored_form_reads_back() {
        let mut of = pairs(3, "طلب 1");
        of.push(("empty".to_owned(), String::new()));
        let metadata = Metadata::try_new(of).expect("valid");
        let stored = metadata.to_stored().expect("some");
        assert_eq!(Metadata::from_stored(&stored), metadata);
        assert_eq!(Metadata::default().to_stored(), None);
        assert!(!format!("{metadata:?}").contains("طلب"));
    }
}
