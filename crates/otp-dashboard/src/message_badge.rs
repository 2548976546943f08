//! The badge of a message: its status with the sign that WhatsApp has for it.

use otp_core::message::MessageStatus;

/// The look of a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessageBadge {
    /// The class, which chooses the colours.
    pub(crate) class: &'static str,
    /// The icon.
    pub(crate) icon: &'static str,
    /// The key of the word.
    pub(crate) key: &'static str,
}

impl From<MessageStatus> for MessageBadge {
    fn from(status: MessageStatus) -> Self {
        let (class, icon, key) = match status {
            MessageStatus::Pending => ("is-pending", "clock", "status-pending"),
            MessageStatus::Sent => ("is-sent", "check", "status-sent"),
            MessageStatus::Delivered => ("is-delivered", "check-check", "status-delivered"),
            MessageStatus::Read => ("is-read", "check-check", "status-read"),
            MessageStatus::Failed => ("is-failed", "x", "status-failed"),
            MessageStatus::Deleted => ("is-off", "ban", "status-deleted"),
        };
        Self { class, icon, key }
    }
}
