//! Answers to requests with an idempotency key.

use async_trait::async_trait;

use crate::idempotency::{Fingerprint, Judgement, RequestKey};
use crate::ports::PortError;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// Keeps the first answer to each request, for its repetitions.
///
/// Answers are sealed with their account's key, so they are gone when that key is deleted. They have no index
/// of a recipient, so [`Erasure`](super::Erasure) does not find them: an answer may repeat an erased recipient
/// until it is removed, [`ANSWER_RETENTION`](crate::idempotency::ANSWER_RETENTION) after its request at the
/// latest.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait IdempotentAnswers: Send + Sync {
    /// Judges a request at `now` with [`judge`](crate::idempotency::judge). If it is the first one, it is
    /// recorded as one in progress that began at `now`, in place of any other with its key.
    ///
    /// If several requests with one key begin at the same time, only one of them MUST be the first.
    async fn begin(
        &self,
        key: RequestKey,
        fingerprint: Fingerprint,
        now: Timestamp,
    ) -> Result<Judgement, PortError>;

    /// Keeps the answer to a request that began at `begun_at`.
    ///
    /// It MUST change nothing if the request was taken over, forgotten or answered.
    async fn finish(
        &self,
        key: RequestKey,
        begun_at: Timestamp,
        answer: &Sealed,
    ) -> Result<(), PortError>;

    /// Forgets a request that began at `begun_at` and has no answer, so that a repetition is judged anew.
    ///
    /// It MUST change nothing if the request was taken over or answered.
    async fn forget(&self, key: RequestKey, begun_at: Timestamp) -> Result<(), PortError>;

    /// Removes the oldest requests that began before `before`, at most `most` of them, and returns their
    /// number.
    ///
    /// An adapter MUST find them by an index, so that a removal costs by the requests that it removes.
    async fn remove_older(&self, before: Timestamp, most: usize) -> Result<usize, PortError>;
}
