//! A status in a notification, read as a receipt.
//!
//! Only the number it came from, the message's id and the status are required. Everything else may
//! be missing, and some of it depends on the version of the API.

use std::time::Duration;

use otp_core::channel::whatsapp::ProviderId;
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

/// The earliest plausible time, in seconds: 2009-01-01. WhatsApp did not exist before.
const EARLIEST: i64 = 1_230_768_000;

/// The time by which Meta's clock may be ahead of ours.
const AHEAD: Duration = Duration::from_secs(24 * 60 * 60);

/// The reason a status is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It lacks its message or the status itself, or the number it came from.
    Incomplete,
    /// Its status is unknown.
    UnknownStatus,
}

/// Reads a status as a receipt from this number.
pub(super) fn receipt(
    status: &Node,
    phone_number_id: Option<&ProviderId>,
    received_at: Timestamp,
    sealer: &InstallationSealer,
) -> Result<DeliveryReceipt, Unusable> {
    let id = status.text(Field::Id).and_then(provider_message_id::parse);
    let id = id.ok_or(Unusable::Incomplete)?;
    // Without its number, nobody can tell whether it is about our message.
    let phone_number_id = phone_number_id.ok_or(Unusable::Incomplete)?;
    // Other programs of the same app may use this field for data of their own.
    let ours = status
        .text(Field::OurId)
        .and_then(|text| parse_uuid(text).ok());
    Ok(DeliveryReceipt {
        reference: MessageReference {
            phone_number_id: phone_number_id.clone(),
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
        // A recipient who played a message has opened the chat.
        Some("read" | "played") => Ok(Report::Read),
        Some("deleted") => Ok(Report::Deleted),
        Some("failed") => Ok(Report::Failed(failure(status, id))),
        Some(_) => Err(Unusable::UnknownStatus),
        None => Err(Unusable::Incomplete),
    }
}

/// Reads Meta's texts on the failure. They are stored for the API's clients, so the number and the
/// id are removed first.
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

/// Reads the time of an event, by Meta's clock.
pub(super) fn provider_time(event: &Node, received_at: Timestamp) -> Timestamp {
    instant(event.number(Field::Timestamp), received_at)
}

/// Returns the instant of Meta's seconds; `received_at` if they are missing or implausible.
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
