//! Messages as their account reads them, with the names of sender and template and with their events.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{FoundMessages, MessageHistory, MessageQuery, MessageStatus};
use otp_core::ports::PortError;
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{ExaminedMessageRow, MessageEventRow, MessageRecordRow, read, read_all};
use otp_rows::schema::message_events;

use crate::errors::port_error;
use crate::pipeline::{try_join, try_join3};
use crate::statement::{each, statement};
use crate::transaction::{BEGIN_AT_ONE_MOMENT, Transaction};

/// The records of the messages that `$from` names, and `$more` of them. A receipt of 2 (Delivered) or 3 (Read) says
/// that a message arrived.
macro_rules! records {
    ($from:expr, $more:literal) => {
        concat!(
            "SELECT message.id, message.status, message.recipient, message.channel, message.region, \
                 message.language, template.name AS template, sender.phone_number_id, \
                 message.price, message.failure_code, message.failure_title, message.failure_reason, \
                 message.created_at, message.failed_at, message.outcome, message.outcome_at, \
                 (SELECT min(event.recorded_at) FROM message_events AS event \
                  WHERE event.message_id = message.id AND event.status IN (2, 3)) AS delivered_at",
            $more,
            " FROM ",
            $from,
            " AS message \
             LEFT JOIN templates AS template ON template.id = message.template_id \
             LEFT JOIN senders AS sender ON sender.id = message.sender_id "
        )
    };
}

/// The newest messages that `$which` selects, in order, at most as many as may be looked at.
macro_rules! newest {
    ($which:literal) => {
        concat!(
            "(SELECT * FROM messages WHERE ",
            $which,
            " AND created_at >= {} AND (created_at, id) < ({}, {}) \
             ORDER BY created_at DESC, id DESC LIMIT {})"
        )
    };
}

/// The records of a page among the messages that `$newest` looks at: those that match, and the last one
/// that may be looked at, whose place shows that the search ended there.
macro_rules! page {
    ($newest:expr) => {
        concat!(
            records!(
                concat!(
                    "(SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place FROM ",
                    $newest,
                    " AS newest)"
                ),
                ", message.place"
            ),
            "WHERE message.status = ANY({}) OR message.place = {} \
             ORDER BY message.created_at DESC, message.id DESC LIMIT {}"
        )
    };
}

statement! {
    /// Messages of an account.
    FindRecords { id: [MessageId], account_id: AccountId } -> MessageRecordRow,
    concat!(records!("messages", ""), "WHERE message.id = ANY({}) AND message.account_id = {}")
}

statement! {
    /// A page of an account's messages. Every time is later than `-infinity`; the index has the same
    /// condition, and only this statement uses it.
    ListOfAccount {
        account_id: AccountId,
        since: Timestamp,
        before_time: Timestamp,
        before_id: MessageId,
        examine: i64,
        statuses: [MessageStatus],
        end: i64,
        limit: i64,
    }
    -> ExaminedMessageRow,
    page!(newest!("account_id = {} AND created_at > '-infinity'"))
}

statement! {
    /// A page of the messages to one recipient. Failed messages and the others have an index each, hence
    /// the two arms; every message is in exactly one.
    ListOfRecipient {
        account_id: AccountId,
        recipient: RecipientIndex,
        since: Timestamp,
        before_time: Timestamp,
        before_id: MessageId,
        examine: i64,
        account_id_again: AccountId,
        recipient_again: RecipientIndex,
        since_again: Timestamp,
        before_time_again: Timestamp,
        before_id_again: MessageId,
        examine_again: i64,
        examine_both: i64,
        statuses: [MessageStatus],
        end: i64,
        limit: i64,
    }
    -> ExaminedMessageRow,
    page!(concat!(
        "(SELECT * FROM (",
        newest!("account_id = {} AND recipient_index = {} AND failed_at IS NULL"),
        " UNION ALL ",
        newest!("account_id = {} AND recipient_index = {} AND failed_at IS NOT NULL"),
        ") AS both_arms ORDER BY created_at DESC, id DESC LIMIT {})"
    ))
}

/// Makes the planner read messages in the order of their index. If it does not know their number, it
/// would read and sort all of them.
const BEGIN_IN_ORDER: &str = "BEGIN READ ONLY; \
     SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";

/// Returns the messages that match the query.
pub(super) async fn list(
    transaction: &Transaction,
    query: &MessageQuery,
) -> Result<FoundMessages, PortError> {
    let connection = transaction.connection();
    let account_id = Col(query.account_id);
    let since = Col(query.since);
    let (before_time, before_id) = (
        Col(query.before.created_at),
        Col(MessageId(query.before.id)),
    );
    let statuses = each(&query.statuses, |status| *status);
    let limit = Col(i64::try_from(query.limit).unwrap_or(i64::MAX));
    let examine = Col(i64::try_from(query.examine).unwrap_or(i64::MAX));
    let begin = transaction.begin_brief(BEGIN_IN_ORDER);
    let ((), rows) = if let Some(recipient) = query.recipient {
        let list = ListOfRecipient {
            account_id,
            recipient: Col(recipient),
            since,
            before_time,
            before_id,
            examine,
            account_id_again: account_id,
            recipient_again: Col(recipient),
            since_again: since,
            before_time_again: before_time,
            before_id_again: before_id,
            examine_again: examine,
            examine_both: examine,
            statuses,
            end: examine,
            limit,
        };
        try_join(begin, list.rows(connection)).await
    } else {
        let list = ListOfAccount {
            account_id,
            since,
            before_time,
            before_id,
            examine,
            statuses,
            end: examine,
            limit,
        };
        try_join(begin, list.rows(connection)).await
    }
    .map_err(port_error)?;
    Ok(FoundMessages::of_examined(read_all(rows)?, query))
}

/// Returns a message and its events, as of one moment.
pub(super) async fn history(
    transaction: &Transaction,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, PortError> {
    let connection = transaction.connection();
    let ((), mut records, events) = try_join3(
        transaction.begin_brief(BEGIN_AT_ONE_MOMENT),
        load(connection, account, vec![message]),
        load_events(connection, message),
    )
    .await
    .map_err(port_error)?;
    let Some(record) = records.pop() else {
        return Ok(None);
    };
    Ok(Some(MessageHistory {
        record: read(record)?,
        events: read_all(events)?,
    }))
}

/// Loads messages of an account.
pub(super) async fn load(
    connection: &AsyncPgConnection,
    account: AccountId,
    messages: Vec<MessageId>,
) -> QueryResult<Vec<MessageRecordRow>> {
    let find = FindRecords {
        id: each(&messages, |message| *message),
        account_id: Col(account),
    };
    find.rows(connection).await
}

async fn load_events(
    mut connection: &AsyncPgConnection,
    message: MessageId,
) -> QueryResult<Vec<MessageEventRow>> {
    message_events::table
        .filter(message_events::message_id.eq(Col(message)))
        .order(message_events::id)
        .select(MessageEventRow::as_select())
        .load(&mut connection)
        .await
}
