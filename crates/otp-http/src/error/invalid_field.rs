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
    /// It is not a string.
    NotText,
    /// It is not an object.
    NotAnObject,
    /// It is not an object of strings.
    NotTexts,
    /// It is not a whole number between these.
    NotBetween(u64, u64),
    /// It cannot be given with the caller's own code.
    NotWithOwnCode,
    /// It is not 4 to 8 letters or digits.
    OwnCode,
    /// It is not a decimal number.
    Amount,
    /// It is not a currency.
    Currency,
    /// It is not a payee.
    Payee,
    /// It has more than ten pairs.
    TooManyPairs,
    /// Its pairs are longer than 1 KiB.
    PairsTooLong,
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
    pub(crate) const ALL: [Self; 13] = [
        Self::Missing,
        Self::NotOneOf(&["verified", "abandoned"]),
        Self::NotText,
        Self::NotAnObject,
        Self::NotTexts,
        Self::NotBetween(30, 600),
        Self::NotWithOwnCode,
        Self::OwnCode,
        Self::Amount,
        Self::Currency,
        Self::Payee,
        Self::TooManyPairs,
        Self::PairsTooLong,
    ];

    /// Returns the key of the sentence that describes it.
    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::Missing => "InvalidRequest-missing",
            Self::NotOneOf(_) => "InvalidRequest-not-one-of",
            Self::NotText => "InvalidRequest-not-text",
            Self::NotAnObject => "InvalidRequest-not-an-object",
            Self::NotTexts => "InvalidRequest-not-texts",
            Self::NotBetween(..) => "InvalidRequest-not-between",
            Self::NotWithOwnCode => "InvalidRequest-not-with-own-code",
            Self::OwnCode => "InvalidRequest-own-code",
            Self::Amount => "InvalidRequest-amount",
            Self::Currency => "InvalidRequest-currency",
            Self::Payee => "InvalidRequest-payee",
            Self::TooManyPairs => "InvalidRequest-too-many-pairs",
            Self::PairsTooLong => "InvalidRequest-pairs-too-long",
        }
    }

    /// Returns the values that the sentence lists.
    pub(crate) const fn known(self) -> &'static [&'static str] {
        match self {
            Self::NotOneOf(known) => known,
            Self::Missing
            | Self::NotText
            | Self::NotAnObject
            | Self::NotTexts
            | Self::NotBetween(..)
            | Self::NotWithOwnCode
            | Self::OwnCode
            | Self::Amount
            | Self::Currency
            | Self::Payee
            | Self::TooManyPairs
            | Self::PairsTooLong => &[],
        }
    }

    /// Returns the least and the most that the sentence names.
    pub(crate) const fn bounds(self) -> (u64, u64) {
        match self {
            Self::NotBetween(least, most) => (least, most),
            Self::NotOneOf(_)
            | Self::Missing
            | Self::NotText
            | Self::NotAnObject
            | Self::NotTexts
            | Self::NotWithOwnCode
            | Self::OwnCode
            | Self::Amount
            | Self::Currency
            | Self::Payee
            | Self::TooManyPairs
            | Self::PairsTooLong => (0, 0),
        }
    }
}
