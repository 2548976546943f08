//! Identifiers: one type each, so that an account's id cannot be passed as a message's.
//!
//! Ids are UUIDs of version 7 (RFC 9562), made from the caller's clock and randomness: rows created
//! together are adjacent in an index, and a test can predict them.

use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::ports::Randomness;
use crate::time::Timestamp;

/// Reads a UUID in its 36-character form, in either case.
pub fn parse_uuid(text: &str) -> Result<Uuid, NotAUuid> {
    if text.len() != TEXT_LENGTH {
        return Err(NotAUuid);
    }
    Uuid::try_parse(text).map_err(|_| NotAUuid)
}

/// The text is not a UUID in its 36-character form (RFC 9562, section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID in its 36-character form")]
pub struct NotAUuid;

/// The length of a UUID's text form. The other spellings that parsers accept (braces, `urn:`, no
/// hyphens) are refused, so that an id has one spelling apart from case.
const TEXT_LENGTH: usize = 36;

/// Makes a UUIDv7 for something created at `now`.
fn new_uuid(now: Timestamp, randomness: &dyn Randomness) -> Uuid {
    let mut random = [0_u8; 10];
    randomness.fill(&mut random);
    let millis = u64::try_from(now.unix_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Makes a UUIDv8 of the first bytes of a hash, for something that has the same id whenever it is derived.
pub(crate) fn uuid_of(hash: Sha256) -> Uuid {
    let digest: [u8; 32] = hash.finalize().into();
    let bytes = *digest.first_chunk().expect("a digest has 32 bytes");
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Makes a UUIDv8 for something that happened at `at` and has the same id whenever it is derived: the time, as in
/// a UUIDv7, and the first bytes of a hash.
pub(crate) fn uuid_at(at: Timestamp, hash: Sha256) -> Uuid {
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes: [u8; 16] = *digest.first_chunk().expect("a digest has 32 bytes");
    let millis = u64::try_from(at.unix_millis()).unwrap_or_default();
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Returns the smallest id of something that happened at `at`, which [`uuid_at`] makes.
pub(crate) fn first_uuid_at(at: Timestamp) -> Uuid {
    // The times of ids end in the year 10889.
    const LAST: i64 = (1 << 48) - 1;
    let millis = at.unix_millis().clamp(0, LAST);
    Uuid::from_u128(u128::from(millis.unsigned_abs()) << 80)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Makes an id for something created at `now`.
            pub fn generate(now: Timestamp, randomness: &dyn Randomness) -> Self {
                Self(new_uuid(now, randomness))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// An entry of the audit trail.
    AuditEntryId
);
id!(
    /// An account: a business that sends passcodes and pays for them.
    AccountId
);
id!(
    /// An API key of an account.
    ApiKeyId
);
id!(
    /// An invitation to the team of an account.
    InvitationId
);
id!(
    /// A message: one accepted send. This is the `id` that an API client stores.
    MessageId
);
id!(
    /// A notice to an account holder. Made from what the notice is about; see [`crate::notice`].
    NoticeId
);
id!(
    /// An order of a plan.
    OrderId
);
id!(
    /// A person who signs in.
    PersonId
);
id!(
    /// A plan that can be ordered.
    PlanId
);
id!(
    /// A key that signs proofs. Every proof names it.
    ProofKeyId
);
id!(
    /// A reviewer number of an account.
    ReviewerNumberId
);
id!(
    /// A session of a person.
    SessionId
);
id!(
    /// A subscription: credits granted to an account.
    SubscriptionId
);
id!(
    /// A verification: a code that the service makes, delivers and checks.
    VerificationId
);
id!(
    /// An endpoint of a customer, which receives events.
    WebhookEndpointId
);
id!(
    /// An event for endpoints. Made from what it reports; see [`crate::webhook::WebhookEvent`].
    WebhookEventId
);
id!(
    /// A sender: a number that an account sends from.
    SenderId
);
id!(
    /// An authentication template of a sender, in one language.
    TemplateId
);
