//! The life cycle of a message: its statuses and the transitions between them.

use crate::channel::Channel;

/// The status of a message (LightOTP API, "messageStatus lifecycle").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageStatus {
    /// Created; the provider has not acknowledged it yet, or its answer is unknown.
    Pending,
    /// Accepted by the provider for delivery.
    Sent,
    /// Delivered to the recipient's device.
    Delivered,
    /// The recipient opened the chat.
    Read,
    /// Refused by the provider, or delivery failed later.
    Failed,
    /// Removed by an administrator; final.
    Deleted,
}

impl MessageStatus {
    /// All statuses, for tables and tests.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Failed,
        Self::Deleted,
    ];

    /// Returns the name on the wire.
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

    /// Returns the status of a name on the wire.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Returns the number a store keeps.
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

    /// Returns the status of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Returns whether a message may go from `self` to `next`. A status only moves forward;
    /// `Delivered` (or `Read`, which implies it) replaces `Failed`, because the provider reports in
    /// any order and a delivered message did not fail.
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

    /// Returns whether a message with this status arrived. No receipt tells that of a mail, so it has
    /// arrived when the mail server has taken it.
    pub fn has_arrived(self, channel: Channel) -> bool {
        match self {
            Self::Pending | Self::Failed => false,
            Self::Sent => channel == Channel::Email,
            Self::Delivered | Self::Read | Self::Deleted => true,
        }
    }

    /// Returns whether the message counts for the cooldown of its recipient: all but failed ones
    /// do.
    pub fn counts_for_cooldown(self) -> bool {
        self != Self::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::MessageStatus::{self, Deleted, Delivered, Failed, Pending, Read, Sent};
    use crate::channel::Channel;

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
    fn a_mail_arrives_when_it_is_sent_and_other_messages_when_they_are_delivered() {
        for status in MessageStatus::ALL {
            let delivered = [Delivered, Read, Deleted].contains(&status);
            assert_eq!(
                status.has_arrived(Channel::WhatsApp),
                delivered,
                "{status:?}"
            );
            let sent = delivered || status == Sent;
            assert_eq!(status.has_arrived(Channel::Email), sent, "{status:?}");
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
