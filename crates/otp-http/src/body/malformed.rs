//! Faults of a JSON body, and the keys of their texts.

/// A body that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MalformedBody {
    /// The connection ended before the body did.
    Incomplete,
    /// It is not JSON in UTF-8.
    NotJson,
    /// It is JSON, but not an object.
    NotAnObject,
    /// One of the known fields appears twice.
    Duplicate,
    /// The named field is not a string.
    NotText(&'static str),
}

impl MalformedBody {
    /// One of each kind.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [
        Self::Incomplete,
        Self::NotJson,
        Self::NotAnObject,
        Self::Duplicate,
        Self::NotText("otpCode"),
    ];

    /// Returns the key of the sentence that describes it.
    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::Incomplete => "MalformedRequestBody-incomplete",
            Self::NotJson => "MalformedRequestBody-not-json",
            Self::NotAnObject => "MalformedRequestBody-not-an-object",
            Self::Duplicate => "MalformedRequestBody-duplicate",
            Self::NotText(_) => "MalformedRequestBody-not-text",
        }
    }

    /// Returns the field that the sentence names, or nothing.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::NotText(field) => field,
            Self::Incomplete | Self::NotJson | Self::NotAnObject | Self::Duplicate => "",
        }
    }
}
