//! Messages as their account reads them: with the names of sender and template, and with their events.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as UuidColumn,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join3};
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{MessageEvent, MessageHistory, MessageQuery, MessageRecord};
use otp_core::ports::PortError;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::port_error;
use crate::rows::{MessageEventRow, MessageRecordRow, read_all};
use crate::schema::message_events;
use crate::statement::statement;
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};

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

/// Which of them, and in which order; the names of `$from` go before it.
macro_rules! page {
    ($from:literal) => {
        concat!(
            records!($from),
            "WHERE message.created_at >= {} AND (message.created_at, message.id) < ({}, {}) \
                 AND message.status = ANY({}) \
             ORDER BY message.created_at DESC, message.id DESC LIMIT {}"
        )
    };
}

statement! {
    /// One message of an account.
    FindRecord { id: Uuid => UuidColumn, account_id: Uuid => UuidColumn } -> RecordColumns,
    concat!(records!("messages"), "WHERE message.id = {} AND message.account_id = {}")
}

statement! {
    /// A page of an account's messages. Every time is later than `-infinity`: the index has the same
    /// condition, and is there for this statement alone.
    ListOfAccount {
        account_id: Uuid => UuidColumn,
        since: OffsetDateTime => Timestamptz,
        before_time: OffsetDateTime => Timestamptz,
        before_id: Uuid => UuidColumn,
        statuses: Vec<i16> => Array<SmallInt>,
        limit: i64 => BigInt,
    }
    -> RecordColumns,
    page!("(SELECT * FROM messages WHERE account_id = {} AND created_at > '-infinity')")
}

statement! {
    /// A page of the messages to one recipient. The failed and the others are in an index each, hence
    /// the two arms, of which every message is in exactly one. `OFFSET 0` keeps what narrows the page
    /// out of them, or they would be looked up by it and not by the recipient.
    ListOfRecipient {
        account_id: Uuid => UuidColumn,
        recipient: Vec<u8> => Binary,
        account_id_again: Uuid => UuidColumn,
        recipient_again: Vec<u8> => Binary,
        since: OffsetDateTime => Timestamptz,
        before_time: OffsetDateTime => Timestamptz,
        before_id: Uuid => UuidColumn,
        statuses: Vec<i16> => Array<SmallInt>,
        limit: i64 => BigInt,
    }
    -> RecordColumns,
    page!("(SELECT * FROM messages \
            WHERE account_id = {} AND recipient_index = {} AND failed_at IS NULL \
            UNION ALL SELECT * FROM messages \
            WHERE account_id = {} AND recipient_index = {} AND failed_at IS NOT NULL OFFSET 0)")
}

/// The messages of an account lie in the order of a page already. A planner that does not know how many
/// they are would read and sort all of them: it is told to do neither.
const BEGIN_IN_ORDER: &str = "BEGIN READ ONLY; \
     SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";

/// The messages the query looks for.
pub(super) async fn list(
    transaction: &Transaction,
    query: &MessageQuery,
) -> Result<Vec<MessageRecord>, PortError> {
    let mut connection = transaction.connection();
    let account_id = query.account_id.0;
    let since = query.since.into();
    let (before_time, before_id) = (query.before.created_at.into(), query.before.id.0);
    let statuses = query.statuses.iter().map(|status| status.code()).collect();
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let rows: Vec<MessageRecordRow> = if let Some(recipient) = query.recipient {
        let list = ListOfRecipient {
            account_id,
            recipient: recipient.0.to_vec(),
            account_id_again: account_id,
            recipient_again: recipient.0.to_vec(),
            since,
            before_time,
            before_id,
            statuses,
            limit,
        };
        let ((), rows) = try_join(transaction.begin(), list.load(&mut connection))
            .await
            .map_err(port_error)?;
        rows
    } else {
        let list = ListOfAccount {
            account_id,
            since,
            before_time,
            before_id,
            statuses,
            limit,
        };
        let begin = transaction.begin_with(BEGIN_IN_ORDER);
        let ((), rows) = try_join(begin, list.load(&mut connection))
            .await
            .map_err(port_error)?;
        rows
    };
    Ok(read_all(rows)?)
}

/// A message and its events, of one moment.
pub(super) async fn history(
    transaction: &Transaction,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, PortError> {
    let connection = transaction.connection();
    let ((), record, events) = try_join3(
        transaction.begin_with(BEGIN_AT_ONE_MOMENT),
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
