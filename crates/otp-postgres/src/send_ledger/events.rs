//! Appending to the timelines of messages.

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::MessageId;
use otp_core::message::{EventSource, MessageEvent, MessageStatus};
use otp_core::time::Timestamp;

use crate::statement::{each, statement};

statement! {
    /// Appends events in the order given. If a source reports a status again, the first report stays.
    AppendEvents {
        message_id: [MessageId],
        status: [MessageStatus],
        source: [EventSource],
        changed_status: [bool],
        provider_time: [Option<Timestamp>],
        recorded_at: [Timestamp],
        failure_code: [Option<i32>],
        failure_title: [Option<String>],
        failure_reason: [Option<String>],
    },
    "INSERT INTO message_events (message_id, status, source, changed_status, provider_time, \
         recorded_at, failure_code, failure_title, failure_reason) \
     SELECT message_id, status, source, changed_status, provider_time, recorded_at, failure_code, \
         failure_title, failure_reason \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS event (message_id, status, \
         source, changed_status, provider_time, recorded_at, failure_code, failure_title, \
         failure_reason, position) \
     ORDER BY position \
     ON CONFLICT (message_id, status, source) DO NOTHING"
}

/// Appends events of messages that are locked, so that their order is the order of the timeline.
pub(super) async fn append_events(
    mut connection: &AsyncPgConnection,
    events: &[(MessageId, MessageEvent)],
) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let of = || events.iter().map(|(_, event)| event);
    let failures = || of().map(|event| event.failure.as_ref());
    let append = AppendEvents {
        message_id: each(events, |(id, _)| *id),
        status: each(of(), |event| event.status),
        source: each(of(), |event| event.source),
        changed_status: each(of(), |event| event.changed_status),
        provider_time: each(of(), |event| event.provider_time),
        recorded_at: each(of(), |event| event.recorded_at),
        failure_code: each(failures(), |failure| failure?.code),
        failure_title: each(failures(), |failure| Some(failure?.title.clone())),
        failure_reason: each(failures(), |failure| Some(failure?.reason.clone())),
    };
    append.execute(&mut connection).await?;
    Ok(())
}
