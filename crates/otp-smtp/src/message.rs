//! Mail as it leaves: headers, plain text, then HTML.

use std::time::SystemTime;

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use otp_core::recipient::EmailAddress;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use time::OffsetDateTime;

use crate::words::Words;

/// The sender of mails: an address, with or without a name. It is also the sender of the envelope, to
/// which undeliverable mail is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From(Mailbox);

/// The text is not an address, with or without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write notices@example.com or Example <notices@example.com>")]
pub struct InvalidFrom;

impl From {
    /// Reads `notices@example.com` or `Example <notices@example.com>`.
    pub fn parse(text: &str) -> Result<Self, InvalidFrom> {
        let (name, address) = match text.trim().strip_suffix('>') {
            Some(text) => text.rsplit_once('<').ok_or(InvalidFrom)?,
            None => ("", text),
        };
        let name = name.trim().trim_matches('"').trim();
        if name
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            return Err(InvalidFrom);
        }
        let address = EmailAddress::parse(address.trim()).map_err(|_| InvalidFrom)?;
        if !address.as_str().is_ascii() {
            // `Message-ID` contains the domain as it is.
            return Err(InvalidFrom);
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
        let address = to_address(&address).ok_or(InvalidFrom)?;
        Ok(Self(Mailbox::new(name, address)))
    }

    /// Returns the domain of the address.
    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }
}

/// Sender, recipient and identity of a mail.
pub(crate) struct Addressing<'a> {
    pub(crate) from: &'a From,
    pub(crate) to: &'a EmailAddress,
    pub(crate) name: &'a str,
    /// The part of `Message-ID` before the domain.
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) language: UiLanguage,
}

/// Returns envelope and bytes of a mail, or `None` if mail cannot be sent to the address.
pub(crate) fn compose(addressing: &Addressing<'_>, words: Words) -> Option<(Envelope, Vec<u8>)> {
    let From(from) = addressing.from;
    let to = to_address(addressing.to)?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()]).ok()?;
    let name = one_line(addressing.name);
    let id = format!("<{}@{}>", addressing.id, addressing.from.domain());
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new((!name.is_empty()).then_some(name), to))
        .subject(one_line(&words.subject))
        .message_id(Some(id))
        .date(SystemTime::from(OffsetDateTime::from(addressing.at)))
        .multipart(MultiPart::alternative_plain_html(words.plain, words.html))
        .ok()?;
    for (name, value) in [
        // Prevents automatic replies, also of servers that follow RFC 3834 or are made by Microsoft.
        (
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated",
        ),
        (
            HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"),
            "All",
        ),
        (
            HeaderName::new_from_ascii_str("Content-Language"),
            addressing.language.as_str(),
        ),
    ] {
        let value = HeaderValue::new(name, value.to_owned());
        message.headers_mut().insert_raw(value);
    }
    Some((envelope, message.formatted()))
}

fn to_address(address: &EmailAddress) -> Option<Address> {
    address.as_str().parse().ok()
}

/// Returns text for a header. A character that would end the line becomes a space; the header's
/// encoding is a second protection.
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars()
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
