//! Second factors.

use async_trait::async_trait;

use crate::ids::{PersonId, SessionId};
use crate::person::SecurityRecord;
use crate::person::second_factor::{RecoveryHash, SecondFactor};
use crate::ports::PortError;
use crate::time::Timestamp;

/// Stores the second factors of people, one each, with their recovery codes.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// Keeps a factor that is not confirmed yet, in place of an earlier one that was not; returns `false`, and keeps
    /// nothing, if the person has a confirmed one. `Conflict` if the person does not exist.
    async fn enrol_second_factor(&self, factor: &SecondFactor) -> Result<bool, PortError>;

    /// Returns the factor of a person, whether or not it is confirmed.
    async fn find_second_factor(&self, person: PersonId)
    -> Result<Option<SecondFactor>, PortError>;

    /// Confirms the factor of a person by the code of a step, keeps its recovery codes, ends all sessions of the person
    /// but `keep` and adds the record, all or nothing; returns `false`, and changes nothing, if there
    /// is none that waits for it.
    async fn confirm_second_factor(
        &self,
        person: PersonId,
        step: i64,
        at: Timestamp,
        recovery_codes: &[RecoveryHash],
        keep: SessionId,
        record: &SecurityRecord,
    ) -> Result<bool, PortError>;

    /// Uses the code of a step; returns `false` if it, or the code of a later step, was used already. Of several uses
    /// of one step at the same time, one MUST succeed.
    async fn use_step(&self, person: PersonId, step: i64) -> Result<bool, PortError>;

    /// Uses a recovery code; returns `false` if the person has no such code. Each MUST succeed once.
    async fn use_recovery_code(
        &self,
        person: PersonId,
        code: RecoveryHash,
    ) -> Result<bool, PortError>;

    /// Returns how many recovery codes of a person are not used.
    async fn count_recovery_codes(&self, person: PersonId) -> Result<usize, PortError>;

    /// Removes the factor with its recovery codes, ends all sessions of the person but `keep`, and adds the record, all or
    /// nothing; returns `false`, and changes nothing, if the person has none.
    async fn remove_second_factor(
        &self,
        person: PersonId,
        keep: Option<SessionId>,
        record: &SecurityRecord,
    ) -> Result<bool, PortError>;
}
