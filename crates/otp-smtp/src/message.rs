//! Mail as it leaves: headers, plain text, then HTML.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use otp_core::recipient::EmailAddress;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use time::OffsetDateTime;

use crate::transport::Route;
use crate::words::Words;

/// The sender of mails: an address, with or without a name. It is also the sender of the envelope, to
/// which undeliverable mail is returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    mailbox: Mailbox,
    address: EmailAddress,
}

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
        let mailbox = mailbox(&address, name).ok_or(InvalidFrom)?;
        Ok(Self { mailbox, address })
    }

    /// Returns the domain of the address.
    pub fn domain(&self) -> &str {
        self.address.domain()
    }

    /// Returns the name before the address, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.mailbox.name.as_deref()
    }

    /// Returns the address.
    pub fn address(&self) -> &EmailAddress {
        &self.address
    }

    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }
}

/// Sender, recipient and identity of a mail.
pub(crate) struct Addressing<'a> {
    /// The sender of the envelope, to which undeliverable mail is returned.
    pub(crate) sender: &'a From,
    /// The sender that the reader sees; its domain is that of `Message-ID`.
    pub(crate) from: &'a Mailbox,
    pub(crate) to: &'a EmailAddress,
    pub(crate) name: &'a str,
    /// The part of `Message-ID` before the domain.
    pub(crate) id: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) language: UiLanguage,
}

/// Returns envelope and bytes of a mail, or `None` if mail cannot be sent to the address.
pub(crate) fn compose(addressing: &Addressing<'_>, words: Words) -> Option<(Route, Vec<u8>)> {
    let from = addressing.from;
    let to = mailbox(addressing.to, addressing.name)?;
    let route = Route {
        from: addressing.sender.mailbox.email.clone(),
        to: to.email.clone(),
    };
    let id = format!("<{}@{}>", addressing.id, from.email.domain());
    let mut message = Message::builder()
        .from(from.clone())
        .to(to)
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
    Some((route, message.formatted()))
}

/// Returns an address with a name, which may be empty; `None` if mail cannot be sent to the address.
pub(crate) fn mailbox(address: &EmailAddress, name: &str) -> Option<Mailbox> {
    let name = one_line(name);
    let address = address.as_str().parse().ok()?;
    Some(Mailbox::new((!name.is_empty()).then_some(name), address))
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
