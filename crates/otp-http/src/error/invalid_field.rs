//! Faults of one field of a request, and the keys of their texts.

use std::borrow::Cow;

/// A field with an invalid value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvalidField {
    /// The field: its name in the body, with a path if it is nested, or a header.
    pub(crate) field: Cow<'static, str>,
    /// The fault.
    pub(crate) fault: FieldFault,
}

/// The reason why a value is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldFault {
    /// It is absent, null or empty.
    Missing,
    /// It is none of these.
    NotOneOf(&'static [&'static str]),
    /// It has more characters than this.
    TooLong(usize),
    /// It is a header that is not one text of printable ASCII characters.
    NotOneText,
    /// It differs from a field or header with the same meaning.
    Differs(&'static [&'static str; 1]),
}

impl InvalidField {
    /// A field with this fault.
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, fault: FieldFault) -> Self {
        let field = field.into();
        Self { field, fault }
    }
}

impl FieldFault {
    /// One of each kind.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [
        Self::Missing,
        Self::NotOneOf(&["verified", "abandoned"]),
        Self::TooLong(255),
        Self::NotOneText,
        Self::Differs(&["Idempotency-Key"]),
    ];

    /// Returns the key of the sentence that describes it.
    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::Missing => "InvalidRequest-missing",
            Self::NotOneOf(_) => "InvalidRequest-not-one-of",
            Self::TooLong(_) => "InvalidRequest-too-long",
            Self::NotOneText => "InvalidRequest-not-one-text",
            Self::Differs(_) => "InvalidRequest-differs",
        }
    }

    /// Returns the values or names that the sentence lists.
    pub(crate) const fn known(self) -> &'static [&'static str] {
        match self {
            Self::NotOneOf(known) => known,
            Self::Differs(other) => other,
            Self::Missing | Self::TooLong(_) | Self::NotOneText => &[],
        }
    }

    /// Returns the limit that the sentence names; 0 if there is none.
    pub(crate) const fn limit(self) -> usize {
        match self {
            Self::TooLong(limit) => limit,
            Self::Missing | Self::NotOneOf(_) | Self::NotOneText | Self::Differs(_) => 0,
        }
    }
}
