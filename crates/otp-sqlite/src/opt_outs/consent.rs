//! Recording requests: load the facts, ask the core, write its decision.

use diesel::prelude::*;
use otp_core::opt_out::consent::{self, ConsentEntry, ConsentFacts, JudgedConsent};
use otp_rows::rows::{CurrentConsentRow, LoggedConsentRow};
use serde_json::json;

use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};
use crate::webhook_events::insert_wanted_events;

pub(crate) const LAST: &str = "
    SELECT o.account_id, o.recipient_index, o.request, o.requested_at
    FROM json_each(?) AS wanted CROSS JOIN opt_outs AS o
    WHERE o.account_id = unhex(wanted.value ->> 0)
      AND o.recipient_index = unhex(wanted.value ->> 1)";

pub(crate) const LOGGED: &str = "
    SELECT c.account_id, c.recipient_index, c.message_index
    FROM json_each(?) AS wanted CROSS JOIN consent_log AS c
    WHERE c.account_id = unhex(wanted.value ->> 0)
      AND c.recipient_index = unhex(wanted.value ->> 1)
      AND c.message_index = unhex(wanted.value ->> 2)";

const APPEND: &str = "
    INSERT INTO consent_log (account_id, recipient_index, message_index, request, source,
        requested_at, recorded_at)
    SELECT unhex(new.value ->> 0), unhex(new.value ->> 1), unhex(new.value ->> 2),
        new.value ->> 3, new.value ->> 4, new.value ->> 5, new.value ->> 6
    FROM json_each(?) AS new ORDER BY new.key";

const SET: &str = "
    INSERT INTO opt_outs (account_id, recipient_index, request, requested_at)
    SELECT unhex(new.value ->> 0), unhex(new.value ->> 1), new.value ->> 2, new.value ->> 3
    FROM json_each(?) AS new WHERE true
    ON CONFLICT (account_id, recipient_index)
    DO UPDATE SET request = excluded.request, requested_at = excluded.requested_at";

/// Runs in a write transaction.
pub(super) fn record(
    connection: &mut SqliteConnection,
    entries: &[ConsentEntry],
) -> Result<(), StoreError> {
    let facts = load(connection, entries)?;
    let judged = consent::judge(entries, facts);
    write(connection, &judged)?;
    insert_wanted_events(connection, judged.webhook_events)
}

fn load(
    connection: &mut SqliteConnection,
    entries: &[ConsentEntry],
) -> Result<ConsentFacts, StoreError> {
    let mut facts = ConsentFacts::default();
    let wanted = || {
        entries.iter().map(|entry| {
            json!([
                id(entry.account_id.0),
                hex(&entry.recipient_index.0),
                entry.message.map(|message| hex(&message.0)),
            ])
        })
    };
    for row in set_based(LAST, wanted()).load::<CurrentConsentRow>(connection)? {
        row.add_to(&mut facts);
    }
    for row in set_based(LOGGED, wanted()).load::<LoggedConsentRow>(connection)? {
        row.add_to(&mut facts);
    }
    Ok(facts)
}

fn write(connection: &mut SqliteConnection, judged: &JudgedConsent) -> Result<(), StoreError> {
    if !judged.entries.is_empty() {
        let rows = judged.entries.iter().map(|entry| {
            json!([
                id(entry.account_id.0),
                hex(&entry.recipient_index.0),
                entry.message.map(|message| hex(&message.0)),
                entry.request.code(),
                entry.source.code(),
                entry.requested_at.unix_millis(),
                entry.recorded_at.unix_millis(),
            ])
        });
        set_based(APPEND, rows).execute(connection)?;
    }
    if !judged.last.is_empty() {
        let rows = judged.last.iter().map(|((account, recipient), last)| {
            json!([
                id(account.0),
                hex(&recipient.0),
                last.request.code(),
                last.at.unix_millis(),
            ])
        });
        set_based(SET, rows).execute(connection)?;
    }
    Ok(())
}
