//! Whether an account may send.

/// Whether an account may send, as an operator decided. In every standing, the account can read what it
/// has sent, and messages that it has sent are settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AccountStanding {
    /// It may send.
    #[default]
    Open,
    /// It may not send until an operator opens it again.
    Restricted,
    /// It has ended.
    Closed,
}

impl AccountStanding {
    /// Every standing, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Open, Self::Restricted, Self::Closed];

    /// Returns the name that operators see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Restricted => "Restricted",
            Self::Closed => "Closed",
        }
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Restricted => 1,
            Self::Closed => 2,
        }
    }

    /// Returns the standing of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.code() == code)
    }
}
