//! Fields of a body below `/v1`, each read by itself. A fault names its field.

use std::ops::RangeInclusive;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use crate::error::{FieldFault, InvalidField};

/// A field of any JSON type. Absent and null are the same.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct TypedField(Value);

impl TypedField {
    /// Returns the string, if there is one.
    pub(crate) fn text(self, field: &'static str) -> Result<Option<String>, InvalidField> {
        match self.0 {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Err(InvalidField::new(field, FieldFault::NotText))
            }
        }
    }

    /// Returns the Boolean, if there is one.
    pub(crate) fn boolean(self, field: &'static str) -> Result<Option<bool>, InvalidField> {
        match self.0 {
            Value::Null => Ok(None),
            Value::Bool(value) => Ok(Some(value)),
            Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                Err(InvalidField::new(field, FieldFault::NotABoolean))
            }
        }
    }

    /// Returns what `read` makes of the number, if there is one, which must be in this range.
    pub(crate) fn number<T>(
        self,
        field: &'static str,
        range: RangeInclusive<u64>,
        read: impl FnOnce(u64) -> Option<T>,
    ) -> Result<Option<T>, InvalidField> {
        let number = match self.0 {
            Value::Null => return Ok(None),
            Value::Number(number) => number.as_u64().and_then(read),
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
        };
        let (least, most) = range.into_inner();
        let fault = FieldFault::NotBetween(least, most);
        number.map(Some).ok_or(InvalidField::new(field, fault))
    }

    /// Returns the object, if there is one.
    pub(crate) fn object(
        self,
        field: &'static str,
    ) -> Result<Option<Map<String, Value>>, InvalidField> {
        match self.0 {
            Value::Null => Ok(None),
            Value::Object(object) => Ok(Some(object)),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(InvalidField::new(field, FieldFault::NotAnObject))
            }
        }
    }

    /// Returns the elements of the list, if there is one.
    pub(crate) fn list(self, field: &'static str) -> Result<Option<Vec<Self>>, InvalidField> {
        match self.0 {
            Value::Null => Ok(None),
            Value::Array(elements) => Ok(Some(elements.into_iter().map(Self).collect())),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                Err(InvalidField::new(field, FieldFault::NotAList))
            }
        }
    }

    /// Returns whether the field is absent or null.
    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_null()
    }
}

/// A field of a change: absent, it keeps a value; null is a value, too.
#[derive(Debug, Default)]
pub(crate) enum ChangedField {
    /// Absent.
    #[default]
    Absent,
    /// There, perhaps null.
    Given(TypedField),
}

impl<'de> Deserialize<'de> for ChangedField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TypedField::deserialize(deserializer).map(Self::Given)
    }
}

impl ChangedField {
    /// Returns what `read` makes of the value, if the field is there. Null is refused.
    pub(crate) fn read<T>(
        self,
        field: &'static str,
        read: impl FnOnce(TypedField, &'static str) -> Result<Option<T>, InvalidField>,
    ) -> Result<Option<T>, InvalidField> {
        let Self::Given(value) = self else {
            return Ok(None);
        };
        let missing = InvalidField::new(field, FieldFault::Missing);
        read(value, field)?.map(Some).ok_or(missing)
    }

    /// Returns what `read` makes of the value, if the field is there. Null is `Some(None)`.
    pub(crate) fn read_nullable<T>(
        self,
        field: &'static str,
        read: impl FnOnce(TypedField, &'static str) -> Result<Option<T>, InvalidField>,
    ) -> Result<Option<Option<T>>, InvalidField> {
        match self {
            Self::Absent => Ok(None),
            Self::Given(value) => read(value, field).map(Some),
        }
    }
}

/// Takes a field out of a nested object. Its name is given with its path.
pub(crate) fn nested(object: &mut Map<String, Value>, path: &str) -> TypedField {
    let name = path.rsplit('.').next().unwrap_or(path);
    TypedField(object.remove(name).unwrap_or_default())
}
