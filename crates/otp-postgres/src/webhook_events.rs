//! Events for the endpoints of accounts, until they are routed.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use otp_core::ids::{AccountId, WebhookEventId};
use otp_core::sealing::RecipientIndex;
use otp_core::time::Timestamp;
use otp_core::webhook::{WantedEvents, WebhookEvent, WebhookEventKind};
use otp_rows::Col;
use otp_rows::schema::accounts;
use uuid::Uuid;

use crate::statement::{each, statement};

statement! {
    /// Adds events. One that exists stays as it is.
    InsertEvents {
        id: [WebhookEventId],
        account_id: [AccountId],
        kind: [WebhookEventKind],
        subject: [Uuid],
        recipient_index: [Option<RecipientIndex>],
        sequence: [i64],
        at: [Timestamp],
    },
    "INSERT INTO webhook_events (id, account_id, kind, subject, recipient_index, sequence, at) \
     SELECT id, account_id, kind, subject, recipient_index, sequence, at \
     FROM unnest({}, {}, {}, {}, {}, {}, {}) AS new \
         (id, account_id, kind, subject, recipient_index, sequence, at) \
     ON CONFLICT (id) DO NOTHING"
}

/// Adds events that their accounts want, in the transaction of the change that they report.
pub(crate) async fn insert_events(
    mut connection: &AsyncPgConnection,
    events: &[WebhookEvent],
) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let insert = InsertEvents {
        id: each(events, |event| event.id),
        account_id: each(events, |event| event.account_id),
        kind: each(events, |event| event.kind),
        subject: each(events, |event| event.subject),
        recipient_index: each(events, |event| event.recipient_index),
        sequence: each(events, |event| event.sequence),
        at: each(events, |event| event.at),
    };
    insert.execute(&mut connection).await?;
    Ok(())
}

/// Adds those of the events that their accounts want, for changes that are not loaded with the account's rules.
pub(crate) async fn insert_wanted_events(
    mut connection: &AsyncPgConnection,
    events: Vec<WebhookEvent>,
) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<_> = events.iter().map(|event| event.account_id).collect();
    let wanted: Vec<(Col<AccountId>, Col<WantedEvents>)> = accounts::table
        .filter(accounts::id.eq_any(ids.into_iter().map(Col)))
        .select((accounts::id, accounts::webhook_events))
        .load(&mut connection)
        .await?;
    let wanted: HashMap<_, _> = wanted
        .into_iter()
        .map(|(id, mask)| (id.0, mask.0))
        .collect();
    let kept = events.into_iter().filter_map(|event| {
        let wanted = wanted.get(&event.account_id)?;
        wanted.keep(Some(event))
    });
    insert_events(connection, &kept.collect::<Vec<_>>()).await
}
