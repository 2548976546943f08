//! Reviewer numbers.

use async_trait::async_trait;

use crate::audit::AuditEntry;
use crate::ids::AccountId;
use crate::ports::PortError;
use crate::reviewer::ReviewerNumber;
use crate::sealing::RecipientIndex;

/// Stores reviewer numbers.
///
/// [`Directory::find_sending_profile`](super::Directory::find_sending_profile) returns them with what else
/// sending needs, and [`Erasure`](super::Erasure) removes the number of a recipient.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ReviewerNumbers: Send + Sync {
    /// Adds a number and the entry of the audit trail, both or neither; returns `false` if the account has too
    /// many. `Conflict` if the account does not exist.
    ///
    /// The adapter asks [`reviewer::judge`](crate::reviewer::judge) for the verdict, and removes what makes
    /// room. It MUST lock the account before it loads its numbers.
    async fn add_reviewer_number(
        &self,
        number: &ReviewerNumber,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Removes a number and adds the entry of the audit trail; returns `false`, and adds nothing, if there is
    /// no such number.
    async fn remove_reviewer_number(
        &self,
        account: AccountId,
        recipient: RecipientIndex,
        entry: &AuditEntry,
    ) -> Result<bool, PortError>;

    /// Returns the account's numbers, oldest first, including ended ones.
    async fn list_reviewer_numbers(
        &self,
        account: AccountId,
    ) -> Result<Vec<ReviewerNumber>, PortError>;
}
