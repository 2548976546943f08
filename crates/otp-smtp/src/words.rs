//! What a mail says: subject, plain text and HTML, made of the same sentences.
//!
//! What is put into a sentence stands between Unicode's isolating characters, so that numbers and names
//! keep their direction and leave that of the sentence alone. In HTML they become `bdi` elements.

use otp_core::account::ContactLine;
use otp_core::notice::NoticeKind;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::text::text;

/// U+2066, left-to-right isolate: before numbers, ids and instants.
const LEFT_TO_RIGHT: char = '\u{2066}';
/// U+2068, first strong isolate: before names, whose first letter tells their direction.
const AS_IT_BEGINS: char = '\u{2068}';
/// U+2069, pop directional isolate: after each of them.
const END: char = '\u{2069}';

/// The words of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) subject: String,
    pub(crate) plain: String,
    pub(crate) html: String,
}

/// What a mail is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// A notice.
    MailNotice(&'a NoticeKind),
    /// Nothing: an operator tests the set-up.
    Test,
}

impl About<'_> {
    fn key(self) -> &'static str {
        match self {
            Self::MailNotice(kind) => kind.as_str(),
            Self::Test => "Test",
        }
    }

    fn arguments(self) -> Vec<(&'static str, String)> {
        match self {
            Self::MailNotice(NoticeKind::LowBalance {
                subscription_id,
                remaining,
                granted,
            }) => vec![
                ("subscription", left_to_right(&subscription_id.to_string())),
                ("remaining", left_to_right(&remaining.to_string())),
                ("granted", left_to_right(&granted.to_string())),
            ],
            Self::MailNotice(NoticeKind::SubscriptionSpent {
                subscription_id,
                granted,
            }) => vec![
                ("subscription", left_to_right(&subscription_id.to_string())),
                ("granted", left_to_right(&granted.to_string())),
            ],
            Self::MailNotice(NoticeKind::SenderDisabled { sender_id, reason }) => vec![
                ("sender", left_to_right(&sender_id.to_string())),
                ("reason", as_it_begins(reason.as_str())),
            ],
            Self::MailNotice(NoticeKind::TemplateDisabled {
                sender_id,
                name,
                language,
                reason,
            }) => vec![
                ("sender", left_to_right(&sender_id.to_string())),
                ("template", left_to_right(name.as_str())),
                ("language", left_to_right(language.as_str())),
                ("reason", as_it_begins(reason.as_str())),
            ],
            Self::MailNotice(NoticeKind::KeyExpiring {
                api_key_id,
                hint,
                expires_at,
            }) => vec![
                ("key", left_to_right(&api_key_id.to_string())),
                ("hint", left_to_right(&format!("{hint}…"))),
                ("expiry", left_to_right(&instant(*expires_at))),
            ],
            Self::Test => vec![
                ("granted", left_to_right("1,000")),
                ("sender", left_to_right("otp-server")),
            ],
        }
    }
}

/// Writes a mail to this person.
pub(crate) fn write(
    about: About<'_>,
    language: UiLanguage,
    (name, company): (&ContactLine, &ContactLine),
) -> Words {
    let mut arguments = about.arguments();
    arguments.push(("name", as_it_begins(name.as_str())));
    arguments.push(("company", as_it_begins(company.as_str())));
    let arguments: Vec<_> = arguments
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let say = |key: &str| text(language, key, &arguments);
    let key = about.key();
    let subject = say(&format!("{key}-subject"));
    let sentences: Vec<String> = (1..=3).map(|n| say(&format!("{key}-{n}"))).collect();
    let (greeting, footer) = (say("greeting"), say("footer"));
    let plain = format!(
        "{greeting}\n\n{}\n\n-- \n{footer}\n",
        sentences.join("\n\n")
    );
    Words {
        html: html(
            language,
            &subject,
            [&greeting].into_iter().chain(&sentences),
            &footer,
        ),
        subject: shown(language, &subject),
        plain: shown(language, &plain),
    }
}

fn html<'a>(
    language: UiLanguage,
    subject: &str,
    sentences: impl Iterator<Item = &'a String>,
    footer: &str,
) -> String {
    let (lang, direction) = match language {
        UiLanguage::Arabic => ("ar", "rtl"),
        UiLanguage::English => ("en", "ltr"),
    };
    let title = escaped(&without_isolates(subject));
    let body: Vec<_> = sentences
        .map(|text| format!("<p>{}</p>\n", markup(text)))
        .collect();
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"{lang}\" dir=\"{direction}\">\n\
         <head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n</head>\n\
         <body style=\"font-family: sans-serif; line-height: 1.5; max-width: 40em\">\n\
         {}<hr>\n<p style=\"font-size: smaller\">{}</p>\n</body>\n</html>\n",
        body.concat(),
        markup(footer)
    )
}

/// A sentence as HTML: escaped first, so that what is put in is text and nothing else.
fn markup(sentence: &str) -> String {
    escaped(sentence)
        .replace(LEFT_TO_RIGHT, "<bdi dir=\"ltr\">")
        .replace(AS_IT_BEGINS, "<bdi>")
        .replace(END, "</bdi>")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Text as it stands in a subject or in plain text: a left-to-right sentence with Latin names in it needs
/// no isolates, and not every reader hides them.
fn shown(language: UiLanguage, text: &str) -> String {
    match language {
        UiLanguage::Arabic => text.to_owned(),
        UiLanguage::English => without_isolates(text),
    }
}

fn left_to_right(value: &str) -> String {
    format!("{LEFT_TO_RIGHT}{}{END}", one_line(value))
}

fn as_it_begins(value: &str) -> String {
    format!("{AS_IT_BEGINS}{}{END}", one_line(value))
}

/// A value without what could end its line, or the isolation it stands in.
fn one_line(value: &str) -> String {
    let plain = value.chars().filter(|c| !is_bidi_control(*c));
    plain
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn without_isolates(text: &str) -> String {
    text.chars().filter(|c| !is_bidi_control(*c)).collect()
}

/// Unicode's directional embeddings, overrides and isolates.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

const TO_THE_MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

fn instant(at: Timestamp) -> String {
    OffsetDateTime::from(at)
        .format(&TO_THE_MINUTE)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
