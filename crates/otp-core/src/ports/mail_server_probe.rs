//! The mail server probe: tries whether mail could be handed over.

use async_trait::async_trait;

/// Tries the mail server without a mail.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MailServerProbe: Send + Sync {
    /// Connects, encrypts and signs in as for a mail, and leaves.
    ///
    /// An adapter MUST bound the time, and MUST NOT put the server's text, user or password into the error.
    async fn try_sign_in(&self) -> Result<(), MailServerError>;
}

/// The reason the mail server takes no mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailServerError {
    /// It refused, with this code.
    #[error("the mail server refuses: {0}")]
    Refused(String),
    /// It was not reached, or its answer is not valid.
    #[error("the mail server cannot be used: {0}")]
    Unreachable(String),
}
