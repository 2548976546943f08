//! Messages in the outgoing queue.

use otp_core::channel::Channel;
use otp_core::ids::{AccountId, MessageId, SenderId, TemplateId, VerificationId};
use otp_core::language::LanguageTag;
use otp_core::message::ClaimedMessage;
use otp_core::sealing::Sealed;
use otp_core::send::RoutedTo;

use crate::Col;
use crate::column::by_name;

by_name! {
    /// A message whose hand-over has begun.
    pub struct ClaimedMessageRow {
        message_id: Col<MessageId>,
        account_id: Col<AccountId>,
        verification_id: Col<VerificationId>,
        failed_attempts: Col<u32>,
        recipient: Col<Option<Sealed>>,
        channel: Col<Channel>,
        sender_id: Col<Option<SenderId>>,
        template_id: Col<Option<TemplateId>>,
        language: Col<LanguageTag>,
    }
}

impl From<ClaimedMessageRow> for ClaimedMessage {
    fn from(row: ClaimedMessageRow) -> Self {
        Self {
            message_id: row.message_id.0,
            account_id: row.account_id.0,
            verification_id: row.verification_id.0,
            failed_attempts: row.failed_attempts.0,
            recipient: row.recipient.0,
            routed_to: RoutedTo::restore(
                row.channel.0,
                (row.sender_id.0, row.template_id.0),
                row.language.0,
            ),
        }
    }
}
