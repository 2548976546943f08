//! The error of a stored value that the core does not accept.

use std::borrow::Cow;
use std::convert::Infallible;

use diesel::result::{DeserializeFieldError, Error as DriverError};
use otp_core::ports::PortError;

/// A stored value that no rule of the core accepts: another program wrote it, or it is damaged. The
/// error names the column and never quotes the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the column {column} holds no valid {expected}")]
pub struct Unreadable {
    column: Cow<'static, str>,
    expected: &'static str,
}

impl Unreadable {
    /// The value of this column is not what is expected. The column is written as `table.column`.
    pub const fn new(column: &'static str, expected: &'static str) -> Self {
        Self {
            column: Cow::Borrowed(column),
            expected,
        }
    }

    /// Returns the unreadable value behind a driver's error, if that is the cause.
    pub fn behind(error: &DriverError) -> Option<Self> {
        let DriverError::DeserializationError(cause) = error else {
            return None;
        };
        // If a row is read by position, the driver adds the name of the column.
        if let Some(field) = cause.downcast_ref::<DeserializeFieldError>() {
            let unreadable = field.error.downcast_ref::<Self>()?.clone();
            return Some(match &field.field_name {
                Some(name) => unreadable.in_column(name.clone()),
                None => unreadable,
            });
        }
        cause.downcast_ref::<Self>().cloned()
    }

    /// The error of a value whose column is not known yet.
    pub(crate) fn expecting(expected: &'static str) -> Self {
        Self::new("(unnamed)", expected)
    }

    fn in_column(self, column: String) -> Self {
        Self {
            column: Cow::Owned(column),
            ..self
        }
    }
}

impl From<Infallible> for Unreadable {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Unreadable> for PortError {
    fn from(unreadable: Unreadable) -> Self {
        Self::Backend(Box::new(unreadable))
    }
}
