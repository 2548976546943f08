//! Meta's id of a message, as answers and receipts carry it.

use otp_core::message::ProviderMessageId;

/// The maximum length of an id; Meta's have about 60 characters.
pub(crate) const MAX_LENGTH: usize = 512;

/// Reads an id.
pub(crate) fn parse(text: &str) -> Option<ProviderMessageId> {
    let fits = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    fits.then(|| ProviderMessageId(text.to_owned()))
}
