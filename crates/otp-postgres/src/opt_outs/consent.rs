//! The recording of wishes: lock, load what holds, ask the core, write what it says.

use std::collections::BTreeSet;

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join3};
use otp_core::ids::AccountId;
use otp_core::opt_out::LastWish;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, JudgedConsent};
use otp_core::ports::PortError;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::{Unreadable, port_error};
use crate::rows::{read_provider_index, read_recipient_index, read_wish};
use crate::send_ledger::lock_accounts;
use crate::statement::statement;
use crate::transaction::Transaction;

type Byteas = sql_types::Array<sql_types::Bytea>;
type NullableByteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type Uuids = sql_types::Array<sql_types::Uuid>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// The wishes that hold.
    LastWishes { account_id: Vec<Uuid> => Uuids, recipient_index: Vec<Vec<u8>> => Byteas }
    -> (sql_types::Uuid, sql_types::Bytea, sql_types::SmallInt, sql_types::Timestamptz),
    "SELECT wanted.account_id, wanted.recipient_index, last.wish, last.wished_at \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT wish, wished_at FROM opt_outs \
         WHERE opt_outs.account_id = wanted.account_id \
             AND opt_outs.recipient_index = wanted.recipient_index OFFSET 0) AS last"
}

statement! {
    /// Which wishes are in the log.
    Logged {
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Byteas,
        message_index: Vec<Option<Vec<u8>>> => NullableByteas,
    }
    -> (sql_types::Uuid, sql_types::Bytea, sql_types::Bytea),
    "SELECT wanted.account_id, wanted.recipient_index, wanted.message_index \
     FROM unnest({}, {}, {}) AS wanted (account_id, recipient_index, message_index), LATERAL ( \
         SELECT 1 FROM consent_log \
         WHERE consent_log.account_id = wanted.account_id \
             AND consent_log.recipient_index = wanted.recipient_index \
             AND consent_log.message_index = wanted.message_index OFFSET 0) AS entry"
}

statement! {
    /// Appends to the log, in the order given.
    AppendConsent {
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Byteas,
        recipient: Vec<Option<Vec<u8>>> => NullableByteas,
        wish: Vec<i16> => Smallints,
        source: Vec<i16> => Smallints,
        message_index: Vec<Option<Vec<u8>>> => NullableByteas,
        wished_at: Vec<OffsetDateTime> => Instants,
        recorded_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO consent_log (account_id, recipient_index, recipient, wish, source, \
         message_index, wished_at, recorded_at) \
     SELECT account_id, recipient_index, recipient, wish, source, message_index, wished_at, \
         recorded_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS entry (account_id, \
         recipient_index, recipient, wish, source, message_index, wished_at, recorded_at, \
         position) \
     ORDER BY position"
}

statement! {
    /// Sets the wishes that hold from now on.
    SetWishes {
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Byteas,
        wish: Vec<i16> => Smallints,
        wished_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO opt_outs (account_id, recipient_index, wish, wished_at) \
     SELECT account_id, recipient_index, wish, wished_at \
     FROM unnest({}, {}, {}, {}) AS new (account_id, recipient_index, wish, wished_at) \
     ON CONFLICT (account_id, recipient_index) \
     DO UPDATE SET wish = excluded.wish, wished_at = excluded.wished_at"
}

pub(super) async fn record(
    transaction: &Transaction,
    entries: &[ConsentEntry],
) -> Result<(), PortError> {
    let connection = transaction.connection();
    let accounts: BTreeSet<_> = entries.iter().map(|entry| entry.account_id).collect();
    let (_, last, logged) = try_join3(
        try_join(transaction.begin(), lock_accounts(connection, &accounts)),
        load_last(connection, entries),
        load_logged(connection, entries),
    )
    .await
    .map_err(port_error)?;
    let judged = consent::judge(entries, facts(last, logged)?);
    try_join(append(connection, &judged), set(connection, &judged))
        .await
        .map_err(port_error)?;
    Ok(())
}

type LastRow = (Uuid, Vec<u8>, i16, OffsetDateTime);
type LoggedRow = (Uuid, Vec<u8>, Vec<u8>);

fn accounts_of(entries: &[ConsentEntry]) -> Vec<Uuid> {
    entries.iter().map(|entry| entry.account_id.0).collect()
}

fn recipients_of(entries: &[ConsentEntry]) -> Vec<Vec<u8>> {
    let indexes = entries.iter().map(|entry| entry.recipient_index);
    indexes.map(|index| index.0.to_vec()).collect()
}

fn messages_of(entries: &[ConsentEntry]) -> Vec<Option<Vec<u8>>> {
    let messages = entries.iter().map(|entry| entry.message);
    messages.map(|index| Some(index?.0.to_vec())).collect()
}

async fn load_last(
    mut connection: &AsyncPgConnection,
    entries: &[ConsentEntry],
) -> diesel::QueryResult<Vec<LastRow>> {
    let last = LastWishes {
        account_id: accounts_of(entries),
        recipient_index: recipients_of(entries),
    };
    last.load(&mut connection).await
}

async fn load_logged(
    mut connection: &AsyncPgConnection,
    entries: &[ConsentEntry],
) -> diesel::QueryResult<Vec<LoggedRow>> {
    let logged = Logged {
        account_id: accounts_of(entries),
        recipient_index: recipients_of(entries),
        message_index: messages_of(entries),
    };
    logged.load(&mut connection).await
}

fn facts(last: Vec<LastRow>, logged: Vec<LoggedRow>) -> Result<ConsentFacts, Unreadable> {
    let mut facts = ConsentFacts::default();
    for (account, recipient, wish, at) in last {
        let recipient = read_recipient_index(&recipient, "opt_outs.recipient_index")?;
        let last = LastWish {
            at: at.into(),
            wish: read_wish(wish, "opt_outs.wish")?,
        };
        facts.last.insert((AccountId(account), recipient), last);
    }
    for (account, recipient, message) in logged {
        let recipient = read_recipient_index(&recipient, "consent_log.recipient_index")?;
        let message = read_provider_index(&message, "consent_log.message_index")?;
        facts
            .logged
            .insert(((AccountId(account), recipient), message));
    }
    Ok(facts)
}

async fn append(
    mut connection: &AsyncPgConnection,
    judged: &JudgedConsent,
) -> diesel::QueryResult<()> {
    let entries = judged.entries.as_slice();
    if entries.is_empty() {
        return Ok(());
    }
    let append = AppendConsent {
        account_id: accounts_of(entries),
        recipient_index: recipients_of(entries),
        recipient: entries
            .iter()
            .map(|entry| Some(entry.recipient.as_ref()?.0.clone()))
            .collect(),
        wish: entries.iter().map(|entry| entry.wish.code()).collect(),
        source: entries.iter().map(|entry| entry.source.code()).collect(),
        message_index: messages_of(entries),
        wished_at: entries.iter().map(|entry| entry.wished_at.into()).collect(),
        recorded_at: entries
            .iter()
            .map(|entry| entry.recorded_at.into())
            .collect(),
    };
    append.execute(&mut connection).await?;
    Ok(())
}

async fn set(
    mut connection: &AsyncPgConnection,
    judged: &JudgedConsent,
) -> diesel::QueryResult<()> {
    if judged.last.is_empty() {
        return Ok(());
    }
    let recipients = || judged.last.keys();
    let set = SetWishes {
        account_id: recipients().map(|(account, _)| account.0).collect(),
        recipient_index: recipients().map(|(_, index)| index.0.to_vec()).collect(),
        wish: judged.last.values().map(|last| last.wish.code()).collect(),
        wished_at: judged.last.values().map(|last| last.at.into()).collect(),
    };
    set.execute(&mut connection).await?;
    Ok(())
}
