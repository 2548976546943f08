//! Memberships: what a person may do in an account.

use crate::ids::{AccountId, PersonId};
use crate::time::Timestamp;

/// The role of a person in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccountRole {
    /// Everything, roles of others included.
    Owner,
    /// Keys, webhooks and tests.
    Developer,
    /// Orders and credits.
    Billing,
    /// To look, and to change nothing.
    Viewer,
}

impl AccountRole {
    /// Every role, for tables and tests.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Developer, Self::Billing, Self::Viewer];

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Owner => 0,
            Self::Developer => 1,
            Self::Billing => 2,
            Self::Viewer => 3,
        }
    }

    /// Returns the name that a form sends.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Billing => "billing",
            Self::Viewer => "viewer",
        }
    }

    /// Returns the role of a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Returns the role of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// A person's place in an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The person.
    pub person_id: PersonId,
    /// The account.
    pub account_id: AccountId,
    /// The role.
    pub role: AccountRole,
    /// The time it began.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_role_reads_back() {
        for role in AccountRole::ALL {
            assert_eq!(AccountRole::from_code(role.code()), Some(role));
            assert_eq!(AccountRole::parse(role.as_str()), Some(role));
        }
        assert_eq!(AccountRole::from_code(4), None);
        assert_eq!(AccountRole::parse("Owner"), None);
    }
}
