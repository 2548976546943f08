//! Forms: fields keep the typed text and show its fault.
//!
//! A form that is refused comes back whole: every problem at once, first in a summary that links to the fields, and
//! then at each field, in the same words. Only passwords are not repeated.
//!
//! Source: WCAG 2.2, success criteria 3.3.1 and 3.3.3.

/// The kind of a field: what is typed into it, and how a browser helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// The address with which a person signs in.
    Email,
    /// The password of a person who signs in.
    Password,
}

impl FieldKind {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::Email, Self::Password];

    /// Returns the name of the field, which is also its id in the page.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Password => "password",
        }
    }

    pub(crate) const fn label_key(self) -> &'static str {
        match self {
            Self::Email => "field-email",
            Self::Password => "field-password",
        }
    }

    /// Returns the type of the `input` element.
    pub(crate) const fn input_type(self) -> &'static str {
        self.name()
    }

    /// Returns the value by which browsers and password managers know the field (WCAG 2.2, 1.3.5).
    pub(crate) const fn autocomplete(self) -> &'static str {
        match self {
            Self::Email => "username",
            Self::Password => "current-password",
        }
    }

    /// Returns whether a page may show the typed text.
    const fn is_repeated(self) -> bool {
        match self {
            Self::Email => true,
            Self::Password => false,
        }
    }
}

/// A fault of the typed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not an e-mail address.
    NoEmailAddress,
    /// There is no password.
    NoPassword,
}

impl Fault {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 2] = [Self::NoEmailAddress, Self::NoPassword];

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::NoEmailAddress => "fault-email",
            Self::NoPassword => "fault-password-missing",
        }
    }
}

/// A field of a form, as a page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    kind: FieldKind,
    value: String,
    fault: Option<Fault>,
}

impl Field {
    /// Returns a field with the typed text and its fault.
    pub(crate) fn new(kind: FieldKind, typed: &str, fault: Option<Fault>) -> Self {
        let repeated = if kind.is_repeated() { typed } else { "" };
        Self {
            kind,
            value: repeated.to_owned(),
            fault,
        }
    }

    pub(crate) fn kind(&self) -> FieldKind {
        self.kind
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// Returns the id of the words at the field that say what is wrong with it.
    pub(crate) fn fault_id(&self) -> String {
        format!("{}-fault", self.kind.name())
    }
}
