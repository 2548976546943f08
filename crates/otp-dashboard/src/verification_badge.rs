//! The badge of a verification: its status.

use otp_core::verification::VerificationStatus;

/// The look of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VerificationBadge {
    /// The class, which chooses the colours.
    pub(crate) class: &'static str,
    /// The class of the dot.
    pub(crate) dot: &'static str,
    /// The key of the word.
    pub(crate) key: &'static str,
}

impl From<VerificationStatus> for VerificationBadge {
    fn from(status: VerificationStatus) -> Self {
        let (class, dot, key) = match status {
            VerificationStatus::Pending => ("is-warn", "dot", "verification-pending"),
            VerificationStatus::Approved => ("is-good", "dot", "verification-approved"),
            VerificationStatus::Expired => ("is-off", "dot is-hollow", "verification-expired"),
            VerificationStatus::Canceled => ("is-off", "dot is-hollow", "verification-canceled"),
            VerificationStatus::Exhausted => ("is-bad", "dot", "verification-exhausted"),
        };
        Self { class, dot, key }
    }
}
