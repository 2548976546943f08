//! Rows of messages as their account reads them, and of their events.

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::MessageId;
use otp_core::message::{EventSource, Failure, MessageEvent, MessageRecord};
use otp_core::region::Region;
use otp_core::sealing::Sealed;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::Unreadable;
use crate::rows::{read_credits, read_language, read_optional, read_status};
use crate::schema::message_events;

/// A message, with the names of its template and its sender.
#[derive(Queryable)]
pub(crate) struct MessageRecordRow {
    id: Uuid,
    status: i16,
    recipient: Vec<u8>,
    region: String,
    language: String,
    template: Option<String>,
    phone_number_id: Option<String>,
    price: i32,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
    created_at: OffsetDateTime,
    failed_at: Option<OffsetDateTime>,
}

impl TryFrom<MessageRecordRow> for MessageRecord {
    type Error = Unreadable;

    fn try_from(row: MessageRecordRow) -> Result<Self, Unreadable> {
        let template = row.template.as_deref().map(TemplateName::parse);
        let phone_number_id = row.phone_number_id.as_deref().map(ProviderId::parse);
        Ok(Self {
            id: MessageId(row.id),
            status: read_status(row.status)?,
            recipient: Sealed(row.recipient),
            region: Region::parse(&row.region).map_err(|_| Unreadable("messages.region"))?,
            language: read_language(&row.language, "messages.language")?,
            template: template
                .transpose()
                .map_err(|_| Unreadable("templates.name"))?,
            phone_number_id: phone_number_id
                .transpose()
                .map_err(|_| Unreadable("senders.phone_number_id"))?,
            price: read_credits(row.price, "messages.price")?,
            failure: read_failure(row.failure_code, row.failure_title, row.failure_reason),
            created_at: row.created_at.into(),
            failed_at: read_optional(row.failed_at),
        })
    }
}

/// What is read back of an event; it is written by a statement of the send ledger's own.
#[derive(Queryable, Selectable)]
#[diesel(table_name = message_events, check_for_backend(diesel::pg::Pg))]
pub(crate) struct MessageEventRow {
    status: i16,
    source: i16,
    changed_status: bool,
    provider_time: Option<OffsetDateTime>,
    recorded_at: OffsetDateTime,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
}

impl TryFrom<MessageEventRow> for MessageEvent {
    type Error = Unreadable;

    fn try_from(row: MessageEventRow) -> Result<Self, Unreadable> {
        let source = EventSource::from_code(row.source);
        Ok(Self {
            status: read_status(row.status)?,
            source: source.ok_or(Unreadable("message_events.source"))?,
            changed_status: row.changed_status,
            provider_time: read_optional(row.provider_time),
            recorded_at: row.recorded_at.into(),
            failure: read_failure(row.failure_code, row.failure_title, row.failure_reason),
        })
    }
}

/// A failure is a title and a reason, or none.
fn read_failure(
    code: Option<i32>,
    title: Option<String>,
    reason: Option<String>,
) -> Option<Failure> {
    let (title, reason) = title.zip(reason)?;
    Some(Failure {
        code,
        title,
        reason,
    })
}
