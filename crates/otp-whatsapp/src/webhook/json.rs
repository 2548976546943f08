//! The parts of JSON that matter here: of every object only the known fields, of any type.
//!
//! Names of people are skipped without being decoded. Their messages are decoded, because they may
//! be STOP. A text that was cut in the middle of an emoji cannot make the whole body unreadable;
//! see [`readable`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// Makes the bytes decodable as JSON: replaces an escaped half of a character (`\ud83d` alone) and
/// bytes that are not UTF-8 with the replacement character. All other bytes are unchanged.
pub(super) fn readable(json: &[u8]) -> Cow<'_, str> {
    let json = String::from_utf8_lossy(json);
    let halves = halves(json.as_bytes());
    if halves.is_empty() {
        return json;
    }
    let mut repaired = json.into_owned().into_bytes();
    for half in halves {
        repaired[half..half + ESCAPED.len()].copy_from_slice(ESCAPED);
    }
    Cow::Owned(String::from_utf8_lossy(&repaired).into_owned())
}

/// The escape that replaces half a character.
const ESCAPED: &[u8; 6] = b"\\ufffd";

/// Returns the positions of escaped halves of characters without their other half.
fn halves(json: &[u8]) -> Vec<usize> {
    let mut halves = Vec::new();
    let mut first: Option<usize> = None;
    let mut at = 0;
    while at < json.len() {
        let unit = escaped_unit(&json[at..]);
        let second = unit.is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        // A second half directly after a first one completes the character.
        if let (Some(place), false) = (first, second) {
            halves.push(place);
        } else if first.is_none() && second {
            halves.push(at);
        }
        first = unit
            .filter(|unit| (0xd800..0xdc00).contains(unit))
            .map(|_| at);
        at += match (unit, json[at]) {
            (Some(_), _) => ESCAPED.len(),
            (None, b'\\') => 2,
            (None, _) => 1,
        };
    }
    halves.extend(first);
    halves
}

/// Returns the code unit that is escaped at the beginning.
fn escaped_unit(json: &[u8]) -> Option<u16> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    u16::from_str_radix(digits, 16).ok()
}

/// A JSON value.
#[derive(Debug, PartialEq)]
pub(super) enum Node {
    /// Null, a boolean, or a number that is not an integer of 64 bits.
    Other,
    Number(i64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(Field, Node)>),
}

macro_rules! fields {
    ($($field:ident => $name:literal,)+) => {
        /// A field that may matter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($field,)+
        }

        impl Field {
            fn of(name: &[u8]) -> Option<Self> {
                $(if name == $name {
                    return Some(Self::$field);
                })+
                None
            }
        }
    };
}

fields! {
    Object => b"object",
    Entry => b"entry",
    Changes => b"changes",
    Name => b"field",
    Value => b"value",
    Statuses => b"statuses",
    Messages => b"messages",
    Errors => b"errors",
    Id => b"id",
    Status => b"status",
    Timestamp => b"timestamp",
    RecipientId => b"recipient_id",
    RecipientUserId => b"recipient_user_id",
    OurId => b"biz_opaque_callback_data",
    Code => b"code",
    Title => b"title",
    Message => b"message",
    ErrorData => b"error_data",
    Details => b"details",
    Metadata => b"metadata",
    PhoneNumberId => b"phone_number_id",
    Contacts => b"contacts",
    WaId => b"wa_id",
    UserId => b"user_id",
    From => b"from",
    FromUserId => b"from_user_id",
    Context => b"context",
    Type => b"type",
    Text => b"text",
    Body => b"body",
    Button => b"button",
    Payload => b"payload",
    Interactive => b"interactive",
    ButtonReply => b"button_reply",
    ListReply => b"list_reply",
    Time => b"time",
    Event => b"event",
    Reason => b"reason",
    OtherInfo => b"other_info",
    TemplateId => b"message_template_id",
    TemplateName => b"message_template_name",
    TemplateLanguage => b"message_template_language",
}

impl Node {
    /// Returns a field's value, if this is an object that has it. If the field is repeated, the
    /// last one counts.
    pub(super) fn get(&self, field: Field) -> Option<&Self> {
        let Self::Object(fields) = self else {
            return None;
        };
        let found = fields.iter().rev().find(|(name, _)| *name == field);
        found.map(|(_, value)| value)
    }

    /// Returns the items of a field's list; empty if the field is missing or not a list.
    pub(super) fn items(&self, field: Field) -> &[Self] {
        match self.get(field) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// Returns a field's text, trimmed, if it is a text and not empty.
    pub(super) fn text(&self, field: Field) -> Option<&str> {
        match self.get(field) {
            Some(Self::Text(text)) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// Returns a field's number, which may be written as a text.
    pub(super) fn number(&self, field: Field) -> Option<i64> {
        match self.get(field) {
            Some(Self::Number(number)) => Some(*number),
            Some(Self::Text(text)) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(i64::try_from(number).map_or(Node::Other, Node::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = object.next_key_seed(Name)? {
            match field {
                Some(field) => fields.push((field, object.next_value()?)),
                None => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Node::Object(fields))
    }
}

/// Reads a field's name as bytes, so that a name that is not valid text is only unknown.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(Field::of(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Field::of(name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Node> {
        serde_json::from_str(&readable(json.as_bytes())).ok()
    }

    #[test]
    fn only_known_fields_are_kept() {
        let read = read(r#"{"input":"1","id":"a","profile":{"name":"x","id":"y"},"code":7}"#);
        let kept = vec![
            (Field::Id, Node::Text("a".to_owned())),
            (Field::Code, Node::Number(7)),
        ];
        assert_eq!(read, Some(Node::Object(kept)));
    }

    #[test]
    fn a_broken_name_leaves_the_rest_readable() {
        let node =
            read(r#"{"profile":{"name":"\ud83d"},"\ud83d":1,"text":{"body":"\ude00"},"id":"a"}"#);
        assert_eq!(
            node.as_ref().and_then(|node| node.text(Field::Id)),
            Some("a")
        );
    }

    #[test]
    fn half_a_character_is_replaced_and_nothing_else() {
        for (json, expected) in [
            (r#""STOP \ud83d""#, "STOP \u{fffd}"),
            (r#""\ude00 STOP""#, "\u{fffd} STOP"),
            (r#""\ud83d\ud83d\ude00\ude00""#, "\u{fffd}😀\u{fffd}"),
            (r#""\uD83D\uDE00 \u0625\u064a""#, "😀 إي"),
            (r#""\\ud83d \\\ud83d""#, "\\ud83d \\\u{fffd}"),
            (r#""\ud83dx\ude00\n""#, "\u{fffd}x\u{fffd}\n"),
        ] {
            let read = read(json);
            assert_eq!(read, Some(Node::Text(expected.to_owned())), "{json}");
        }
        for json in [
            "",
            "\\",
            "\\u",
            "\\ud8",
            "\\u+123",
            "{}",
            r#"{"a":"😀\u0625"}"#,
        ] {
            assert!(matches!(readable(json.as_bytes()), Cow::Borrowed(same) if same == json));
        }
        assert_eq!(readable(b"\"\xff\""), "\"\u{fffd}\"");
    }

    #[test]
    fn a_value_of_another_type_is_ignored_when_it_is_read() {
        let node = read(r#"{"id":" ","code":"190 ","title":7,"errors":{},"timestamp":1e400}"#);
        assert_eq!(node, None, "no number of JSON's grammar is that large");
        let node = read(r#"{"id":" ","code":"190 ","title":7,"errors":{},"timestamp":1.5}"#);
        let node = node.expect("JSON");
        assert_eq!(node.text(Field::Id), None);
        assert_eq!(node.number(Field::Code), Some(190));
        assert_eq!(node.text(Field::Title), None);
        assert!(node.items(Field::Errors).is_empty());
        assert_eq!(node.number(Field::Timestamp), None);
        assert_eq!(read("[1]").expect("JSON").get(Field::Id), None);
        let huge = read(r#"{"code":18446744073709551615}"#).expect("JSON");
        assert_eq!(huge.number(Field::Code), None);
    }
}
