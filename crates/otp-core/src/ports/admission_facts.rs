//! The facts of admission, read without an admission.

use async_trait::async_trait;

use crate::ports::PortError;
use crate::send::{SendAttempt, SendFacts};

/// Loads the facts that an attempt would be judged by.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait AdmissionFacts: Send + Sync {
    /// Returns the facts that [`SendLedger::admit`](crate::ports::SendLedger::admit) would judge this
    /// attempt by.
    ///
    /// An adapter MUST load them by the same statements and as of one moment, and MUST neither lock nor
    /// record anything.
    async fn facts_of(&self, attempt: &SendAttempt) -> Result<SendFacts, PortError>;
}
