//! Appending to the timelines of messages.

use diesel::QueryResult;
use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::MessageId;
use otp_core::message::MessageEvent;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::statement::statement;

type SmallInts = sql_types::Array<sql_types::SmallInt>;
type Integers = sql_types::Array<sql_types::Nullable<sql_types::Integer>>;
type Texts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;
type Instants = sql_types::Array<sql_types::Nullable<sql_types::Timestamptz>>;

statement! {
    /// Appends events in the order given; what a message was told before by the same source stays as
    /// it was told first.
    AppendEvents {
        message_id: Vec<Uuid> => sql_types::Array<sql_types::Uuid>,
        status: Vec<i16> => SmallInts,
        source: Vec<i16> => SmallInts,
        changed_status: Vec<bool> => sql_types::Array<sql_types::Bool>,
        provider_time: Vec<Option<OffsetDateTime>> => Instants,
        recorded_at: Vec<OffsetDateTime> => sql_types::Array<sql_types::Timestamptz>,
        failure_code: Vec<Option<i32>> => Integers,
        failure_title: Vec<Option<String>> => Texts,
        failure_reason: Vec<Option<String>> => Texts,
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
        message_id: events.iter().map(|(id, _)| id.0).collect(),
        status: of().map(|event| event.status.code()).collect(),
        source: of().map(|event| event.source.code()).collect(),
        changed_status: of().map(|event| event.changed_status).collect(),
        provider_time: of()
            .map(|event| Some(event.provider_time?.into()))
            .collect(),
        recorded_at: of().map(|event| event.recorded_at.into()).collect(),
        failure_code: failures().map(|failure| failure?.code).collect(),
        failure_title: failures()
            .map(|failure| Some(failure?.title.clone()))
            .collect(),
        failure_reason: failures()
            .map(|failure| Some(failure?.reason.clone()))
            .collect(),
    };
    append.execute(&mut connection).await?;
    Ok(())
}
