//! Receipts: which message they are about, those that wait for theirs, and messages whose time is over.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Failure, MessageStatus};
use otp_core::ports::{PortError, Receipts};
use otp_core::receipt::{DeliveryReceipt, LocatedMessage, MessageReference, Report};
use otp_core::time::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::PgStore;
use crate::errors::port_error;
use crate::rows::{UnmatchedReceiptRow, read_all};
use crate::schema::{messages, unmatched_receipts};
use crate::statement::statement;

type Uuids = sql_types::Array<sql_types::Uuid>;
type Byteas = sql_types::Array<sql_types::Bytea>;
type NullableByteas = sql_types::Array<sql_types::Nullable<sql_types::Bytea>>;
type Integers = sql_types::Array<sql_types::Integer>;
type Smallints = sql_types::Array<sql_types::SmallInt>;
type Instants = sql_types::Array<sql_types::Timestamptz>;
type NullableTexts = sql_types::Array<sql_types::Nullable<sql_types::Text>>;
type Located = (sql_types::Integer, sql_types::Uuid, sql_types::Uuid);

statement! {
    /// Messages by our own ids; each look-up is one descent into the index.
    LocateByOurId { position: Vec<i32> => Integers, message_id: Vec<Uuid> => Uuids } -> Located,
    "SELECT wanted.position, message.id, message.account_id \
     FROM unnest({}, {}) AS wanted (position, message_id), LATERAL ( \
         SELECT id, account_id FROM messages WHERE messages.id = wanted.message_id \
         OFFSET 0) AS message"
}

statement! {
    /// Messages by the provider's ids.
    LocateByProviderIndex { position: Vec<i32> => Integers, index: Vec<Vec<u8>> => Byteas }
    -> Located,
    "SELECT wanted.position, message.id, message.account_id \
     FROM unnest({}, {}) AS wanted (position, provider_index), LATERAL ( \
         SELECT message_id FROM provider_messages \
         WHERE provider_messages.provider_index = wanted.provider_index \
         OFFSET 0) AS named, LATERAL ( \
         SELECT id, account_id FROM messages WHERE messages.id = named.message_id \
         OFFSET 0) AS message"
}

statement! {
    /// Keeps receipts in the order given; one that is kept already stays as it is.
    KeepUnmatched {
        message_id: Vec<Option<Uuid>> => sql_types::Array<sql_types::Nullable<sql_types::Uuid>>,
        provider_index: Vec<Vec<u8>> => Byteas,
        report: Vec<i16> => Smallints,
        failure_code: Vec<Option<i32>> => sql_types::Array<sql_types::Nullable<sql_types::Integer>>,
        failure_title: Vec<Option<String>> => NullableTexts,
        failure_reason: Vec<Option<String>> => NullableTexts,
        provider_time: Vec<OffsetDateTime> => Instants,
        received_at: Vec<OffsetDateTime> => Instants,
        user_identity: Vec<Option<Vec<u8>>> => NullableByteas,
        number_identity: Vec<Option<Vec<u8>>> => NullableByteas,
    },
    "INSERT INTO unmatched_receipts (message_id, provider_index, report, failure_code, \
         failure_title, failure_reason, provider_time, received_at, user_identity, \
         number_identity) \
     SELECT message_id, provider_index, report, failure_code, failure_title, failure_reason, \
         provider_time, received_at, user_identity, number_identity \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS receipt (message_id, \
         provider_index, report, failure_code, failure_title, failure_reason, provider_time, \
         received_at, user_identity, number_identity, position) \
     ORDER BY position \
     ON CONFLICT (provider_index, report, provider_time) DO NOTHING"
}

statement! {
    /// Forgets receipts by what tells them apart.
    ForgetUnmatched {
        provider_index: Vec<Vec<u8>> => Byteas,
        report: Vec<i16> => Smallints,
        provider_time: Vec<OffsetDateTime> => Instants,
        before: OffsetDateTime => sql_types::Timestamptz,
    },
    "DELETE FROM unmatched_receipts \
     WHERE (provider_index, report, provider_time) IN (SELECT * FROM unnest({}, {}, {})) \
         OR received_at < {}"
}

#[async_trait]
impl Receipts for PgStore {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<Option<LocatedMessage>>, PortError> {
        let mut found = vec![None; references.len()];
        let ours = references.iter().zip(0..);
        let ours = ours.filter_map(|(reference, n)| Some((n, reference.message_id?.0)));
        let (position, message_id): (Vec<i32>, Vec<_>) = ours.unzip();
        let connection = &mut self.connection().await?;
        if !position.is_empty() {
            let locate = LocateByOurId {
                position,
                message_id,
            };
            place(
                &mut found,
                locate.load(connection).await.map_err(port_error)?,
            );
        }
        let missing = references
            .iter()
            .zip(0..)
            .zip(&found)
            .filter(|(_, found)| found.is_none());
        let missing = missing.map(|((reference, n), _)| (n, reference.provider_index.0.to_vec()));
        let (position, index): (Vec<i32>, Vec<_>) = missing.unzip();
        if !position.is_empty() {
            let locate = LocateByProviderIndex { position, index };
            place(
                &mut found,
                locate.load(connection).await.map_err(port_error)?,
            );
        }
        Ok(found)
    }

    async fn keep_unmatched(&self, receipts: &[DeliveryReceipt]) -> Result<(), PortError> {
        if receipts.is_empty() {
            return Ok(());
        }
        let failures = || receipts.iter().map(failure);
        let recipients = || receipts.iter().map(|receipt| receipt.recipient);
        let keep = KeepUnmatched {
            message_id: receipts
                .iter()
                .map(|r| r.reference.message_id.map(|id| id.0))
                .collect(),
            provider_index: indexes(receipts),
            report: receipts
                .iter()
                .map(|receipt| receipt.report.code())
                .collect(),
            failure_code: failures().map(|failure| failure?.code).collect(),
            failure_title: failures()
                .map(|failure| Some(failure?.title.clone()))
                .collect(),
            failure_reason: failures()
                .map(|failure| Some(failure?.reason.clone()))
                .collect(),
            provider_time: receipts
                .iter()
                .map(|receipt| receipt.provider_time.into())
                .collect(),
            received_at: receipts
                .iter()
                .map(|receipt| receipt.received_at.into())
                .collect(),
            user_identity: recipients().map(|of| Some(of.user?.0.to_vec())).collect(),
            number_identity: recipients().map(|of| Some(of.number?.0.to_vec())).collect(),
        };
        keep.execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<DeliveryReceipt>, PortError> {
        let mut rows: Vec<UnmatchedReceiptRow> = unmatched_receipts::table
            .order(unmatched_receipts::id.desc())
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(UnmatchedReceiptRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        rows.reverse();
        Ok(read_all(rows)?)
    }

    async fn forget_unmatched(
        &self,
        receipts: &[DeliveryReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        let forget = ForgetUnmatched {
            provider_index: indexes(receipts),
            report: receipts
                .iter()
                .map(|receipt| receipt.report.code())
                .collect(),
            provider_time: receipts
                .iter()
                .map(|receipt| receipt.provider_time.into())
                .collect(),
            before: before.into(),
        };
        forget
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_expired(
        &self,
        after: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<LocatedMessage>, PortError> {
        let found: Vec<(Uuid, Uuid)> = messages::table
            .filter(messages::expires_at.gt(OffsetDateTime::from(after)))
            .filter(messages::expires_at.le(OffsetDateTime::from(until)))
            .filter(messages::status.eq(MessageStatus::Pending.code()))
            .order((messages::expires_at, messages::id))
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((messages::id, messages::account_id))
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(found
            .into_iter()
            .map(|(message, account)| located(message, account))
            .collect())
    }
}

fn place(found: &mut [Option<LocatedMessage>], rows: Vec<(i32, Uuid, Uuid)>) {
    for (position, message, account) in rows {
        let place = usize::try_from(position)
            .ok()
            .and_then(|position| found.get_mut(position));
        if let Some(place) = place {
            *place = Some(located(message, account));
        }
    }
}

fn located(message: Uuid, account: Uuid) -> LocatedMessage {
    LocatedMessage {
        message_id: MessageId(message),
        account_id: AccountId(account),
    }
}

fn indexes(receipts: &[DeliveryReceipt]) -> Vec<Vec<u8>> {
    receipts
        .iter()
        .map(|receipt| receipt.reference.provider_index.0.to_vec())
        .collect()
}

fn failure(receipt: &DeliveryReceipt) -> Option<&Failure> {
    match &receipt.report {
        Report::Failed(failure) => Some(failure),
        Report::Sent | Report::Delivered | Report::Read | Report::Deleted => None,
    }
}
