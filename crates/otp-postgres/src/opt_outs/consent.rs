//! The recording of requests: lock, load what holds, ask the core, write what it says.

use std::collections::BTreeSet;

use diesel::sql_types;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::{try_join, try_join3};
use otp_core::ids::AccountId;
use otp_core::opt_out::CurrentConsent;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, JudgedConsent};
use otp_core::ports::PortError;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::{Unreadable, port_error};
use crate::rows::{read_consent_request, read_provider_index, read_recipient_index};
use crate::send_ledger::lock_accounts;
use crate::statement::statement;
use crate::transaction::Transaction;

type Byteas = sql_types::Array<sql_types::Bytea>;
type NullableByteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type Uuids = sql_types::Array<sql_types::Uuid>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type Instants = sql_types::Array<sql_types::Timestamptz>;

statement! {
    /// The requests that hold.
    CurrentConsents { account_id: Vec<Uuid> => Uuids, recipient_index: Vec<Vec<u8>> => Byteas }
    -> (sql_types::Uuid, sql_types::Bytea, sql_types::SmallInt, sql_types::Timestamptz),
    "SELECT wanted.account_id, wanted.recipient_index, last.request, last.requested_at \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT request, requested_at FROM opt_outs \
         WHERE opt_outs.account_id = wanted.account_id \
             AND opt_outs.recipient_index = wanted.recipient_index OFFSET 0) AS last"
}

statement! {
    /// Which requests are in the log.
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
        request: Vec<i16> => Smallints,
        source: Vec<i16> => Smallints,
        message_index: Vec<Option<Vec<u8>>> => NullableByteas,
        requested_at: Vec<OffsetDateTime> => Instants,
        recorded_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO consent_log (account_id, recipient_index, recipient, request, source, \
         message_index, requested_at, recorded_at) \
     SELECT account_id, recipient_index, recipient, request, source, message_index, requested_at, \
         recorded_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS entry (account_id, \
         recipient_index, recipient, request, source, message_index, requested_at, recorded_at, \
         position) \
     ORDER BY position"
}

statement! {
    /// Sets the requests that hold from now on.
    SetConsents {
        account_id: Vec<Uuid> => Uuids,
        recipient_index: Vec<Vec<u8>> => Byteas,
        request: Vec<i16> => Smallints,
        requested_at: Vec<OffsetDateTime> => Instants,
    },
    "INSERT INTO opt_outs (account_id, recipient_index, request, requested_at) \
     SELECT account_id, recipient_index, request, requested_at \
     FROM unnest({}, {}, {}, {}) AS new (account_id, recipient_index, request, requested_at) \
     ON CONFLICT (account_id, recipient_index) \
     DO UPDATE SET request = excluded.request, requested_at = excluded.requested_at"
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
    let last = CurrentConsents {
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
    for (account, recipient, request, at) in last {
        let recipient = read_recipient_index(&recipient, "opt_outs.recipient_index")?;
        let last = CurrentConsent {
            at: at.into(),
            request: read_consent_request(request, "opt_outs.request")?,
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
        request: entries.iter().map(|entry| entry.request.code()).collect(),
        source: entries.iter().map(|entry| entry.source.code()).collect(),
        message_index: messages_of(entries),
        requested_at: entries
            .iter()
            .map(|entry| entry.requested_at.into())
            .collect(),
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
    let set = SetConsents {
        account_id: recipients().map(|(account, _)| account.0).collect(),
        recipient_index: recipients().map(|(_, index)| index.0.to_vec()).collect(),
        request: judged
            .last
            .values()
            .map(|last| last.request.code())
            .collect(),
        requested_at: judged.last.values().map(|last| last.at.into()).collect(),
    };
    set.execute(&mut connection).await?;
    Ok(())
}
