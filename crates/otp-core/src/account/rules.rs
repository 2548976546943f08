//! The rules that differ between accounts.

use crate::notice::LowBalance;

/// What an operator may set for one account. A store loads it with the facts of a decision, under the
/// account's lock, so a change holds from the next send on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountRules {
    /// When a balance counts as low.
    pub low_balance: LowBalance,
}
