//! Times: UTC, RFC 3339, milliseconds.

use otp_core::time::Timestamp;
use serde::{Serialize, Serializer};

/// A time as answers write it: `2026-05-14T09:13:42.812Z`.
pub(crate) struct Time(Timestamp);

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}
