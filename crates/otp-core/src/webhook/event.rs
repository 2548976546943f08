//! Events: what happened to a resource of an account.
//!
//! An event is written in the transaction of the change that it reports. Its body is made when it is delivered,
//! from the resource as it is then: no event has a copy of a person's data.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::event_kind::{WantedEvents, WebhookEventKind};
use crate::ids::{
    AccountId, MessageId, SubscriptionId, VerificationId, WebhookEndpointId, WebhookEventId,
    uuid_at, uuid_of,
};
use crate::message::MessageStatus;
use crate::notice::{MailNotice, NoticeKind};
use crate::opt_out::ConsentRequest;
use crate::sealing::RecipientIndex;
use crate::time::Timestamp;
use crate::verification::VerificationStatus;

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Its id, made from what it reports: an event that is written twice is one event.
    pub id: WebhookEventId,
    /// The account.
    pub account_id: AccountId,
    /// The kind of what happened.
    pub kind: WebhookEventKind,
    /// The id of the resource to which it happened.
    pub subject: Uuid,
    /// The recipient, if that is what it is about.
    pub recipient_index: Option<RecipientIndex>,
    /// Its place among the events of the resource. A later event has a greater number.
    pub sequence: i64,
    /// When it happened.
    pub at: Timestamp,
}

impl WebhookEvent {
    /// Makes an event. Its place among those of the resource is its time in Unix milliseconds.
    pub fn new(
        account_id: AccountId,
        kind: WebhookEventKind,
        subject: Uuid,
        at: Timestamp,
    ) -> Self {
        Self::numbered(account_id, kind, subject, (at.unix_millis(), at))
    }

    /// Returns the event of a message that moved to this status, if one reports it.
    ///
    /// The place is that of the status, because receipts arrive in any order: whoever keeps the event with the
    /// greatest number knows the status.
    pub fn of_message(
        account_id: AccountId,
        message: MessageId,
        status: MessageStatus,
        at: Timestamp,
    ) -> Option<Self> {
        let (kind, sequence) = match status {
            MessageStatus::Sent => (WebhookEventKind::MessageSent, 1),
            MessageStatus::Failed => (WebhookEventKind::MessageFailed, 2),
            MessageStatus::Delivered => (WebhookEventKind::MessageDelivered, 3),
            MessageStatus::Read => (WebhookEventKind::MessageRead, 4),
            MessageStatus::Pending | MessageStatus::Deleted => return None,
        };
        let place = (sequence, at);
        Some(Self::numbered(account_id, kind, message.0, place))
    }

    /// Returns the event of a verification that moved to this status; `None` while it is pending.
    pub fn of_verification(
        account_id: AccountId,
        verification: VerificationId,
        status: VerificationStatus,
        at: Timestamp,
    ) -> Option<Self> {
        let kind = match status {
            VerificationStatus::Pending => return None,
            VerificationStatus::Approved => WebhookEventKind::VerificationApproved,
            VerificationStatus::Expired => WebhookEventKind::VerificationExpired,
            VerificationStatus::Canceled => WebhookEventKind::VerificationCanceled,
            VerificationStatus::Exhausted => WebhookEventKind::VerificationExhausted,
        };
        Some(Self::numbered(account_id, kind, verification.0, (1, at)))
    }

    /// Returns the event that tells what a notice about a subscription tells; `None` for any other notice.
    pub fn of_notice(notice: &MailNotice) -> Option<Self> {
        let (kind, subscription) = match &notice.kind {
            NoticeKind::LowBalance {
                subscription_id, ..
            } => (WebhookEventKind::SubscriptionLowBalance, subscription_id),
            NoticeKind::SubscriptionSpent {
                subscription_id, ..
            } => (WebhookEventKind::SubscriptionSpent, subscription_id),
            NoticeKind::KeyExpiring { .. }
            | NoticeKind::WebhookDisabled { .. }
            | NoticeKind::OrderPlaced { .. }
            | NoticeKind::OrderActivated { .. }
            | NoticeKind::OrderDeclined { .. }
            | NoticeKind::NewDevice { .. }
            | NoticeKind::PasswordChanged { .. }
            | NoticeKind::SecondFactorOn { .. }
            | NoticeKind::SecondFactorOff { .. }
            | NoticeKind::SenderDisabled { .. }
            | NoticeKind::TemplateDisabled { .. }
            | NoticeKind::TeamInvitation { .. } => return None,
        };
        let SubscriptionId(id) = *subscription;
        Some(Self::new(notice.account_id, kind, id, notice.created_at))
    }

    /// Returns the event of a recipient who opted out or in.
    pub fn of_recipient(
        account_id: AccountId,
        recipient: RecipientIndex,
        request: ConsentRequest,
        at: Timestamp,
    ) -> Self {
        let kind = match request {
            ConsentRequest::Stop => WebhookEventKind::RecipientOptedOut,
            ConsentRequest::Start => WebhookEventKind::RecipientOptedIn,
        };
        let subject = Sha256::new()
            .chain_update(account_id.0.as_bytes())
            .chain_update(recipient.0);
        Self {
            recipient_index: Some(recipient),
            ..Self::new(account_id, kind, uuid_of(subject), at)
        }
    }

    /// Returns the event by which the owner of an endpoint tries it out.
    pub fn test(account_id: AccountId, endpoint: WebhookEndpointId, at: Timestamp) -> Self {
        Self::new(account_id, WebhookEventKind::EndpointTest, endpoint.0, at)
    }

    fn numbered(
        account_id: AccountId,
        kind: WebhookEventKind,
        subject: Uuid,
        (sequence, at): (i64, Timestamp),
    ) -> Self {
        let what = Sha256::new()
            .chain_update(account_id.0.as_bytes())
            .chain_update(kind.code().to_be_bytes())
            .chain_update(subject.as_bytes())
            .chain_update(sequence.to_be_bytes());
        Self {
            id: WebhookEventId(uuid_at(at, what)),
            account_id,
            kind,
            subject,
            recipient_index: None,
            sequence,
            at,
        }
    }
}

impl WantedEvents {
    /// Returns the event if it concerns an endpoint.
    pub fn keep(self, event: Option<WebhookEvent>) -> Option<WebhookEvent> {
        event.filter(|event| self.contains(event.kind))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_800_000_000_123);
    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    fn of_message(status: MessageStatus, at: Timestamp) -> Option<WebhookEvent> {
        WebhookEvent::of_message(ACCOUNT, MessageId(Uuid::from_u128(2)), status, at)
    }

    #[test]
    fn the_events_of_a_message_have_the_order_of_its_statuses() {
        let event = |status| of_message(status, NOW).map(|event| (event.kind, event.sequence));
        for (status, expected) in [
            (MessageStatus::Pending, None),
            (
                MessageStatus::Sent,
                Some((WebhookEventKind::MessageSent, 1)),
            ),
            (
                MessageStatus::Failed,
                Some((WebhookEventKind::MessageFailed, 2)),
            ),
            (
                MessageStatus::Delivered,
                Some((WebhookEventKind::MessageDelivered, 3)),
            ),
            (
                MessageStatus::Read,
                Some((WebhookEventKind::MessageRead, 4)),
            ),
            (MessageStatus::Deleted, None),
        ] {
            assert_eq!(event(status), expected, "{status:?}");
        }
    }

    #[test]
    fn each_end_of_a_verification_is_an_event_of_its_own_kind() {
        let id = VerificationId(Uuid::from_u128(3));
        let of = |status| WebhookEvent::of_verification(ACCOUNT, id, status, NOW);
        let kind = |status| of(status).map(|event| event.kind.as_str());
        for (status, expected) in [
            (VerificationStatus::Pending, None),
            (VerificationStatus::Approved, Some("verification.approved")),
            (VerificationStatus::Expired, Some("verification.expired")),
            (VerificationStatus::Canceled, Some("verification.canceled")),
            (
                VerificationStatus::Exhausted,
                Some("verification.exhausted"),
            ),
        ] {
            assert_eq!(kind(status), expected);
        }
    }

    #[test]
    fn an_id_is_made_of_what_happened_and_begins_with_its_time() {
        let sent = of_message(MessageStatus::Sent, NOW).expect("an event");
        assert_eq!(of_message(MessageStatus::Sent, NOW), Some(sent));
        let later = Timestamp::from_unix_millis(NOW.unix_millis() + 1);
        let others = [
            of_message(MessageStatus::Sent, later),
            of_message(MessageStatus::Read, NOW),
            WebhookEvent::of_message(
                AccountId(Uuid::from_u128(9)),
                MessageId(sent.subject),
                MessageStatus::Sent,
                NOW,
            ),
            WebhookEvent::of_message(
                ACCOUNT,
                MessageId(Uuid::from_u128(9)),
                MessageStatus::Sent,
                NOW,
            ),
        ];
        let ids: BTreeSet<_> = others.iter().flatten().map(|event| event.id).collect();
        assert_eq!(ids.len(), 4);
        assert!(!ids.contains(&sent.id));
        let millis = u64::try_from(NOW.unix_millis()).expect("positive");
        assert_eq!(sent.id.0.as_bytes()[..6], millis.to_be_bytes()[2..]);
        assert_eq!(sent.id.0.get_version_num(), 8);
    }

    #[test]
    fn a_recipient_is_the_same_resource_whenever_it_chooses() {
        let recipient = RecipientIndex([7; 32]);
        let event = |request, at| WebhookEvent::of_recipient(ACCOUNT, recipient, request, at);
        let later = Timestamp::from_unix_millis(NOW.unix_millis() + 1);
        let stop = event(ConsentRequest::Stop, NOW);
        let start = event(ConsentRequest::Start, later);
        assert_eq!(stop.kind, WebhookEventKind::RecipientOptedOut);
        assert_eq!(start.kind, WebhookEventKind::RecipientOptedIn);
        assert_eq!(stop.subject, start.subject);
        assert!(stop.sequence < start.sequence && stop.id != start.id);
        let other = RecipientIndex([8; 32]);
        let other = WebhookEvent::of_recipient(ACCOUNT, other, ConsentRequest::Stop, NOW);
        assert_ne!(other.subject, stop.subject);
    }
}
