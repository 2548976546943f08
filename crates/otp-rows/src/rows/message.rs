//! Messages: as a status check needs them, as their account reads them, and their events.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::prelude::*;
use diesel::row::NamedRow;
use diesel::sql_types::BigInt;
use otp_core::channel::Channel;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, ApiKeyId, MessageId, SubscriptionId};
use otp_core::language::LanguageTag;
use otp_core::message::{
    CodeOutcome, EventSource, ExaminedMessage, Failure, JudgedOutcome, Message, MessageEvent,
    MessageRecord, MessageStatus, OutcomeVerdict, RecordedOutcome,
};
use otp_core::region::Region;
use otp_core::sealing::{ProviderMessageIndex, Sealed, SealedProviderMessageId};
use otp_core::time::Timestamp;

use crate::Col;
use crate::column::{by_name, named};
use crate::schema::{message_events, messages};

/// A message. It is written by the send ledger's own statements.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct MessageRow {
    id: Col<MessageId>,
    account_id: Col<AccountId>,
    api_key_id: Col<ApiKeyId>,
    recipient: Col<Option<Sealed>>,
    price: Col<Credits>,
    subscription_id: Col<Option<SubscriptionId>>,
    status: Col<MessageStatus>,
    first_answer: Col<Option<MessageStatus>>,
    provider_index: Col<Option<ProviderMessageIndex>>,
    provider_message_id: Col<Option<Sealed>>,
    failure_code: Col<Option<i32>>,
    failure_title: Col<Option<String>>,
    failure_reason: Col<Option<String>>,
    created_at: Col<Timestamp>,
    failed_at: Col<Option<Timestamp>>,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        let sealed = row.provider_message_id.0;
        Self {
            id: row.id.0,
            account_id: row.account_id.0,
            api_key_id: row.api_key_id.0,
            recipient: row.recipient.0,
            status: row.status.0,
            first_answer: row.first_answer.0,
            provider_message_id: row
                .provider_index
                .0
                .map(|index| SealedProviderMessageId { index, sealed }),
            price: row.price.0,
            subscription_id: row.subscription_id.0,
            failure: failure(row.failure_code, row.failure_title, row.failure_reason),
            created_at: row.created_at.0,
            failed_at: row.failed_at.0,
        }
    }
}

by_name! {
    /// A message with the names of its template and its sender.
    pub struct MessageRecordRow {
        id: Col<MessageId>,
        status: Col<MessageStatus>,
        recipient: Col<Option<Sealed>>,
        channel: Col<Channel>,
        region: Col<Option<Region>>,
        language: Col<LanguageTag>,
        template: Col<Option<TemplateName>>,
        phone_number_id: Col<Option<ProviderId>>,
        price: Col<Credits>,
        failure_code: Col<Option<i32>>,
        failure_title: Col<Option<String>>,
        failure_reason: Col<Option<String>>,
        created_at: Col<Timestamp>,
        failed_at: Col<Option<Timestamp>>,
        delivered_at: Col<Option<Timestamp>>,
        outcome: Col<Option<CodeOutcome>>,
        outcome_at: Col<Option<Timestamp>>,
    }
}

impl From<MessageRecordRow> for MessageRecord {
    fn from(row: MessageRecordRow) -> Self {
        Self {
            id: row.id.0,
            status: row.status.0,
            recipient: row.recipient.0,
            channel: row.channel.0,
            region: row.region.0,
            language: row.language.0,
            template: row.template.0,
            phone_number_id: row.phone_number_id.0,
            price: row.price.0,
            failure: failure(row.failure_code, row.failure_title, row.failure_reason),
            created_at: row.created_at.0,
            failed_at: row.failed_at.0,
            delivered_at: row.delivered_at.0,
            outcome: recorded(row.outcome, row.outcome_at),
        }
    }
}

by_name! {
    /// The part of a message that the verdict on an outcome depends on, and how it was sent.
    pub struct MessageOutcomeRow {
        status: Col<MessageStatus>,
        channel: Col<Channel>,
        region: Col<Option<Region>>,
        template: Col<Option<TemplateName>>,
        outcome: Col<Option<CodeOutcome>>,
        outcome_at: Col<Option<Timestamp>>,
    }
}

impl MessageOutcomeRow {
    /// Asks the core for the verdict.
    pub fn judge(self, reported: RecordedOutcome) -> JudgedOutcome {
        let recorded = recorded(self.outcome, self.outcome_at);
        JudgedOutcome {
            channel: self.channel.0,
            region: self.region.0,
            template: self.template.0,
            verdict: OutcomeVerdict::of(self.status.0, recorded, reported),
        }
    }
}

/// An outcome has a time, or there is none.
fn recorded(
    outcome: Col<Option<CodeOutcome>>,
    at: Col<Option<Timestamp>>,
) -> Option<RecordedOutcome> {
    let (outcome, at) = outcome.0.zip(at.0)?;
    Some(RecordedOutcome { outcome, at })
}

/// A message that a search looked at, and its place among them.
pub struct ExaminedMessageRow {
    place: Col<i64>,
    record: MessageRecordRow,
}

impl<DB> QueryableByName<DB> for ExaminedMessageRow
where
    DB: Backend,
    Col<i64>: FromSql<BigInt, DB>,
    MessageRecordRow: QueryableByName<DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        Ok(Self {
            place: named(row, "place")?,
            record: MessageRecordRow::build(row)?,
        })
    }
}

impl From<ExaminedMessageRow> for ExaminedMessage {
    fn from(row: ExaminedMessageRow) -> Self {
        Self {
            place: usize::try_from(row.place.0).unwrap_or(usize::MAX),
            record: row.record.into(),
        }
    }
}

/// An event of a message. It is written by the send ledger's own statement.
#[derive(Queryable, Selectable)]
#[diesel(table_name = message_events)]
pub struct MessageEventRow {
    status: Col<MessageStatus>,
    source: Col<EventSource>,
    changed_status: Col<bool>,
    provider_time: Col<Option<Timestamp>>,
    recorded_at: Col<Timestamp>,
    failure_code: Col<Option<i32>>,
    failure_title: Col<Option<String>>,
    failure_reason: Col<Option<String>>,
}

impl From<MessageEventRow> for MessageEvent {
    fn from(row: MessageEventRow) -> Self {
        Self {
            status: row.status.0,
            source: row.source.0,
            changed_status: row.changed_status.0,
            provider_time: row.provider_time.0,
            recorded_at: row.recorded_at.0,
            failure: failure(row.failure_code, row.failure_title, row.failure_reason),
        }
    }
}

/// A failure is a title and a reason, or none.
pub(super) fn failure(
    code: Col<Option<i32>>,
    title: Col<Option<String>>,
    reason: Col<Option<String>>,
) -> Option<Failure> {
    let (title, reason) = title.0.zip(reason.0)?;
    Some(Failure {
        code: code.0,
        title,
        reason,
    })
}
