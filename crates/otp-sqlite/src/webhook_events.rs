//! Events for the endpoints of accounts, until they are routed.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use otp_core::ids::AccountId;
use otp_core::webhook::{WantedEvents, WebhookEvent};
use otp_rows::Col;
use otp_rows::schema::accounts;
use serde_json::json;

use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};

/// An event that exists stays as it is.
const INSERT: &str = "
    INSERT INTO webhook_events (id, account_id, kind, subject, recipient_index, sequence, at)
    SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, unhex(value ->> 3), unhex(value ->> 4),
           value ->> 5, value ->> 6
    FROM json_each(?) WHERE true
    ON CONFLICT (id) DO NOTHING";

/// Adds events that their accounts want, in the transaction of the change that they report.
pub(crate) fn insert_events(
    connection: &mut SqliteConnection,
    events: &[WebhookEvent],
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let rows = events.iter().map(|event| {
        json!([
            id(event.id.0),
            id(event.account_id.0),
            event.kind.code(),
            id(event.subject),
            event.recipient_index.map(|index| hex(&index.0)),
            event.sequence,
            event.at.unix_millis(),
        ])
    });
    set_based(INSERT, rows).execute(connection)?;
    Ok(())
}

/// Adds those of the events that their accounts want, for changes that are not loaded with the account's rules.
pub(crate) fn insert_wanted_events(
    connection: &mut SqliteConnection,
    events: Vec<WebhookEvent>,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<_> = events.iter().map(|event| event.account_id).collect();
    let wanted: Vec<(Col<AccountId>, Col<WantedEvents>)> = accounts::table
        .filter(accounts::id.eq_any(ids.into_iter().map(Col)))
        .select((accounts::id, accounts::webhook_events))
        .load(connection)?;
    let wanted: HashMap<_, _> = wanted
        .into_iter()
        .map(|(id, mask)| (id.0, mask.0))
        .collect();
    let kept = events.into_iter().filter_map(|event| {
        let wanted = wanted.get(&event.account_id)?;
        wanted.keep(Some(event))
    });
    insert_events(connection, &kept.collect::<Vec<_>>())
}
