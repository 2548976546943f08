//! Messages as their account reads them: with the names of sender and template, and with their events.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text};
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{MessageEvent, MessageHistory, MessageRecord};
use serde_json::json;

use crate::errors::StoreError;
use crate::rows::{Id, MessageEventRow, MessageRecordRow, read_all};
use crate::schema::message_events;
use crate::set_based::{id, set_based};

type RecordColumns = (
    Binary,
    SmallInt,
    Binary,
    Text,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    BigInt,
    Nullable<Integer>,
    Nullable<Text>,
    Nullable<Text>,
    BigInt,
    Nullable<BigInt>,
);

/// The records of the messages that `$from` names.
macro_rules! records {
    ($from:literal) => {
        concat!(
            "SELECT message.id, message.status, message.recipient, message.region,
                 message.language, template.name, sender.phone_number_id, message.price,
                 message.failure_code, message.failure_title, message.failure_reason,
                 message.created_at, message.failed_at
             FROM json_each(?) AS wanted CROSS JOIN ",
            $from,
            " AS message
             LEFT JOIN templates AS template ON template.id = message.template_id
             LEFT JOIN senders AS sender ON sender.id = message.sender_id "
        )
    };
}

const ONE: &str = concat!(
    records!("messages"),
    "WHERE message.id = unhex(wanted.value ->> 0)
       AND message.account_id = unhex(wanted.value ->> 1)"
);

/// A message and its events.
pub(super) fn history(
    connection: &mut SqliteConnection,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, StoreError> {
    let wanted = [json!([id(message.0), id(account.0)])];
    let found: Vec<MessageRecordRow> = set_based::<RecordColumns>(ONE, wanted).load(connection)?;
    let Some(record) = found.into_iter().next() else {
        return Ok(None);
    };
    let events = message_events::table
        .filter(message_events::message_id.eq(Id(message.0)))
        .order(message_events::id)
        .select(MessageEventRow::as_select())
        .load(connection)?;
    Ok(Some(MessageHistory {
        record: MessageRecord::try_from(record)?,
        events: read_all::<_, MessageEvent>(events)?,
    }))
}
