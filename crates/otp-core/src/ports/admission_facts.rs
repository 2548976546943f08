//! The facts of admission, for looking at.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::send::{SendAttempt, SendFacts};

/// Loads what an attempt would be judged by.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AdmissionFacts: Send + Sync {
    /// The facts [`SendLedger::admit`](crate::ports::SendLedger::admit) would judge this attempt by, as
    /// they stand. An adapter MUST load them by the same statements, MUST answer for one moment, and MUST
    /// neither lock nor record anything.
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError>;
}
