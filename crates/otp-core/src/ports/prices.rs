//! The international pricing table.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::credits::Credits;
use crate::ports::PortError;
use crate::pricing::{PriceChange, PriceKey};

/// Stores prices. Each change has its entry in the audit trail, both or neither.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Prices: Send + Sync {
    /// Sets the prices of these keys, all or none; other keys keep theirs. Without keys it changes nothing, and appends
    /// no entry.
    async fn set(
        &self,
        prices: &[(PriceKey, Credits)],
        entry: &AuditEntry,
    ) -> Result<(), PortError>;

    /// Sets the prices of these keys, all or none, if the table has the prices that each change names as those before;
    /// returns `false` if it has another one. Each key is named once. Without a change it appends no entry.
    async fn replace_prices(
        &self,
        changes: &[PriceChange],
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Removes the price of a key from the table; returns `false` if the table has none.
    async fn unset(&self, key: PriceKey, entry: &AuditEntry) -> Result<bool, PortError>;

    /// Returns the table, in the order of keys.
    async fn list(&self) -> Result<Vec<(PriceKey, Credits)>, PortError>;
}
