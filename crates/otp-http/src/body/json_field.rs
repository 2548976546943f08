//! One field of a JSON body.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::malformed::MalformedBody;

/// A field as the body has it. Its value is checked later, in the contract's order.
#[derive(Default)]
pub(crate) enum JsonField {
    /// Absent or null.
    #[default]
    Absent,
    /// A string.
    Text(String),
    /// A number, a Boolean, an array or an object.
    Other,
}

impl JsonField {
    /// Returns the string, if there is one. Any other type is refused with the field's `name`.
    pub(crate) fn text(self, name: &'static str) -> Result<Option<String>, MalformedBody> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Other => Err(MalformedBody::NotText(name)),
        }
    }
}

impl<'de> Deserialize<'de> for JsonField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = JsonField;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<JsonField, E> {
        Ok(JsonField::Absent)
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonField, E> {
        Ok(JsonField::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonField, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(JsonField::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<JsonField, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(JsonField::Other)
    }
}
