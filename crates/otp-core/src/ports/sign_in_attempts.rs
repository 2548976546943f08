//! Attempts to sign in.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::sealing::PersonIndex;
use crate::time::Timestamp;

/// Counts attempts to sign in with each mail address, whether a person has it or not. So an address that nobody has
/// is refused like one that somebody has.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SignInAttempts: Send + Sync {
    /// Counts an attempt as a failure, until it is [cleared](Self::clear_attempts). Returns the end of the wait, and
    /// counts nothing, if there is a wait.
    ///
    /// The adapter asks [`SignInFailures`](crate::person::sign_in::SignInFailures). It MUST lock the count: of many
    /// attempts at the same time, no more may be judged than one after the other.
    async fn count_attempt(
        &self,
        email: PersonIndex,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, PortError>;

    /// Forgets the failures of a mail address, after a right password.
    async fn clear_attempts(&self, email: PersonIndex) -> Result<(), PortError>;

    /// Deletes at most `limit` counts whose last failure was before `before`, and returns how many.
    async fn forget_attempts(&self, before: Timestamp, limit: usize) -> Result<usize, PortError>;
}
