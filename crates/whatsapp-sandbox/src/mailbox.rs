//! The mails that arrived, and how the next ones are treated.

use mail_parser::{HeaderValue, MessageParser};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{clock::timestamp, ring::Ring};

/// Most mails that are kept. Each has at most [`MAX_MAIL_BYTES`].
const MAX_MAILS: usize = 200;

/// The most bytes of a mail.
pub(crate) const MAX_MAIL_BYTES: usize = 256 * 1024;

/// The latest mails.
#[derive(Debug)]
pub(crate) struct Mailbox {
    mails: Ring<Mail>,
    treatment: Treatment,
}

/// A mail as its reader sees it.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    id: u64,
    received_at: OffsetDateTime,
    envelope: Envelope,
    from_name: Option<String>,
    from_address: Option<String>,
    subject: String,
    message_id: Option<String>,
    /// The tag of `Content-Language`.
    language: String,
    text: String,
    html: Option<String>,
}

/// The addresses that the client named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
}

/// How mails are treated. The default accepts them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Treatment {
    /// Refuses each recipient with this code.
    pub(crate) code: Option<u16>,
    /// Takes the mail, and breaks the connection instead of an answer.
    pub(crate) drop_after_data: bool,
    /// For this many more mails; for all of them if `None`.
    pub(crate) times: Option<u32>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            mails: Ring::new(MAX_MAILS),
            treatment: Treatment::default(),
        }
    }
}

impl Mailbox {
    /// Puts a mail in and returns it.
    pub(crate) fn deliver(&mut self, envelope: Envelope, raw: &[u8], at: OffsetDateTime) -> Mail {
        let mut mail = Mail::read(envelope, raw, at);
        self.mails.push(|id| {
            mail.id = id;
            mail.clone()
        });
        mail
    }

    /// Returns at most `limit` of the latest mails, oldest first; only those to this address if one is
    /// named. Case does not matter.
    pub(crate) fn latest(&self, limit: usize, to: Option<&str>) -> Vec<&Mail> {
        self.mails
            .latest(limit, |mail| to.is_none_or(|to| mail.is_to(to)))
    }

    /// Returns the HTML of a mail, if it is kept and has any.
    pub(crate) fn html(&mut self, id: u64) -> Option<String> {
        self.mails.get_mut(id)?.html.clone()
    }

    pub(crate) fn set_treatment(&mut self, treatment: Treatment) {
        self.treatment = treatment;
    }

    /// Returns the treatment of one mail, and counts it.
    pub(crate) fn take_treatment(&mut self) -> Treatment {
        let treatment = self.treatment.clone();
        if let Some(times) = &mut self.treatment.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.treatment = Treatment::default();
            }
        }
        treatment
    }
}

impl Mail {
    fn read(envelope: Envelope, raw: &[u8], at: OffsetDateTime) -> Self {
        let read = MessageParser::default().parse(raw).unwrap_or_default();
        let from = read.from().and_then(|from| from.first());
        let language = read.header("Content-Language").map(HeaderValue::as_text);
        Self {
            id: 0,
            received_at: at,
            envelope,
            from_name: from.and_then(|from| from.name()).map(str::to_owned),
            from_address: from.and_then(|from| from.address()).map(str::to_owned),
            subject: read.subject().unwrap_or_default().to_owned(),
            message_id: read.message_id().map(str::to_owned),
            language: language.flatten().unwrap_or_default().to_owned(),
            text: read.body_text(0).unwrap_or_default().into_owned(),
            // Of a mail without HTML the library would make some.
            html: read
                .html_bodies()
                .find(|part| part.is_text_html())
                .and_then(|part| part.text_contents())
                .map(str::to_owned),
        }
    }

    fn is_to(&self, address: &str) -> bool {
        let mut recipients = self.envelope.to.iter();
        recipients.any(|to| to.eq_ignore_ascii_case(address))
    }

    /// Returns the mail without its HTML, which has a path of its own.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "received_at": timestamp(self.received_at),
            "envelope": {"from": self.envelope.from, "to": self.envelope.to},
            "from": {"name": self.from_name, "address": self.from_address},
            "subject": self.subject,
            "message_id": self.message_id,
            "language": self.language,
            "dir": if self.language.starts_with("ar") { "rtl" } else { "ltr" },
            "text": self.text,
            "has_html": self.html.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deliver(mailbox: &mut Mailbox, to: &str, raw: &str) -> Mail {
        let envelope = Envelope {
            from: "otp@gateway.example".to_owned(),
            to: vec![to.to_owned()],
        };
        mailbox.deliver(envelope, raw.as_bytes(), OffsetDateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_mail_is_found_by_its_recipient_and_the_oldest_are_dropped() {
        let mut mailbox = Mailbox::default();
        for number in 0..=MAX_MAILS {
            let to = if number % 2 == 0 {
                "even@b.co"
            } else {
                "odd@b.co"
            };
            deliver(&mut mailbox, to, "Subject: x\r\n\r\nhello\r\n");
        }
        let ids = |to| -> Vec<u64> {
            let mails = mailbox.latest(MAX_MAILS, to).into_iter();
            mails.map(|mail| mail.id).collect()
        };
        assert_eq!(ids(None).len(), MAX_MAILS);
        assert_eq!(ids(None)[0], 2, "the first was dropped");
        assert!(ids(Some("EVEN@b.co")).iter().all(|id| id % 2 == 1));
        assert_eq!(ids(Some("nobody@b.co")), [0; 0]);
    }

    #[test]
    fn what_is_no_mail_is_shown_as_it_is() {
        let mut mailbox = Mailbox::default();
        let mail = deliver(&mut mailbox, "a@b.co", "\u{0}\r\n\r\n\u{fffd}");
        assert_eq!(mail.to_json()["has_html"], false);
        assert_eq!(mailbox.html(mail.id), None);
    }

    #[test]
    fn a_treatment_ends_after_its_number_of_mails() {
        let mut mailbox = Mailbox::default();
        mailbox.set_treatment(Treatment {
            code: Some(450),
            times: Some(2),
            ..Treatment::default()
        });
        let codes = [0; 3].map(|_| mailbox.take_treatment().code);
        assert_eq!(codes, [Some(450), Some(450), None]);
    }
}
