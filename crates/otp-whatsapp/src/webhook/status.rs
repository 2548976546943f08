//! One status: which message it is of, and what it says of it.
//!
//! Only the message's id and the status are needed. Everything else may be missing, and some of it is
//! in one version of the API and not in another.

use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::ids::parse_uuid;
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::receipt::{DeliveryReceipt, MessageReference, Report};
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;

use super::inbound::identities;
use super::json::{Field, Node};
use crate::codes;
use crate::provider_message_id;
use crate::redaction::Redaction;

/// Before this, in seconds, there was no WhatsApp: 2009-01-01.
const EARLIEST: i64 = 1_230_768_000;

/// So far may Meta's clock be ahead of ours.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a status is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It does not say of which message it is.
    NoMessage,
    /// It says something that is not known here.
    UnknownStatus,
}

/// The receipt a status is.
pub(super) fn receipt(
    status: &Node,
    received_at: Timestamp,
    sealer: &InstallationSealer,
) -> Result<DeliveryReceipt, Unusable> {
    let id = status.text(Field::Id).and_then(provider_message_id::parse);
    let id = id.ok_or(Unusable::NoMessage)?;
    // Other programs of the same app may put something of their own there.
    let ours = status
        .text(Field::OurId)
        .and_then(|text| parse_uuid(text).ok());
    Ok(DeliveryReceipt {
        reference: MessageReference {
            message_id: ours.map(MessageId),
            provider_index: sealer.provider_message_index(&id),
        },
        report: report(status, &id)?,
        recipient: identities(
            status.text(Field::RecipientId),
            status.text(Field::RecipientUserId),
        ),
        provider_time: provider_time(status, received_at),
        received_at,
    })
}

fn report(status: &Node, id: &ProviderMessageId) -> Result<Report, Unusable> {
    match status.text(Field::Status) {
        Some("sent") => Ok(Report::Sent),
        Some("delivered") => Ok(Report::Delivered),
        // Only who opened the chat can play what is in it.
        Some("read" | "played") => Ok(Report::Read),
        Some("deleted") => Ok(Report::Deleted),
        Some("failed") => Ok(Report::Failed(failure(status, id))),
        Some(_) => Err(Unusable::UnknownStatus),
        None => Err(Unusable::NoMessage),
    }
}

/// Meta's words are kept as the API's clients read them, so number and id are taken out first.
fn failure(status: &Node, id: &ProviderMessageId) -> Failure {
    let redaction = Redaction::of_receipt(status.text(Field::RecipientId), id);
    let text = |text: Option<&str>| {
        text.map(|text| redaction.clean(text))
            .filter(|text| !text.is_empty())
    };
    let error = status.items(Field::Errors).first();
    let code = error.and_then(|error| error.number(Field::Code));
    let known = code.and_then(|code| codes::look_up(code, None));
    let title = text(error.and_then(|error| error.text(Field::Title)))
        .or_else(|| known.map(|known| known.title.to_owned()))
        .unwrap_or_else(|| "Unknown error".to_owned());
    let data = error.and_then(|error| error.get(Field::ErrorData));
    let reason = text(data.and_then(|data| data.text(Field::Details)))
        .or_else(|| text(error.and_then(|error| error.text(Field::Message))));
    Failure {
        code: code.and_then(|code| i32::try_from(code).ok()),
        reason: reason.unwrap_or_else(|| title.clone()),
        title,
    }
}

/// When it happened by Meta's clock.
pub(super) fn provider_time(said: &Node, received_at: Timestamp) -> Timestamp {
    instant(said.number(Field::Timestamp), received_at)
}

/// Meta's seconds; our time, where Meta's cannot be one.
pub(super) fn instant(seconds: Option<i64>, received_at: Timestamp) -> Timestamp {
    seconds
        .filter(|seconds| *seconds >= EARLIEST)
        .and_then(|seconds| seconds.checked_mul(1_000))
        .map(Timestamp::from_unix_millis)
        .filter(|time| *time <= received_at + AHEAD)
        .unwrap_or(received_at)
}

#[cfg(test)]
mod tests;
