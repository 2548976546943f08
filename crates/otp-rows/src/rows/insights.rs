//! How far messages got.

use otp_core::channel::Channel;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::{MessageId, VerificationId};
use otp_core::insights::{MessageProgress, OfVerification};
use otp_core::message::{CodeOutcome, MessageStatus};
use otp_core::region::Region;
use otp_core::time::Timestamp;
use otp_core::verification::VerificationStatus;

use crate::Col;
use crate::column::by_name;

by_name! {
    /// A number of rows.
    pub struct CountRow {
        counted: Col<i64>,
    }
}

impl From<CountRow> for usize {
    fn from(row: CountRow) -> Self {
        usize::try_from(row.counted.0).unwrap_or(usize::MAX)
    }
}

by_name! {
    /// A message with what its events and its verification say.
    pub struct MessageProgressRow {
        id: Col<MessageId>,
        created_at: Col<Timestamp>,
        status: Col<MessageStatus>,
        channel: Col<Channel>,
        region: Col<Option<Region>>,
        template: Col<Option<TemplateName>>,
        was_sent: Col<bool>,
        delivered_at: Col<Option<Timestamp>>,
        was_read: Col<bool>,
        outcome: Col<Option<CodeOutcome>>,
        verification_id: Col<Option<VerificationId>>,
        verification_status: Col<Option<VerificationStatus>>,
    }
}

impl From<MessageProgressRow> for MessageProgress {
    fn from(row: MessageProgressRow) -> Self {
        let verification = row.verification_id.0.zip(row.verification_status.0);
        Self {
            id: row.id.0,
            created_at: row.created_at.0,
            status: row.status.0,
            channel: row.channel.0,
            region: row.region.0,
            template: row.template.0,
            was_sent: row.was_sent.0,
            delivered_at: row.delivered_at.0,
            was_read: row.was_read.0,
            outcome: row.outcome.0,
            verification: verification.map(|(id, status)| OfVerification { id, status }),
        }
    }
}
