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
    pub(crate) const ALL: [Self; 2] = [Self::Missing, Self::NotOneOf(&["verified", "abandoned"])];

    /// Returns the key of the sentence that describes it.
    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::Missing => "InvalidRequest-missing",
            Self::NotOneOf(_) => "InvalidRequest-not-one-of",
        }
    }

    /// Returns the values that the sentence lists.
    pub(crate) const fn known(self) -> &'static [&'static str] {
        match self {
            Self::NotOneOf(known) => known,
            Self::Missing => &[],
        }
    }
}
