//! The question that a funnel answers.

use std::collections::BTreeSet;
use std::time::Duration;

use super::progress::MessageProgress;
use crate::ids::{AccountId, VerificationId};
use crate::time::Timestamp;
use crate::verification::CodeLifetime;

/// The messages of an account in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InsightsQuery {
    /// The account.
    pub account_id: AccountId,
    /// The earliest creation that matches.
    pub from: Timestamp,
    /// The instant before which matching messages were created.
    pub until: Timestamp,
    /// The maximum number of messages.
    pub most: usize,
}

/// The messages of a verification are created within this time of each other: a code is sent again
/// only while it is valid, and two servers' clocks may differ.
const SPAN: Duration = Duration::from_secs(*CodeLifetime::SECONDS.end() + 60);

impl InsightsQuery {
    /// Returns whether this many messages are few enough.
    pub fn allows(&self, found: usize) -> bool {
        found <= self.most
    }

    /// Returns the approved verifications that may have messages outside the period as well. Those decide
    /// with, at which message the verification counts.
    pub fn to_complete(&self, messages: &[MessageProgress]) -> BTreeSet<VerificationId> {
        let (inner_from, inner_until) = (self.from + SPAN, self.until - SPAN);
        let is_near_the_edge = |message: &&MessageProgress| {
            message.created_at < inner_from || message.created_at >= inner_until
        };
        let near = messages.iter().filter(is_near_the_edge);
        near.filter_map(MessageProgress::approved).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::progress::OfVerification;
    use super::*;
    use crate::channel::Channel;
    use crate::ids::MessageId;
    use crate::message::MessageStatus;
    use crate::verification::VerificationStatus;

    fn message(number: u128, seconds: i64, status: VerificationStatus) -> MessageProgress {
        MessageProgress {
            id: MessageId(Uuid::from_u128(number)),
            created_at: Timestamp::from_unix_millis(seconds * 1_000),
            status: MessageStatus::Sent,
            channel: Channel::WhatsApp,
            region: None,
            template: None,
            was_sent: true,
            delivered_at: None,
            was_read: false,
            failure_code: None,
            outcome: None,
            verification: Some(OfVerification {
                id: VerificationId(Uuid::from_u128(number)),
                status,
            }),
        }
    }

    #[test]
    fn approved_verifications_near_the_edges_of_the_period_are_completed() {
        let (approved, pending) = (VerificationStatus::Approved, VerificationStatus::Pending);
        let query = InsightsQuery {
            account_id: AccountId(Uuid::nil()),
            from: Timestamp::from_unix_millis(0),
            until: Timestamp::from_unix_millis(10_000_000),
            most: 9,
        };
        for (seconds, status, expected) in [
            (0, approved, true),
            (0, pending, false),
            (659, approved, true),
            (660, approved, false),
            (9_339, approved, false),
            (9_340, approved, true),
            (9_340, pending, false),
        ] {
            let messages = [message(7, seconds, status)];
            let found = query.to_complete(&messages).len();
            assert_eq!(found, usize::from(expected), "{seconds} {status:?}");
        }
        // Each is named once.
        let twice = [message(7, 1, approved), message(7, 2, approved)];
        assert_eq!(query.to_complete(&twice).len(), 1);
    }

    #[test]
    fn the_most_messages_are_still_few_enough() {
        let query = InsightsQuery {
            account_id: AccountId(Uuid::nil()),
            from: Timestamp::from_unix_millis(0),
            until: Timestamp::MAX,
            most: 2,
        };
        assert_eq!(
            [0, 2, 3].map(|found| query.allows(found)),
            [true, true, false]
        );
    }
}
