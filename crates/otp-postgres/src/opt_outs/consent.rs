//! Recording requests: lock, load the facts, ask the core, write its decision.

use std::collections::BTreeSet;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::AccountId;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, JudgedConsent};
use otp_core::opt_out::{ConsentRequest, ConsentSource};
use otp_core::ports::PortError;
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{CurrentConsentRow, LoggedConsentRow};

use crate::errors::port_error;
use crate::pipeline::{try_join, try_join3};
use crate::send_ledger::lock_accounts;
use crate::statement::{each, statement};
use crate::transaction::Transaction;
use crate::webhook_events::insert_wanted_events;

statement! {
    /// The requests that currently hold.
    CurrentConsents { account_id: [AccountId], recipient_index: [RecipientIndex] }
    -> CurrentConsentRow,
    "SELECT wanted.account_id, wanted.recipient_index, last.request, last.requested_at \
     FROM unnest({}, {}) AS wanted (account_id, recipient_index), LATERAL ( \
         SELECT request, requested_at FROM opt_outs \
         WHERE opt_outs.account_id = wanted.account_id \
             AND opt_outs.recipient_index = wanted.recipient_index OFFSET 0) AS last"
}

statement! {
    /// The requests that the log contains.
    Logged {
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        message_index: [Option<ProviderMessageIndex>],
    }
    -> LoggedConsentRow,
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
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        request: [ConsentRequest],
        source: [ConsentSource],
        message_index: [Option<ProviderMessageIndex>],
        requested_at: [Timestamp],
        recorded_at: [Timestamp],
    },
    "INSERT INTO consent_log (account_id, recipient_index, request, source, message_index, \
         requested_at, recorded_at) \
     SELECT account_id, recipient_index, request, source, message_index, requested_at, recorded_at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS entry (account_id, \
         recipient_index, request, source, message_index, requested_at, recorded_at, position) \
     ORDER BY position"
}

statement! {
    /// Sets the requests that hold from now on.
    SetConsents {
        account_id: [AccountId],
        recipient_index: [RecipientIndex],
        request: [ConsentRequest],
        requested_at: [Timestamp],
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
    let mut facts = ConsentFacts::default();
    last.into_iter().for_each(|row| row.add_to(&mut facts));
    logged.into_iter().for_each(|row| row.add_to(&mut facts));
    let judged = consent::judge(entries, facts);
    try_join3(
        append(connection, &judged),
        set(connection, &judged),
        insert_wanted_events(connection, judged.webhook_events.clone()),
    )
    .await
    .map_err(port_error)?;
    Ok(())
}

fn accounts_of(entries: &[ConsentEntry]) -> Vec<Col<AccountId>> {
    each(entries, |entry| entry.account_id)
}

fn recipients_of(entries: &[ConsentEntry]) -> Vec<Col<RecipientIndex>> {
    each(entries, |entry| entry.recipient_index)
}

fn messages_of(entries: &[ConsentEntry]) -> Vec<Col<Option<ProviderMessageIndex>>> {
    each(entries, |entry| entry.message)
}

async fn load_last(
    connection: &AsyncPgConnection,
    entries: &[ConsentEntry],
) -> diesel::QueryResult<Vec<CurrentConsentRow>> {
    let last = CurrentConsents {
        account_id: accounts_of(entries),
        recipient_index: recipients_of(entries),
    };
    last.rows(connection).await
}

async fn load_logged(
    connection: &AsyncPgConnection,
    entries: &[ConsentEntry],
) -> diesel::QueryResult<Vec<LoggedConsentRow>> {
    let logged = Logged {
        account_id: accounts_of(entries),
        recipient_index: recipients_of(entries),
        message_index: messages_of(entries),
    };
    logged.rows(connection).await
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
        request: each(entries, |entry| entry.request),
        source: each(entries, |entry| entry.source),
        message_index: messages_of(entries),
        requested_at: each(entries, |entry| entry.requested_at),
        recorded_at: each(entries, |entry| entry.recorded_at),
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
    let set = SetConsents {
        account_id: each(judged.last.keys(), |(account, _)| *account),
        recipient_index: each(judged.last.keys(), |(_, index)| *index),
        request: each(judged.last.values(), |last| last.request),
        requested_at: each(judged.last.values(), |last| last.at),
    };
    set.execute(&mut connection).await?;
    Ok(())
}
