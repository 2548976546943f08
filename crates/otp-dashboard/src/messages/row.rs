//! A message in the list.

use std::time::Duration;

use otp_core::message::MessageStatus;
use otp_core::time::Timestamp;
use otp_core::usecases::show_message::OpenedMessage;

use crate::markup::Markup;
use crate::message_badge::MessageBadge;
use crate::page::Page;
use crate::value;

/// A message as lists show it.
#[derive(Debug, Clone)]
pub(crate) struct MessageRow {
    pub(super) id: String,
    /// The recipient, masked.
    pub(super) to: String,
    pub(super) status: MessageStatus,
    /// The code of its failure, if the provider gave one.
    pub(super) failure_code: Option<i32>,
    /// The country of the number; `None` if the recipient is a mail address.
    pub(super) region: Option<String>,
    pub(super) language: String,
    pub(super) at: Timestamp,
    /// How long it took to arrive, if that is known.
    pub(super) took: Option<Duration>,
}

impl From<OpenedMessage> for MessageRow {
    fn from(message: OpenedMessage) -> Self {
        let OpenedMessage { record, to } = message;
        let delivered_at = record.delivered_at;
        Self {
            id: record.id.to_string(),
            to: value::masked(to.as_ref()),
            status: record.status,
            failure_code: record.failure.and_then(|failure| failure.code),
            region: record.region.map(|region| region.as_str().to_owned()),
            language: record.language.to_string(),
            at: record.created_at,
            took: delivered_at.map(|at| at.since(record.created_at)),
        }
    }
}

impl MessageRow {
    pub(super) fn badge(&self) -> MessageBadge {
        self.status.into()
    }

    pub(super) fn took(&self, page: &Page) -> Option<Markup> {
        self.took.map(|took| page.took(&took))
    }
}
