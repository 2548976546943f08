//! Receipts that wait for their message, and the messages that receipts are about.

use std::collections::BTreeSet;

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{ExpiryPosition, PendingMessage};
use otp_core::receipt::{
    LocatedMessage, MessageReference, ReceiptFacts, Report, ReportedMessage, UnmatchedReceipt,
};
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::time::Timestamp;

use super::message::failure;
use crate::column::by_name;
use crate::schema::unmatched_receipts;
use crate::{Col, Unreadable};

/// A receipt that waits for its message.
#[derive(Queryable, Selectable)]
#[diesel(table_name = unmatched_receipts)]
pub struct UnmatchedReceiptRow {
    phone_number_id: Col<ProviderId>,
    message_id: Col<Option<MessageId>>,
    provider_index: Col<ProviderMessageIndex>,
    report: Col<i16>,
    failure_code: Col<Option<i32>>,
    failure_title: Col<Option<String>>,
    failure_reason: Col<Option<String>>,
    provider_time: Col<Timestamp>,
    received_at: Col<Timestamp>,
    recipient: Col<Option<Sealed>>,
}

impl TryFrom<UnmatchedReceiptRow> for UnmatchedReceipt {
    type Error = Unreadable;

    fn try_from(row: UnmatchedReceiptRow) -> Result<Self, Unreadable> {
        let failure = failure(row.failure_code, row.failure_title, row.failure_reason);
        Ok(Self {
            reference: MessageReference {
                phone_number_id: row.phone_number_id.0,
                message_id: row.message_id.0,
                provider_index: row.provider_index.0,
            },
            report: Report::from_code(row.report.0, failure)
                .ok_or(Unreadable::new("unmatched_receipts.report", "Report"))?,
            recipient: row.recipient.0,
            provider_time: row.provider_time.0,
            received_at: row.received_at.0,
        })
    }
}

by_name! {
    /// The message of a reference, and the number of its sender.
    pub struct LocatedRow {
        position: Col<i32>,
        id: Col<MessageId>,
        account_id: Col<AccountId>,
        provider_index: Col<Option<ProviderMessageIndex>>,
        phone_number_id: Col<Option<ProviderId>>,
    }
}

by_name! {
    /// A number that an account sends from.
    pub struct OurNumberRow {
        phone_number_id: Col<ProviderId>,
    }
}

/// The messages that a batch of references names, while they are looked up.
pub struct Located<'a> {
    references: &'a [MessageReference],
    messages: Vec<Option<ReportedMessage>>,
}

impl<'a> Located<'a> {
    /// None of the messages is found yet.
    pub fn new(references: &'a [MessageReference]) -> Self {
        Self {
            references,
            messages: vec![None; references.len()],
        }
    }

    /// Adds a message that was found.
    pub fn add(&mut self, row: LocatedRow) {
        let position = usize::try_from(row.position.0).ok();
        let place = position.and_then(|position| self.messages.get_mut(position));
        if let Some(place) = place {
            *place = Some(ReportedMessage {
                message: LocatedMessage {
                    message_id: row.id.0,
                    account_id: row.account_id.0,
                },
                phone_number_id: row.phone_number_id.0,
                provider_index: row.provider_index.0,
            });
        }
    }

    /// Returns the references whose message is not found, each with its position.
    pub fn missing(&self) -> impl Iterator<Item = (i32, &'a MessageReference)> {
        let all = (0..).zip(self.references).zip(&self.messages);
        all.filter_map(|(reference, found)| found.is_none().then_some(reference))
    }

    /// Returns the numbers that the receipts without a message came from.
    pub fn unexplained_numbers(&self) -> BTreeSet<&'a ProviderId> {
        let missing = self.missing();
        missing
            .map(|(_, reference)| &reference.phone_number_id)
            .collect()
    }

    /// Returns the facts about each receipt, given those of the unexplained numbers that are ours.
    pub fn into_facts(self, our_numbers: Vec<OurNumberRow>) -> Vec<ReceiptFacts> {
        let ours: BTreeSet<_> = our_numbers
            .into_iter()
            .map(|row| row.phone_number_id.0)
            .collect();
        let all = self.references.iter().zip(self.messages);
        all.map(|(reference, found)| match found {
            Some(message) => ReceiptFacts::Known(message),
            None => ReceiptFacts::Unknown {
                is_our_number: ours.contains(&reference.phone_number_id),
            },
        })
        .collect()
    }
}

by_name! {
    /// A message that is still pending.
    pub struct PendingMessageRow {
        expires_at: Col<Timestamp>,
        message_id: Col<MessageId>,
        account_id: Col<AccountId>,
        created_at: Col<Timestamp>,
    }
}

impl From<PendingMessageRow> for PendingMessage {
    fn from(row: PendingMessageRow) -> Self {
        Self {
            position: ExpiryPosition {
                expires_at: row.expires_at.0,
                message_id: row.message_id.0,
            },
            account_id: row.account_id.0,
            created_at: row.created_at.0,
        }
    }
}
