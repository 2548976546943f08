//! Fields of a body below `/v1`, each read by itself. A fault names its field.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{FieldFault, InvalidField};

/// A field of any JSON type. Absent and null are the same.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct TypedField(Option<Value>);

impl TypedField {
    /// Returns the string, if there is one.
    pub(crate) fn text(self, field: &'static str) -> Result<Option<String>, InvalidField> {
        match self.0 {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(InvalidField::new(field, FieldFault::NotText))
            }
        }
    }

    /// Returns the number, if there is one, which must be between these.
    pub(crate) fn number(
        self,
        field: &'static str,
        (least, most): (u64, u64),
    ) -> Result<Option<u64>, InvalidField> {
        let fault = || InvalidField::new(field, FieldFault::NotBetween(least, most));
        match self.0 {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => {
                let number = number.as_u64().ok_or_else(fault)?;
                if (least..=most).contains(&number) {
                    Ok(Some(number))
                } else {
                    Err(fault())
                }
            }
            Some(Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
                Err(fault())
            }
        }
    }

    /// Returns the object, if there is one.
    pub(crate) fn object(
        self,
        field: &'static str,
    ) -> Result<Option<Map<String, Value>>, InvalidField> {
        match self.0 {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(object)) => Ok(Some(object)),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err(InvalidField::new(field, FieldFault::NotAnObject))
            }
        }
    }

    /// Returns whether the field is absent or null.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self.0, None | Some(Value::Null))
    }
}

/// Takes a field out of a nested object. Its name is given with its path.
pub(crate) fn nested(object: &mut Map<String, Value>, path: &str) -> TypedField {
    let name = path.rsplit('.').next().unwrap_or(path);
    TypedField(object.remove(name))
}
