//! The uses of API keys that are not stored yet.

use crate::ids::ApiKeyId;
use crate::time::Timestamp;

/// Remembers on which days keys were used until that is stored. Requests note it, so it MUST NOT wait for anything.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait KeyUses: Send + Sync {
    /// Remembers that a key was used on the day that begins then. The latest day of a key counts.
    fn note(&self, key: ApiKeyId, day: Timestamp);

    /// Returns what is remembered, and forgets it.
    fn take(&self) -> Vec<(ApiKeyId, Timestamp)>;
}
