//! Appending to the timelines of messages.

use diesel::prelude::*;
use otp_core::ids::MessageId;
use otp_core::message::MessageEvent;
use serde_json::{Value, json};

use crate::errors::StoreError;
use crate::set_based::{id, set_based};

/// If a source reports a status again, the first report stays.
const APPEND: &str = "
    INSERT INTO message_events (message_id, status, source, changed_status, provider_time,
        recorded_at, failure_code, failure_title, failure_reason)
    SELECT unhex(new.value ->> 0), new.value ->> 1, new.value ->> 2, new.value ->> 3,
        new.value ->> 4, new.value ->> 5, new.value ->> 6, new.value ->> 7, new.value ->> 8
    FROM json_each(?) AS new WHERE true ORDER BY new.key
    ON CONFLICT (message_id, status, source) DO NOTHING";

/// Appends events in their order.
pub(super) fn append_events(
    connection: &mut SqliteConnection,
    events: &[(MessageId, MessageEvent)],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    set_based(APPEND, events.iter().map(row)).execute(connection)?;
    Ok(())
}

fn row((message, event): &(MessageId, MessageEvent)) -> Value {
    let failure = event.failure.as_ref();
    json!([
        id(message.0),
        event.status.code(),
        event.source.code(),
        i32::from(event.changed_status),
        event
            .provider_time
            .map(otp_core::time::Timestamp::unix_millis),
        event.recorded_at.unix_millis(),
        failure.and_then(|failure| failure.code),
        failure.map(|failure| &failure.title),
        failure.map(|failure| &failure.reason),
    ])
}
