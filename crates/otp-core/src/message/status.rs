//! The life of a message: its statuses, and which may follow which.

/// Where a message stands (LightOTP API, "messageStatus lifecycle").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageStatus {
    /// Created; not yet acknowledged by WhatsApp, or its answer is unknown.
    Pending,
    /// Accepted by WhatsApp for delivery.
    Sent,
    /// Delivered to the recipient's device.
    Delivered,
    /// The recipient opened the chat.
    Read,
    /// WhatsApp refused it, or delivery failed later.
    Failed,
    /// Removed by an administrator; final.
    Deleted,
}

impl MessageStatus {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Failed,
        Self::Deleted,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Sent => "Sent",
            Self::Delivered => "Delivered",
            Self::Read => "Read",
            Self::Failed => "Failed",
            Self::Deleted => "Deleted",
        }
    }

    /// The status of a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Sent => 1,
            Self::Delivered => 2,
            Self::Read => 3,
            Self::Failed => 4,
            Self::Deleted => 5,
        }
    }

    /// The status of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether a message may go from `self` to `next`. Status only moves forward; `Delivered` (or
    /// `Read`, which implies it) after `Failed` wins, because Meta reports in any order and a
    /// delivered message was not a failed one.
    pub fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Deleted, _) => false,
            (_, Self::Deleted) => true,
            (Self::Pending, Self::Sent | Self::Delivered | Self::Read | Self::Failed)
            | (Self::Sent, Self::Delivered | Self::Read | Self::Failed)
            | (Self::Delivered, Self::Read)
            | (Self::Failed, Self::Delivered | Self::Read) => true,
            (Self::Pending | Self::Sent | Self::Delivered | Self::Read | Self::Failed, _) => false,
        }
    }

    /// Whether the message counts for the cooldown of its recipient: all but the failed do.
    pub fn counts_for_cooldown(self) -> bool {
        self != Self::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::MessageStatus::{self, Deleted, Delivered, Failed, Pending, Read, Sent};

    #[test]
    fn status_only_moves_forward() {
        let forward = [
            (Pending, Sent),
            (Pending, Delivered),
            (Pending, Read),
            (Pending, Failed),
            (Sent, Delivered),
            (Sent, Read),
            (Sent, Failed),
            (Delivered, Read),
            (Failed, Delivered),
            (Failed, Read),
            (Pending, Deleted),
            (Sent, Deleted),
            (Delivered, Deleted),
            (Read, Deleted),
            (Failed, Deleted),
        ];
        for from in MessageStatus::ALL {
            for to in MessageStatus::ALL {
                assert_eq!(
                    from.may_become(to),
                    forward.contains(&(from, to)),
                    "{from:?} → {to:?}"
                );
            }
        }
    }

    #[test]
    fn only_failed_messages_leave_the_cooldown() {
        for status in MessageStatus::ALL {
            assert_eq!(status.counts_for_cooldown(), status != Failed);
        }
    }

    #[test]
    fn a_stored_number_and_a_name_read_back() {
        for status in MessageStatus::ALL {
            assert_eq!(MessageStatus::from_code(status.code()), Some(status));
            assert_eq!(MessageStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(MessageStatus::from_code(6), None);
        assert_eq!(MessageStatus::parse("sent"), None);
    }
}
