//! Rows of messages as their account reads them, and of their events.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text};
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::ids::MessageId;
use otp_core::message::{EventSource, Failure, MessageEvent, MessageRecord};
use otp_core::region::Region;
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;

use crate::errors::StoreError;
use crate::rows::{Id, read_credits, read_language, read_status};
use crate::schema::message_events;

/// A message, with the names of its template and its sender.
#[derive(QueryableByName)]
pub(crate) struct MessageRecordRow {
    #[diesel(sql_type = Binary)]
    id: Id,
    #[diesel(sql_type = SmallInt)]
    status: i16,
    #[diesel(sql_type = Binary)]
    recipient: Vec<u8>,
    #[diesel(sql_type = Text)]
    region: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Text>)]
    template: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    phone_number_id: Option<String>,
    #[diesel(sql_type = BigInt)]
    price: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    failure_code: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    failure_title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    failure_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    failed_at: Option<i64>,
}

impl TryFrom<MessageRecordRow> for MessageRecord {
    type Error = StoreError;

    fn try_from(row: MessageRecordRow) -> Result<Self, StoreError> {
        let template = row.template.as_deref().map(TemplateName::parse);
        let phone_number_id = row.phone_number_id.as_deref().map(ProviderId::parse);
        Ok(Self {
            id: MessageId(row.id.0),
            status: read_status(row.status)?,
            recipient: Sealed(row.recipient),
            region: Region::parse(&row.region)
                .map_err(|_| StoreError::Unreadable("messages.region"))?,
            language: read_language(&row.language, "messages.language")?,
            template: template
                .transpose()
                .map_err(|_| StoreError::Unreadable("templates.name"))?,
            phone_number_id: phone_number_id
                .transpose()
                .map_err(|_| StoreError::Unreadable("senders.phone_number_id"))?,
            price: read_credits(row.price, "messages.price")?,
            failure: read_failure(row.failure_code, row.failure_title, row.failure_reason),
            created_at: Timestamp::from_unix_millis(row.created_at),
            failed_at: row.failed_at.map(Timestamp::from_unix_millis),
        })
    }
}

/// What is read back of an event; it is written by a statement of the send ledger's own.
#[derive(Queryable, Selectable)]
#[diesel(table_name = message_events)]
pub(crate) struct MessageEventRow {
    status: i16,
    source: i16,
    changed_status: bool,
    provider_time: Option<i64>,
    recorded_at: i64,
    failure_code: Option<i32>,
    failure_title: Option<String>,
    failure_reason: Option<String>,
}

impl TryFrom<MessageEventRow> for MessageEvent {
    type Error = StoreError;

    fn try_from(row: MessageEventRow) -> Result<Self, StoreError> {
        let source = EventSource::from_code(row.source);
        Ok(Self {
            status: read_status(row.status)?,
            source: source.ok_or(StoreError::Unreadable("message_events.source"))?,
            changed_status: row.changed_status,
            provider_time: row.provider_time.map(Timestamp::from_unix_millis),
            recorded_at: Timestamp::from_unix_millis(row.recorded_at),
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
