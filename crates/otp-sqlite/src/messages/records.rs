//! Messages as their account reads them, with the names of sender and template and with their events.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{MessageHistory, MessageQuery};
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{ExaminedMessageRow, MessageEventRow, MessageRecordRow, read, read_all};
use otp_rows::schema::message_events;
use serde_json::json;

use crate::errors::StoreError;
use crate::set_based::id;

/// The records of the messages that `$from` names as `message`, and `$more` of them. A receipt of 2 (Delivered) or
/// 3 (Read) says that a message arrived.
macro_rules! records {
    ($from:expr, $more:literal) => {
        concat!(
            "SELECT message.id, message.status, message.recipient, message.channel, message.region,
                 message.language, template.name AS template, sender.phone_number_id,
                 message.price, message.failure_code, message.failure_title,
                 message.failure_reason, message.created_at, message.failed_at, message.outcome,
                 message.outcome_at,
                 (SELECT min(event.recorded_at) FROM message_events AS event
                  WHERE event.message_id = message.id AND event.status IN (2, 3)) AS delivered_at",
            $more,
            " FROM ",
            $from,
            " LEFT JOIN templates AS template ON template.id = message.template_id
             LEFT JOIN senders AS sender ON sender.id = message.sender_id "
        )
    };
}

/// The newest messages that `$which` selects, in order, at most as many as may be looked at.
macro_rules! newest {
    ($which:literal) => {
        concat!(
            "SELECT id, created_at, status FROM messages ",
            $which,
            " AND created_at >= ?2 AND (created_at, id) < (?3, ?4) AND in_time()
              ORDER BY created_at DESC, id DESC LIMIT ?7"
        )
    };
}

/// The records of a page among the messages that `$newest` looks at: those that match, and the last one
/// that may be looked at, whose place shows that the search ended there. `CROSS JOIN` keeps the order of
/// the join.
macro_rules! page {
    ($newest:expr) => {
        concat!(
            records!(
                concat!(
                    "(SELECT *, row_number() OVER (ORDER BY created_at DESC, id DESC) AS place
                      FROM (",
                    $newest,
                    ")) AS newest CROSS JOIN messages AS message ON message.id = newest.id"
                ),
                ", newest.place"
            ),
            "WHERE newest.status IN (SELECT value FROM json_each(?5)) OR newest.place = ?7
             ORDER BY newest.created_at DESC, newest.id DESC LIMIT ?6"
        )
    };
}

/// Messages of an account. `CROSS JOIN` keeps the order of the join.
const WANTED: &str = concat!(
    records!(
        "json_each(?1) AS wanted
             CROSS JOIN messages AS message ON message.id = unhex(wanted.value)",
        ""
    ),
    "WHERE message.account_id = ?2"
);

pub(crate) const OF_ACCOUNT: &str = page!(newest!("WHERE account_id = ?1"));

/// Failed messages and the others have an index each, hence the two arms; every message is in exactly
/// one. Without `INDEXED BY`, SQLite reads all messages of the account to avoid sorting a recipient's.
pub(crate) const OF_RECIPIENT: &str = page!(concat!(
    "SELECT * FROM (SELECT * FROM (",
    newest!(
        "INDEXED BY messages_by_recipient
         WHERE account_id = ?1 AND recipient_index = ?8 AND failed_at IS NULL"
    ),
    ") UNION ALL SELECT * FROM (",
    newest!(
        "INDEXED BY failed_messages_by_recipient
         WHERE account_id = ?1 AND recipient_index = ?8 AND failed_at IS NOT NULL"
    ),
    ")) ORDER BY created_at DESC, id DESC LIMIT ?7"
));

/// Returns a message and its events.
pub(super) fn history(
    connection: &mut SqliteConnection,
    account: AccountId,
    message: MessageId,
) -> Result<Option<MessageHistory>, StoreError> {
    let Some(record) = load(connection, account, &[message])?.pop() else {
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

/// Loads messages of an account.
pub(super) fn load(
    connection: &mut SqliteConnection,
    account: AccountId,
    messages: &[MessageId],
) -> QueryResult<Vec<MessageRecordRow>> {
    let wanted: Vec<_> = messages.iter().map(|message| id(message.0)).collect();
    diesel::sql_query(WANTED)
        .bind::<Text, _>(json!(wanted).to_string())
        .bind::<Id, _>(Col(account))
        .load(connection)
}

/// Returns the messages that match the query, and the last one that may be looked at.
pub(super) fn list(
    connection: &mut SqliteConnection,
    query: &MessageQuery,
) -> Result<Vec<ExaminedMessageRow>, StoreError> {
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
        .bind::<BigInt, _>(i64::try_from(query.limit).unwrap_or(i64::MAX))
        .bind::<BigInt, _>(i64::try_from(query.examine).unwrap_or(i64::MAX));
    let rows = match query.recipient {
        None => page.load(connection)?,
        Some(recipient) => page.bind::<Binary, _>(Col(recipient)).load(connection)?,
    };
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use diesel::connection::SimpleConnection;
    use otp_core::message::{FoundMessages, MessageStatus};
    use otp_core::page::PagePosition;
    use otp_core::sealing::RecipientIndex;
    use otp_core::time::Timestamp;
    use uuid::Uuid;

    use super::*;
    use crate::connect::in_time;

    const SCHEMA: &str =
        include_str!("../../../../migrations/sqlite/2026-11-28-000000_initial/up.sql");

    /// 3,000 messages of one account to one recipient, every other of them failed (4), the rest sent (1).
    const MESSAGES: &str = "
        WITH RECURSIVE numbered (n) AS
            (SELECT 1 UNION ALL SELECT n + 1 FROM numbered WHERE n < 3000)
        INSERT INTO messages (id, account_id, api_key_id, channel, sender_id, template_id, language,
            recipient_index, recipient, region, price, subscription_id, status, created_at, updated_at,
            expires_at, failed_at)
        SELECT unhex(printf('%032x', n)), zeroblob(16), zeroblob(16), 0, zeroblob(16), zeroblob(16), 'en',
            zeroblob(32), x'00', 'SA', 1, zeroblob(16), iif(n % 2, 4, 1), n, n, n, iif(n % 2, n, NULL)
        FROM numbered";

    #[test]
    fn a_search_looks_at_no_more_rows_than_it_may() {
        let mut connection = SqliteConnection::establish(":memory:").expect("memory");
        connection.batch_execute(SCHEMA).expect("schema");
        connection.batch_execute(MESSAGES).expect("messages");
        let rows = in_time::count_calls(&mut connection);
        let of_account = MessageQuery {
            account_id: AccountId(Uuid::nil()),
            recipient: None,
            // Nobody has read anything.
            statuses: vec![MessageStatus::Read],
            since: Timestamp::from_unix_millis(0),
            before: PagePosition::END,
            limit: 20,
            examine: 500,
        };
        let of_recipient = MessageQuery {
            recipient: Some(RecipientIndex([0; 32])),
            ..of_account.clone()
        };
        // Failed messages to a recipient and the others are in two indexes.
        for (query, most) in [(of_account, 500), (of_recipient, 2 * 500)] {
            let before = rows.load(Ordering::Relaxed);
            let found = list(&mut connection, &query).expect("a search");
            let found = FoundMessages::of_examined(read_all(found).expect("readable"), &query);
            let end = found.examined_to.map(|end| end.created_at.unix_millis());
            assert_eq!((found.records.len(), end), (0, Some(2_501)), "{query:?}");
            let looked_at = rows.load(Ordering::Relaxed) - before;
            assert!(
                (500..=most + 2).contains(&looked_at),
                "{looked_at}, {query:?}"
            );
        }
    }
}
