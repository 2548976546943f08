//! How a key is shown.

use otp_core::api_key::{ApiKey, ApiKeyMode, ApiKeyRefusal};
use otp_core::notice::FIRST_WARNING;
use otp_core::time::Timestamp;

use crate::markup::Markup;
use crate::page::Page;
use crate::value::Value;

/// A key in the list.
#[derive(Debug, Clone)]
pub(crate) struct ShownKey {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Its first characters.
    pub(crate) hint: String,
    pub(super) state: KeyState,
    pub(super) created_at: Timestamp,
    /// The day of its last use, as `2026-12-01`.
    pub(crate) last_used_on: Option<String>,
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyState {
    /// It is accepted, and sends messages or goes to the test inbox.
    Active {
        /// Whether it is a test key.
        is_test: bool,
        /// When it expires.
        expires_at: Option<Timestamp>,
        /// The days until then, if they are few.
        days_left: Option<u64>,
    },
    /// It has expired.
    Expired,
    /// It was revoked.
    Revoked,
}

impl ShownKey {
    /// Returns the keys as they are shown: accepted ones first, and the newest first.
    pub(crate) fn sorted(keys: Vec<ApiKey>, now: Timestamp) -> Vec<Self> {
        let mut shown: Vec<_> = keys.into_iter().map(|key| Self::of(key, now)).collect();
        shown.sort_by_key(|key| (!key.is_active(), std::cmp::Reverse(key.created_at)));
        shown
    }

    fn of(key: ApiKey, now: Timestamp) -> Self {
        let state = match key.check(now) {
            Ok(()) => KeyState::Active {
                is_test: key.mode() == ApiKeyMode::Test,
                expires_at: key.expires_at,
                days_left: key
                    .expires_at
                    .filter(|at| *at <= now + FIRST_WARNING)
                    .map(|at| at.since(now).as_secs() / (24 * 60 * 60)),
            },
            Err(ApiKeyRefusal::Expired) => KeyState::Expired,
            Err(ApiKeyRefusal::Revoked) => KeyState::Revoked,
        };
        Self {
            id: key.id.to_string(),
            name: key.name,
            hint: format!("{}…", key.hint),
            state,
            created_at: key.created_at,
            last_used_on: key.last_used_on.map(Timestamp::to_date),
        }
    }

    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, KeyState::Active { .. })
    }

    pub(crate) fn is_test(&self) -> bool {
        matches!(self.state, KeyState::Active { is_test: true, .. })
    }

    /// Returns the key of the words for a key that is no longer accepted.
    pub(crate) const fn end_key(&self) -> Option<&'static str> {
        match self.state {
            KeyState::Active { .. } => None,
            KeyState::Expired => Some("key-expired"),
            KeyState::Revoked => Some("key-revoked"),
        }
    }

    /// Returns the words for a key that expires soon.
    pub(super) fn warning(&self, page: &Page) -> Option<Markup> {
        match self.state {
            KeyState::Active {
                days_left: Some(days),
                ..
            } => Some(page.say_all("key-expires-in", &[("days", Value::Number(days))])),
            KeyState::Active { .. } | KeyState::Expired | KeyState::Revoked => None,
        }
    }

    /// Returns when the key expires.
    pub(super) const fn expires_at(&self) -> Option<Timestamp> {
        match self.state {
            KeyState::Active { expires_at, .. } => expires_at,
            KeyState::Expired | KeyState::Revoked => None,
        }
    }
}
