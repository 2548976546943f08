//! Messages as their account reads them, with the names of sender and template and with their events.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{MessageHistory, MessageQuery};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{MessageEventRow, MessageRecordRow, read, read_all};
use otp_rows::schema::message_events;
use serde_json::json;

use crate::errors::StoreError;

/// The records of the messages that `$from` names.
macro_rules! records {
    ($from:literal) => {
        concat!(
            "SELECT message.id, message.status, message.recipient, message.channel, message.region,
                 message.language, template.name AS template, sender.phone_number_id,
                 message.price, message.failure_code, message.failure_title,
                 message.failure_reason, message.created_at, message.failed_at
             FROM ",
            $from,
            " AS message
             LEFT JOIN templates AS template ON template.id = message.template_id
             LEFT JOIN senders AS sender ON sender.id = message.sender_id "
        )
    };
}

/// A page of those records, in order. The first parameter is the account, the last the recipient.
macro_rules! page {
    ($from:literal, $and:literal) => {
        concat!(
            records!($from),
            "WHERE message.created_at >= ?2 AND (message.created_at, message.id) < (?3, ?4)
               AND message.status IN (SELECT value FROM json_each(?5)) ",
            $and,
            " ORDER BY message.created_at DESC, message.id DESC LIMIT ?6"
        )
    };
}

const ONE: &str = concat!(
    records!("messages"),
    "WHERE message.id = ?1 AND message.account_id = ?2"
);

pub(crate) const OF_ACCOUNT: &str = page!("messages", "AND message.account_id = ?1");

/// Failed messages and the others have an index each, hence the two arms; every message is in exactly
/// one. Without `INDEXED BY`, SQLite reads all messages of the account to avoid sorting a recipient's.
pub(crate) const OF_RECIPIENT: &str = page!(
    "(SELECT * FROM messages
      INDEXED BY messages_by_recipient
      WHERE account_id = ?1 AND recipient_index = ?7 AND failed_at IS NULL
      UNION ALL SELECT * FROM messages
      INDEXED BY failed_messages_by_recipient
      WHERE account_id = ?1 AND recipient_index = ?7 AND failed_at IS NOT NULL)",
    ""
);

/// Returns a message and its events.
pub(super) fn history(
    connection: &mut SqliteConnection,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, StoreError> {
    let found = diesel::sql_query(ONE)
        .bind::<Id, _>(Col(message))
        .bind::<Id, _>(Col(account));
    let Some(record) = found
        .get_result::<MessageRecordRow>(connection)
        .optional()?
    else {
        return Ok(None);
    };
    let events = message_events::table
        .filter(message_events::message_id.eq(Col(message)))
        .order(message_events::id)
        .select(MessageEventRow::as_select())
        .load(connection)?;
    Ok(Some(MessageHistory {
        record: read(record)?,
        events: read_all(events)?,
    }))
}

/// Returns the messages that match the query.
pub(super) fn list(
    connection: &mut SqliteConnection,
    query: &MessageQuery,
) -> Result<Vec<MessageRecordRow>, StoreError> {
    let statuses: Vec<_> = query.statuses.iter().map(|status| status.code()).collect();
    let text = match query.recipient {
        None => OF_ACCOUNT,
        Some(_) => OF_RECIPIENT,
    };
    let page = diesel::sql_query(text)
        .bind::<Id, _>(Col(query.account_id))
        .bind::<Instant, _>(Col(query.since))
        .bind::<Instant, _>(Col(query.before.created_at))
        .bind::<Id, _>(Col(MessageId(query.before.id)))
        .bind::<Text, _>(json!(statuses).to_string())
        .bind::<BigInt, _>(i64::try_from(query.limit).unwrap_or(i64::MAX));
    let rows = match query.recipient {
        None => page.load(connection)?,
        Some(recipient) => page.bind::<Binary, _>(Col(recipient)).load(connection)?,
    };
    Ok(rows)
}
