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

impl InvalidField {
    /// A field with this fault.
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, fault: FieldFault) -> Self {
        let field = field.into();
        Self { field, fault }
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])+ $fault:ident $(($($of:ty),+) = ($($example:expr),+))? => $key:literal,)+) => {
        /// The reason why a value is invalid.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum FieldFault {
            $($(#[$doc])+ $fault $(($($of),+))?,)+
        }

        impl FieldFault {
            /// One of each kind.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$fault $(($($example),+))?,)+];

            /// Returns the key of the sentence that describes it.
            pub(crate) const fn text_key(self) -> &'static str {
                match self {
                    $(Self::$fault { .. } => concat!("InvalidRequest-", $key),)+
                }
            }
        }
    };
}

faults! {
    /// It is absent, null or empty.
    Missing => "missing",
    /// It is none of these.
    NotOneOf(&'static [&'static str]) = (&["verified", "abandoned"]) => "not-one-of",
    /// It is not a string.
    NotText => "not-text",
    /// It is neither true nor false.
    NotABoolean => "not-a-boolean",
    /// It is not an object.
    NotAnObject => "not-an-object",
    /// It is not an object of strings.
    NotTexts => "not-texts",
    /// It is not a whole number between these.
    NotBetween(u64, u64) = (30, 600) => "not-between",
    /// It is a channel that does not reach the recipient.
    OtherChannel => "other-channel",
    /// It cannot be given with the caller's own code.
    NotWithOwnCode => "not-with-own-code",
    /// It is not 4 to 8 letters or digits.
    OwnCode => "own-code",
    /// It is not a time.
    NotAnInstant => "not-an-instant",
    /// It is not a cursor of an earlier answer.
    NotACursor => "not-a-cursor",
    /// It is not a list.
    NotAList => "not-a-list",
    /// It has more than two steps.
    TooManySteps => "too-many-steps",
    /// It is neither a number nor a mail address.
    NotARecipient => "not-a-recipient",
    /// It is a recipient who gets the code already.
    SameRecipient => "same-recipient",
    /// It is not a decimal number.
    Amount => "amount",
    /// It is not a currency.
    Currency => "currency",
    /// It is not a payee.
    Payee => "payee",
    /// It has more than ten pairs.
    TooManyPairs => "too-many-pairs",
    /// Its pairs are longer than 1 KiB.
    PairsTooLong => "pairs-too-long",
    /// It has more characters than this.
    TooLong(usize) = (255) => "too-long",
    /// It has more bytes than this.
    TooManyBytes(usize) = (512) => "too-many-bytes",
    /// It is not one line of 1 to this many characters.
    NotOneLine(usize) = (200) => "not-one-line",
    /// It is not a URL.
    NotAUrl => "not-a-url",
    /// It is a URL of another scheme than HTTPS.
    UrlScheme => "url-scheme",
    /// It is a URL with a user name or a password.
    UrlUserInfo => "url-user-info",
    /// It is a URL with a fragment.
    UrlFragment => "url-fragment",
    /// It is not an IP address.
    NotAnIpAddress => "not-an-ip-address",
    /// It begins a period with more messages than this.
    TooManyMessages(usize) = (50_000) => "too-many-messages",
    /// It is a header that is not one text of printable ASCII characters.
    NotOneText => "not-one-text",
    /// It differs from a field or header with the same meaning.
    Differs(&'static [&'static str; 1]) = (&["Idempotency-Key"]) => "differs",
}

impl FieldFault {
    /// Returns the values that the sentence lists.
    pub(crate) const fn known(self) -> &'static [&'static str] {
        if let Self::NotOneOf(known) = self {
            known
        } else if let Self::Differs(other) = self {
            other
        } else {
            &[]
        }
    }

    /// Returns the least and the most that the sentence names; 0 if there are none.
    pub(crate) const fn bounds(self) -> (u64, u64) {
        if let Self::NotBetween(least, most) = self {
            (least, most)
        } else {
            (0, 0)
        }
    }

    /// Returns the limit that the sentence names; 0 if there is none.
    pub(crate) const fn limit(self) -> usize {
        if let Self::TooLong(limit)
        | Self::TooManyBytes(limit)
        | Self::TooManyMessages(limit)
        | Self::NotOneLine(limit) = self
        {
            limit
        } else {
            0
        }
    }
}
