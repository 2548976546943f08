//! Receipts: finding their message, keeping those whose message is unknown, and expired messages.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::MessageId;
use otp_core::message::{ExpiryPosition, Failure, PendingMessage};
use otp_core::ports::{PortError, Receipts};
use otp_core::receipt::{MessageReference, ReceiptFacts, Report, UnmatchedReceipt};
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{
    Located, LocatedRow, OurNumberRow, PendingMessageRow, UnmatchedReceiptRow, read_all,
};
use otp_rows::schema::unmatched_receipts;

use crate::PgStore;
use crate::errors::port_error;
use crate::statement::{each, statement};

statement! {
    /// Messages by our own ids. Each look-up is one descent into the index.
    LocateByOurId { position: [i32], message_id: [MessageId] } -> LocatedRow,
    "SELECT wanted.position, message.id, message.account_id, message.provider_index, \
         sender.phone_number_id \
     FROM unnest({}, {}) AS wanted (position, message_id), LATERAL ( \
         SELECT id, account_id, provider_index, sender_id FROM messages \
         WHERE messages.id = wanted.message_id OFFSET 0) AS message \
     LEFT JOIN LATERAL ( \
         SELECT phone_number_id FROM senders WHERE senders.id = message.sender_id \
         OFFSET 0) AS sender ON true"
}

statement! {
    /// Messages by the provider's ids.
    LocateByProviderIndex { position: [i32], index: [ProviderMessageIndex] } -> LocatedRow,
    "SELECT wanted.position, message.id, message.account_id, message.provider_index, \
         sender.phone_number_id \
     FROM unnest({}, {}) AS wanted (position, provider_index), LATERAL ( \
         SELECT message_id FROM provider_messages \
         WHERE provider_messages.provider_index = wanted.provider_index \
         OFFSET 0) AS named, LATERAL ( \
         SELECT id, account_id, provider_index, sender_id FROM messages \
         WHERE messages.id = named.message_id OFFSET 0) AS message \
     LEFT JOIN LATERAL ( \
         SELECT phone_number_id FROM senders WHERE senders.id = message.sender_id \
         OFFSET 0) AS sender ON true"
}

statement! {
    /// Those of these numbers that an account sends from.
    OurNumbers { phone_number_id: [ProviderId] } -> OurNumberRow,
    "SELECT sender.phone_number_id \
     FROM unnest({}) AS wanted (phone_number_id), LATERAL ( \
         SELECT phone_number_id FROM senders \
         WHERE senders.phone_number_id = wanted.phone_number_id LIMIT 1) AS sender"
}

statement! {
    /// Keeps receipts in the order given. It does not change a receipt that is kept already.
    KeepUnmatched {
        phone_number_id: [ProviderId],
        message_id: [Option<MessageId>],
        provider_index: [ProviderMessageIndex],
        report: [i16],
        failure_code: [Option<i32>],
        failure_title: [Option<String>],
        failure_reason: [Option<String>],
        provider_time: [Timestamp],
        received_at: [Timestamp],
        recipient: [Option<Sealed>],
    },
    "INSERT INTO unmatched_receipts (phone_number_id, message_id, provider_index, report, \
         failure_code, failure_title, failure_reason, provider_time, received_at, recipient) \
     SELECT phone_number_id, message_id, provider_index, report, failure_code, failure_title, \
         failure_reason, provider_time, received_at, recipient \
     FROM unnest({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) WITH ORDINALITY AS receipt ( \
         phone_number_id, message_id, provider_index, report, failure_code, failure_title, \
         failure_reason, provider_time, received_at, recipient, position) \
     ORDER BY position \
     ON CONFLICT (provider_index, report, provider_time) DO NOTHING"
}

statement! {
    /// Forgets receipts by their key, and those that are too old.
    ForgetUnmatched {
        provider_index: [ProviderMessageIndex],
        report: [i16],
        provider_time: [Timestamp],
        before: Timestamp,
    },
    "DELETE FROM unmatched_receipts \
     WHERE (provider_index, report, provider_time) IN (SELECT * FROM unnest({}, {}, {})) \
         OR received_at < {}"
}

statement! {
    /// Pending messages whose lifetime is over, in the order of the primary key.
    ListExpired {
        expires_after: Timestamp,
        after: MessageId,
        until: Timestamp,
        limit: i32,
    }
    -> PendingMessageRow,
    "SELECT expires_at, message_id, account_id, created_at FROM pending_messages \
     WHERE (expires_at, message_id) > ({}, {}) AND expires_at <= {} \
     ORDER BY expires_at, message_id LIMIT {}"
}

#[async_trait]
impl Receipts for PgStore {
    async fn locate(
        &self,
        references: &[MessageReference],
    ) -> Result<Vec<ReceiptFacts>, PortError> {
        let mut located = Located::new(references);
        let connection = self.connection().await?;
        let ours = references.iter().zip(0..);
        let ours = ours.filter_map(|(reference, n)| Some((Col(n), Col(reference.message_id?))));
        let (position, message_id): (Vec<_>, Vec<_>) = ours.unzip();
        if !position.is_empty() {
            let locate = LocateByOurId {
                position,
                message_id,
            };
            let found = locate.rows(&connection).await.map_err(port_error)?;
            found.into_iter().for_each(|row| located.add(row));
        }
        let missing = located.missing();
        let missing = missing.map(|(n, reference)| (Col(n), Col(reference.provider_index)));
        let (position, index): (Vec<_>, Vec<_>) = missing.unzip();
        if !position.is_empty() {
            let locate = LocateByProviderIndex { position, index };
            let found = locate.rows(&connection).await.map_err(port_error)?;
            found.into_iter().for_each(|row| located.add(row));
        }
        let unexplained = located.unexplained_numbers();
        let mut ours = Vec::new();
        if !unexplained.is_empty() {
            let numbers = OurNumbers {
                phone_number_id: each(unexplained, ProviderId::clone),
            };
            ours = numbers.rows(&connection).await.map_err(port_error)?;
        }
        Ok(located.into_facts(ours))
    }

    async fn keep_unmatched(&self, receipts: &[UnmatchedReceipt]) -> Result<(), PortError> {
        if receipts.is_empty() {
            return Ok(());
        }
        let failures = || receipts.iter().map(failure);
        let keep = KeepUnmatched {
            phone_number_id: each(receipts, |r| r.reference.phone_number_id.clone()),
            message_id: each(receipts, |receipt| receipt.reference.message_id),
            provider_index: each(receipts, |receipt| receipt.reference.provider_index),
            report: each(receipts, |receipt| receipt.report.code()),
            failure_code: each(failures(), |failure| failure?.code),
            failure_title: each(failures(), |failure| Some(failure?.title.clone())),
            failure_reason: each(failures(), |failure| Some(failure?.reason.clone())),
            provider_time: each(receipts, |receipt| receipt.provider_time),
            received_at: each(receipts, |receipt| receipt.received_at),
            recipient: each(receipts, |receipt| receipt.recipient.clone()),
        };
        keep.execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_unmatched(&self, limit: usize) -> Result<Vec<UnmatchedReceipt>, PortError> {
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
        receipts: &[UnmatchedReceipt],
        before: Timestamp,
    ) -> Result<(), PortError> {
        let forget = ForgetUnmatched {
            provider_index: each(receipts, |receipt| receipt.reference.provider_index),
            report: each(receipts, |receipt| receipt.report.code()),
            provider_time: each(receipts, |receipt| receipt.provider_time),
            before: Col(before),
        };
        forget
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_expired(
        &self,
        after: ExpiryPosition,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, PortError> {
        let list = ListExpired {
            expires_after: Col(after.expires_at),
            after: Col(after.message_id),
            until: Col(until),
            limit: Col(i32::try_from(limit).unwrap_or(i32::MAX)),
        };
        let connection = self.connection().await?;
        let rows = list.rows(&connection).await.map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}

fn failure(receipt: &UnmatchedReceipt) -> Option<&Failure> {
    match &receipt.report {
        Report::Failed(failure) => Some(failure),
        Report::Sent | Report::Delivered | Report::Read | Report::Deleted => None,
    }
}
