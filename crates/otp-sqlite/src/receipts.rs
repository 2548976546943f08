//! Receipts: finding their message, keeping those whose message is unknown, and expired messages.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use otp_core::message::{ExpiryPosition, PendingMessage};
use otp_core::ports::{PortError, Receipts};
use otp_core::receipt::{MessageReference, ReceiptFacts, Report, UnmatchedReceipt};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::encoding::{Id, Instant};
use otp_rows::rows::{
    Located, LocatedRow, OurNumberRow, PendingMessageRow, UnmatchedReceiptRow, read_all,
};
use otp_rows::schema::unmatched_receipts;
use serde_json::{Value, json};

use crate::SqliteStore;
use crate::errors::StoreError;
use crate::set_based::{hex, id, set_based};

pub(crate) const BY_OUR_ID: &str = "
    SELECT wanted.value ->> 0 AS position, m.id, m.account_id, m.provider_index, s.phone_number_id
    FROM json_each(?) AS wanted CROSS JOIN messages AS m LEFT JOIN senders AS s ON s.id = m.sender_id
    WHERE m.id = unhex(wanted.value ->> 1)";

pub(crate) const BY_PROVIDER_INDEX: &str = "
    SELECT wanted.value ->> 0 AS position, m.id, m.account_id, m.provider_index, s.phone_number_id
    FROM json_each(?) AS wanted CROSS JOIN messages AS m LEFT JOIN senders AS s ON s.id = m.sender_id
    WHERE m.provider_index = unhex(wanted.value ->> 1)";

/// Those of these numbers that an account sends from.
pub(crate) const OUR_NUMBERS: &str = "
    SELECT s.phone_number_id FROM json_each(?) AS wanted CROSS JOIN senders AS s
    WHERE s.phone_number_id = wanted.value ->> 0";

const KEEP: &str = "
    INSERT INTO unmatched_receipts (message_id, provider_index, report, failure_code, failure_title,
        failure_reason, provider_time, received_at, recipient, phone_number_id)
    SELECT unhex(new.value ->> 0), unhex(new.value ->> 1), new.value ->> 2, new.value ->> 3,
        new.value ->> 4, new.value ->> 5, new.value ->> 6, new.value ->> 7,
        unhex(new.value ->> 8), new.value ->> 9
    FROM json_each(?) AS new WHERE true ORDER BY new.key
    ON CONFLICT (provider_index, report, provider_time) DO NOTHING";

const FORGET: &str = "
    DELETE FROM unmatched_receipts WHERE (provider_index, report, provider_time) IN (
        SELECT unhex(value ->> 1), value ->> 2, value ->> 6 FROM json_each(?))";

/// In the order of the primary key.
pub(crate) const EXPIRED: &str = "
    SELECT expires_at, message_id, account_id, created_at FROM pending_messages
    WHERE (expires_at, message_id) > (?, ?) AND expires_at <= ?
    ORDER BY expires_at, message_id LIMIT ?";

#[async_trait]
impl Receipts for SqliteStore {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<ReceiptFacts>, PortError> {
        let references = references.to_vec();
        self.read("db.receipts.locate", move |connection| {
            let mut located = Located::new(&references);
            let ours = references.iter().enumerate();
            let ours = ours.filter_map(|(n, r)| Some(json!([n, id(r.message_id?.0)])));
            look_up(connection, BY_OUR_ID, ours.collect(), &mut located)?;
            let missing = located.missing();
            let missing = missing.map(|(n, r)| json!([n, hex(&r.provider_index.0)]));
            let missing = missing.collect();
            look_up(connection, BY_PROVIDER_INDEX, missing, &mut located)?;
            let unexplained = located.unexplained_numbers();
            let mut ours = Vec::<OurNumberRow>::new();
            if !unexplained.is_empty() {
                let numbers = unexplained.into_iter().map(|id| json!([id.as_str()]));
                ours = set_based(OUR_NUMBERS, numbers).load(connection)?;
            }
            Ok(located.into_facts(ours))
        })
        .await
    }

    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError> {
        let rows: Vec<_> = receipts.iter().map(row).collect();
        self.write("db.receipts.keep_unmatched", move |connection| {
            set_based(KEEP, rows).execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.receipts.list_unmatched", move |connection| {
            let mut rows: Vec<UnmatchedReceiptRow> = unmatched_receipts::table
                .order(unmatched_receipts::id.desc())
                .limit(limit)
                .select(UnmatchedReceiptRow::as_select())
                .load(connection)?;
            rows.reverse();
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn forget_unmatched(
        &self,
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        let rows: Vec<_> = receipts.iter().map(row).collect();
        self.write("db.receipts.forget_unmatched", move |connection| {
            set_based(FORGET, rows).execute(connection)?;
            let too_old = unmatched_receipts::received_at.lt(Col(before));
            diesel::delete(unmatched_receipts::table.filter(too_old)).execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list_expired(
        &self,
        after: ExpiryPosition,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, PortError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read("db.receipts.list_expired", move |connection| {
            let list = diesel::sql_query(EXPIRED)
                .bind::<Instant, _>(Col(after.expires_at))
                .bind::<Id, _>(Col(after.message_id))
                .bind::<Instant, _>(Col(until))
                .bind::<BigInt, _>(limit);
            Ok(read_all(list.load::<PendingMessageRow>(connection)?)?)
        })
        .await
    }
}

fn look_up(
    connection: &mut SqliteConnection,
    sql: &'static str,
    wanted: Vec<Value>,
    located: &mut Located<'_>,
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    for row in set_based(sql, wanted).load::<LocatedRow>(connection)? {
        located.add(row);
    }
    Ok(())
}

fn row(receipt: &UnmatchedReceipt) -> Value {
    let failure = match &receipt.report {
        Report::Failed(failure) => Some(failure),
        Report::Sent | Report::Delivered | Report::Read | Report::Deleted => None,
    };
    json!([
        receipt.reference.message_id.map(|message| id(message.0)),
        hex(&receipt.reference.provider_index.0),
        receipt.report.code(),
        failure.and_then(|failure| failure.code),
        failure.map(|failure| &failure.title),
        failure.map(|failure| &failure.reason),
        receipt.provider_time.unix_millis(),
        receipt.received_at.unix_millis(),
        receipt.recipient.as_ref().map(|sealed| hex(&sealed.0)),
        receipt.reference.phone_number_id.as_str(),
    ])
}
