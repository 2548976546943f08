//! The memory of the notices about a balance.

/// The notices that were given about a subscription's balance. It never goes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Announced {
    /// Nothing.
    #[default]
    Nothing,
    /// That it is low.
    Low,
    /// That it is spent.
    Spent,
}

impl Announced {
    /// Everything that can be announced, for tables and tests.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Low, Self::Spent];

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Nothing => 0,
            Self::Low => 1,
            Self::Spent => 2,
        }
    }

    /// Returns the announcement of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|announced| announced.code() == code)
    }
}
