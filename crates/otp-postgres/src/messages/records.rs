//! Messages as their account reads them: with the names of sender and template, and with their events.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{
    Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as UuidColumn,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join3;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{MessageEvent, MessageHistory, MessageRecord};
use otp_core::ports::PortError;
use uuid::Uuid;

use crate::errors::port_error;
use crate::rows::{MessageEventRow, MessageRecordRow, read_all};
use crate::schema::message_events;
use crate::statement::statement;
use crate::transaction::Transaction;

type RecordColumns = (
    UuidColumn,
    SmallInt,
    Binary,
    Text,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Integer,
    Nullable<Integer>,
    Nullable<Text>,
    Nullable<Text>,
    Timestamptz,
    Nullable<Timestamptz>,
);

/// The records of the messages that `$from` names.
macro_rules! records {
    ($from:literal) => {
        concat!(
            "SELECT message.id, message.status, message.recipient, message.region, \
                 message.language, template.name, sender.phone_number_id, message.price, \
                 message.failure_code, message.failure_title, message.failure_reason, \
                 message.created_at, message.failed_at \
             FROM ",
            $from,
            " AS message \
             LEFT JOIN templates AS template ON template.id = message.template_id \
             LEFT JOIN senders AS sender ON sender.id = message.sender_id "
        )
    };
}

statement! {
    /// One message of an account.
    FindRecord { id: Uuid => UuidColumn, account_id: Uuid => UuidColumn } -> RecordColumns,
    concat!(records!("messages"), "WHERE message.id = {} AND message.account_id = {}")
}

/// A message and its events, of one moment.
pub(super) async fn history(
    transaction: &Transaction,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, PortError> {
    let connection = transaction.connection();
    let ((), record, events) = try_join3(
        transaction.begin_snapshot(),
        find_record(connection, account, message),
        load_events(connection, message),
    )
    .await
    .map_err(port_error)?;
    let Some(record) = record else {
        return Ok(None);
    };
    Ok(Some(MessageHistory {
        record: MessageRecord::try_from(record)?,
        events: read_all::<_, MessageEvent>(events)?,
    }))
}

async fn find_record(
    mut connection: &AsyncPgConnection,
    account: AccountId,
    message: MessageId,
) -> QueryResult<Option<MessageRecordRow>> {
    let find = FindRecord {
        id: message.0,
        account_id: account.0,
    };
    let mut found = find.load::<MessageRecordRow>(&mut connection).await?;
    Ok(found.pop())
}

async fn load_events(
    mut connection: &AsyncPgConnection,
    message: MessageId,
) -> QueryResult<Vec<MessageEventRow>> {
    message_events::table
        .filter(message_events::message_id.eq(message.0))
        .order(message_events::id)
        .select(MessageEventRow::as_select())
        .load(&mut connection)
        .await
}
