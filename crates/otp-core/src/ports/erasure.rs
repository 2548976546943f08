//! Erasure: removing a person from what has to stay.

use async_trait::async_trait;

use crate::opt_out::consent::Recipient;
use crate::ports::PortError;

/// Empties what identifies a recipient, and keeps what accounts for credits.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Erasure: Send + Sync {
    /// Erases a recipient from an account's messages, and returns from how many. An adapter MUST empty
    /// the recipient, its index, the provider's id of the message and the texts of failures, those of
    /// events included, and MUST forget the provider's names for the recipient. It MUST keep
    /// everything else: an erased message still counts, its ledger entries stay, and its idempotency
    /// key is still answered. Consent stays, because it knows the recipient by index only.
    async fn erase_recipient(&self, recipient: Recipient) -> Result<usize, PortError>;
}
