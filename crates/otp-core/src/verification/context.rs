//! The context of a verification: what the caller knows of the person who asked for the code.

use std::net::IpAddr;

/// At most this many bytes in each text.
pub const MAX_CONTEXT_TEXT: usize = 512;

/// The caller's knowledge of the person. It is stored as keyed hashes only: enough to recognize the same person,
/// address or device again, and not to read who it was.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// The address that the person's request came from.
    pub ip: Option<IpAddr>,
    /// The caller's name of the person.
    pub user_id: Option<ContextText>,
    /// The caller's name of the device.
    pub device_id: Option<ContextText>,
    /// The program that the person uses.
    pub user_agent: Option<ContextText>,
}

/// A text of a context: not empty and at most [`MAX_CONTEXT_TEXT`] bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct ContextText(String);

/// A text is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 1 to 512 bytes")]
pub struct InvalidContextText;

/// A keyed hash of one part of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextHash(pub [u8; 32]);

/// A context in its stored form: of each part a 1 and its hash, or a 0.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedContext(pub Vec<u8>);

impl ContextText {
    /// Accepts 1 to [`MAX_CONTEXT_TEXT`] bytes.
    pub fn parse(text: &str) -> Result<Self, InvalidContextText> {
        if text.is_empty() || text.len() > MAX_CONTEXT_TEXT {
            return Err(InvalidContextText);
        }
        Ok(Self(text.to_owned()))
    }
}

impl Context {
    /// Returns the stored form, by the hash of a part with this name and text; `None` if there is no part.
    pub fn hash(&self, hash: impl Fn(&str, &str) -> ContextHash) -> Option<HashedContext> {
        let text = |text: &Option<ContextText>| text.as_ref().map(|text| text.0.clone());
        // An IPv4 address has one hash, however it is written.
        let ip = self.ip.map(|ip| ip.to_canonical().to_string());
        let parts = [
            ("ip", ip),
            ("user-id", text(&self.user_id)),
            ("device-id", text(&self.device_id)),
            ("user-agent", text(&self.user_agent)),
        ];
        parts.iter().any(|(_, text)| text.is_some()).then(|| {
            let mut stored = Vec::new();
            for (name, text) in parts {
                stored.push(u8::from(text.is_some()));
                stored.extend(text.into_iter().flat_map(|text| hash(name, &text).0));
            }
            HashedContext(stored)
        })
    }
}

/// A context names a person, so it shows nothing.
impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context(..)")
    }
}

/// Hashes, of which nobody needs to see more than their number of bytes.
impl std::fmt::Debug for HashedContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HashedContext({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hash that shows its input.
    fn hash(name: &str, text: &str) -> ContextHash {
        let mut bytes = [0; 32];
        for (byte, of) in bytes.iter_mut().zip(format!("{name}={text}").bytes()) {
            *byte = of;
        }
        ContextHash(bytes)
    }

    fn text(text: &str) -> Option<ContextText> {
        Some(ContextText::parse(text).expect("a text"))
    }

    #[test]
    fn each_part_has_a_hash_of_its_own() {
        let whole = Context {
            ip: Some("203.0.113.7".parse().expect("an address")),
            user_id: text("u-17"),
            device_id: text("u-17"),
            user_agent: text("curl"),
        };
        let hashed = whole.hash(hash).expect("parts");
        let parts = [
            hash("ip", "203.0.113.7"),
            hash("user-id", "u-17"),
            hash("device-id", "u-17"),
            hash("user-agent", "curl"),
        ];
        let expected = parts.iter().flat_map(|hash| [&[1][..], &hash.0].concat());
        assert_eq!(hashed.0, expected.collect::<Vec<_>>());
        let part = Context {
            device_id: text("d"),
            ..Context::default()
        };
        let expected = [&[0, 0, 1][..], &hash("device-id", "d").0, &[0]].concat();
        assert_eq!(part.hash(hash), Some(HashedContext(expected)));
        assert_eq!(Context::default().hash(hash), None);
    }

    #[test]
    fn one_address_has_one_hash_however_it_is_written() {
        let of = |ip: &str| {
            let ip = Some(ip.parse().expect("an address"));
            let context = Context {
                ip,
                ..Context::default()
            };
            context.hash(hash)
        };
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        assert_eq!(of("2001:DB8:0::1"), of("2001:db8::1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8::2"));
    }

    #[test]
    fn a_text_has_one_to_512_bytes_and_a_context_shows_nothing() {
        for (length, is_valid) in [(0, false), (1, true), (512, true), (513, false)] {
            let parsed = ContextText::parse(&"x".repeat(length));
            assert_eq!(parsed.is_ok(), is_valid, "{length}");
        }
        let context = Context {
            user_id: text("amal"),
            ..Context::default()
        };
        assert_eq!(format!("{context:?}"), "Context(..)");
    }
}
