//! Credits, and the ledger with one row for every change of a balance.

pub mod audit;
pub mod ledger;

/// An amount of credits: never negative, by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Credits(u32);

/// The amount is negative or beyond [`Credits::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("credits are a whole number from 0 to 2000000000")]
pub struct InvalidCredits;

impl Credits {
    /// No credits.
    pub const ZERO: Self = Self(0);
    /// One credit: the price of a message to a region that the price table does not list.
    pub const ONE: Self = Self(1);
    /// The most a subscription can hold; it fits in a 32-bit signed column with room to spare.
    pub const MAX: Self = Self(2_000_000_000);

    /// Reads an amount, from a database or an operator.
    pub fn new(amount: i64) -> Result<Self, InvalidCredits> {
        match u32::try_from(amount) {
            Ok(amount) if amount <= Self::MAX.0 => Ok(Self(amount)),
            Ok(_) | Err(_) => Err(InvalidCredits),
        }
    }

    /// Returns the amount.
    pub const fn get(self) -> i64 {
        self.0 as i64
    }

    /// Subtracts `price`; `None` if the amount does not cover it.
    pub fn checked_sub(self, price: Self) -> Option<Self> {
        self.0.checked_sub(price.0).map(Self)
    }

    /// Adds two amounts, saturating at the numeric bound. In practice the sum never exceeds what
    /// was granted.
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::fmt::Display for Credits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_never_negative() {
        assert_eq!(Credits::new(-1), Err(InvalidCredits));
        assert_eq!(Credits::new(2_000_000_001), Err(InvalidCredits));
        assert_eq!(
            Credits::ONE.checked_sub(Credits::new(2).expect("credits")),
            None
        );
        assert_eq!(Credits::ONE.checked_sub(Credits::ONE), Some(Credits::ZERO));
    }
}
