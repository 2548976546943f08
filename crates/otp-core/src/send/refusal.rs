//! The reasons a message may not be sent.

use crate::time::Timestamp;
use crate::verification::VerificationOver;

/// The reason a message may not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The account is restricted.
    AccountRestricted,
    /// The account is closed.
    AccountClosed,
    /// The account has no sender.
    SenderNumberNotFound,
    /// The gateway has no mail server, so the account has no sender of mails.
    EmailSenderNotFound,
    /// No approved template is suitable.
    TemplateNotFound,
    /// The recipient has opted out of this account's messages.
    RecipientOptedOut,
    /// The recipient was sent to too recently.
    CoolingDown {
        /// The time from which the next send is admitted.
        retry_at: Timestamp,
    },
    /// No active subscription covers the price.
    InsufficientBalance,
    /// The recipient of a verification, or the code to be sent again, has no guess left.
    TooManyAttempts {
        /// The time from which a new verification is admitted.
        retry_at: Timestamp,
    },
    /// The account has no such verification.
    VerificationNotFound,
    /// The code cannot be sent again, because the verification has ended.
    VerificationOver(VerificationOver),
    /// The step of a fallback is not to be taken now: a message has arrived, or another process took the step.
    FallbackNotDue,
}
