//! The wording of a mail with a passcode: subject, plain text and HTML.
//!
//! The code comes first, alone on its line, so that it is found and copied without a search. The last
//! line names the site that may fill it in, if the account has one (origin-bound one-time codes): nothing
//! else may be on that line.

use std::time::Duration;

use otp_core::channel::email::OutgoingMessage;
use otp_texts::bidi::{self, first_strong, left_to_right};

use crate::text::TEXTS;
use crate::words::{Words, for_mail_readers, page};

/// The keys of its texts.
#[cfg(test)]
pub(crate) const KEYS: [&str; 5] = [
    "Code-subject",
    "Code-intro",
    "Code-minutes",
    "Code-seconds",
    "Code-warning",
];

/// Writes a mail with its passcode.
pub(crate) fn write(message: &OutgoingMessage) -> Words {
    let (language, identity) = (message.language, &message.identity);
    let code = message.passcode.expose();
    let product = first_strong(identity.product.as_str());
    let (unit, count) = validity(message.lifetime);
    let count = left_to_right(&count.to_string());
    // The code is ASCII letters and digits, which need no isolation; copied, it must be nothing else.
    let arguments = [
        ("code", code),
        ("product", product.as_str()),
        ("count", count.as_str()),
    ];
    let text = |key: &str| TEXTS.text(language, key, &arguments);
    let subject = text("Code-subject");
    let (intro, validity) = (text("Code-intro"), text(unit));
    let warning = text("Code-warning");
    let bound = identity
        .domain
        .as_ref()
        .map(|domain| format!("@{} #{code}", domain.as_str()));

    let text = format!("{code}\n\n{intro}\n{validity}\n\n{warning}\n");
    let mut plain = for_mail_readers(language, &text);
    let mut last = String::new();
    if let Some(bound) = &bound {
        plain.push_str(&format!("\n{bound}\n"));
        last = format!("<p dir=\"ltr\" style=\"font-size: smaller\">{bound}</p>\n");
    }
    let [intro, validity, warning] = [intro, validity, warning].map(|text| bidi::to_html(&text));
    let colour = identity.colour;
    let body = format!(
        "<div style=\"border-top: 4px solid {colour}\">\n\
         <p style=\"font-size: 2em; margin: .5em 0\"><bdi dir=\"ltr\" style=\"font-family: \
         monospace; -webkit-user-select: all; user-select: all\">{code}</bdi></p>\n\
         <p>{intro}<br>{validity}</p>\n<p>{warning}</p>\n{last}</div>"
    );
    Words {
        html: page(language, &subject, &body),
        subject: for_mail_readers(language, &subject),
        plain,
    }
}

/// Returns the key of the unit and the number: whole minutes, or else seconds.
fn validity(lifetime: Duration) -> (&'static str, u64) {
    let seconds = lifetime.as_secs();
    if seconds >= 60 && seconds.is_multiple_of(60) {
        ("Code-minutes", seconds / 60)
    } else {
        ("Code-seconds", seconds)
    }
}

#[cfg(test)]
mod tests;
