//! The key that binds a message, so that a repeated request sends nothing.

use uuid::Uuid;

use crate::ids::{NotAUuid, parse_uuid};

/// The key of a message: a UUID, bound permanently to the one message it created under its API key.
///
/// A client of `/SendMessage` chooses it. For a request below `/v1` it is derived from the
/// [`RequestKey`](super::RequestKey).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(pub Uuid);

impl IdempotencyKey {
    /// Reads the 36-character form, in either case.
    pub fn parse(text: &str) -> Result<Self, NotAUuid> {
        parse_uuid(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_differ_only_in_case_are_equal() {
        let lower = IdempotencyKey::parse("a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60").expect("valid");
        let upper = IdempotencyKey::parse("A3F1C2E4-9B27-4D6A-8E5F-1C2B3D4E5F60").expect("valid");
        assert_eq!(lower, upper);
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in [
            "",
            "a3f1c2e49b274d6a8e5f1c2b3d4e5f60",
            "{a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60}",
            "urn:uuid:a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
            "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f6g",
            "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f6",
        ] {
            assert_eq!(IdempotencyKey::parse(text), Err(NotAUuid), "{text}");
        }
    }
}
