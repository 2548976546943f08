//! The wording of a mail: subject, plain text and HTML, made from the same sentences.
//!
//! Every inserted value is isolated, so that numbers and names keep their own direction and leave
//! that of the sentence alone.

use otp_core::account::ContactLine;
use otp_core::notice::NoticeKind;
use otp_core::person::device::{Browser, System};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_texts::Direction;
use otp_texts::bidi::{self, first_strong, left_to_right};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::text::TEXTS;

/// The wording of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) subject: String,
    pub(crate) plain: String,
    pub(crate) html: String,
}

/// The topic of a mail.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'a> {
    /// A notice to an account holder.
    Notice(&'a NoticeKind),
    /// An invitation to the team of the company.
    Invitation {
        /// The address under which people reach the gateway.
        gateway: &'a str,
    },
    /// A test of the mail set-up by an operator.
    Test,
}

/// Writes a mail to this person at this company.
pub(crate) fn write(
    about: About<'_>,
    language: UiLanguage,
    (name, company): (&ContactLine, &ContactLine),
) -> Words {
    let mut arguments = about.arguments();
    arguments.push(("name", first_strong(name.as_str())));
    arguments.push(("company", first_strong(company.as_str())));
    let arguments: Vec<_> = arguments
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let text = |key: &str| TEXTS.text(language, key, &arguments);
    let key = about.key();
    let subject = text(&format!("{key}-subject"));
    let sentences: Vec<String> = (1..=3).map(|n| text(&format!("{key}-{n}"))).collect();
    let (greeting, footer) = about.frame();
    let (greeting, footer) = (text(greeting), text(footer));
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
        subject: for_mail_readers(language, &subject),
        plain: for_mail_readers(language, &plain),
    }
}

impl About<'_> {
    /// Returns the beginning of the keys of its texts.
    fn key(self) -> &'static str {
        match self {
            Self::Notice(kind) => kind.as_str(),
            Self::Invitation { .. } => "TeamInvitation",
            Self::Test => "Test",
        }
    }

    /// Returns the keys of the words before and after its texts: the operators are not the contact of the account.
    fn frame(self) -> (&'static str, &'static str) {
        match self {
            Self::Notice(NoticeKind::OrderPlaced { .. }) => {
                ("greeting-operators", "footer-operators")
            }
            Self::Notice(
                NoticeKind::NewDevice { .. }
                | NoticeKind::PasswordChanged { .. }
                | NoticeKind::SecondFactorOn { .. }
                | NoticeKind::SecondFactorOff { .. },
            ) => ("greeting", "footer-person"),
            Self::Invitation { .. } | Self::Notice(NoticeKind::TeamInvitation { .. }) => {
                ("greeting-invited", "footer-invited")
            }
            Self::Notice(_) | Self::Test => ("greeting", "footer"),
        }
    }

    fn arguments(self) -> Vec<(&'static str, String)> {
        match self {
            Self::Notice(NoticeKind::LowBalance {
                subscription_id,
                remaining,
                granted,
            }) => vec![
                ("subscription", left_to_right(&subscription_id.to_string())),
                ("remaining", left_to_right(&remaining.to_string())),
                ("granted", left_to_right(&granted.to_string())),
            ],
            Self::Notice(NoticeKind::SubscriptionSpent {
                subscription_id,
                granted,
            }) => vec![
                ("subscription", left_to_right(&subscription_id.to_string())),
                ("granted", left_to_right(&granted.to_string())),
            ],
            Self::Notice(NoticeKind::SenderDisabled { sender_id, reason }) => vec![
                ("sender", left_to_right(&sender_id.to_string())),
                ("reason", first_strong(reason.as_str())),
            ],
            Self::Notice(NoticeKind::TemplateDisabled {
                sender_id,
                name,
                language,
                reason,
            }) => vec![
                ("sender", left_to_right(&sender_id.to_string())),
                ("template", left_to_right(name.as_str())),
                ("language", left_to_right(language.as_str())),
                ("reason", first_strong(reason.as_str())),
            ],
            Self::Notice(NoticeKind::KeyExpiring {
                api_key_id,
                hint,
                expires_at,
            }) => vec![
                ("key", left_to_right(&api_key_id.to_string())),
                ("hint", left_to_right(&format!("{hint}…"))),
                ("expiry", left_to_right(&to_the_minute(*expires_at))),
            ],
            Self::Notice(NoticeKind::WebhookDisabled { endpoint_id }) => {
                vec![("endpoint", left_to_right(&endpoint_id.to_string()))]
            }
            Self::Notice(
                NoticeKind::OrderPlaced { order_id, credits }
                | NoticeKind::OrderActivated { order_id, credits },
            ) => vec![
                ("order", left_to_right(&order_id.to_string())),
                ("reference", left_to_right(&order_id.reference())),
                ("credits", left_to_right(&credits.to_string())),
            ],
            Self::Notice(NoticeKind::OrderDeclined { order_id, reason }) => vec![
                ("order", left_to_right(&order_id.to_string())),
                ("reference", left_to_right(&order_id.reference())),
                ("reason", first_strong(reason.as_str())),
            ],
            Self::Notice(NoticeKind::NewDevice { device, .. }) => vec![
                (
                    "browser",
                    left_to_right(device.browser.map_or("?", Browser::as_str)),
                ),
                (
                    "system",
                    left_to_right(device.system.map_or("?", System::as_str)),
                ),
            ],
            Self::Notice(
                NoticeKind::PasswordChanged { .. }
                | NoticeKind::SecondFactorOn { .. }
                | NoticeKind::SecondFactorOff { .. }
                | NoticeKind::TeamInvitation { .. },
            ) => Vec::new(),
            Self::Invitation { gateway } => {
                // Mail has no links: the reader types the address, or their program recognises it.
                let host = gateway.split_once("://").map_or(gateway, |(_, host)| host);
                vec![("link", left_to_right(&format!("{host}/join")))]
            }
            Self::Test => vec![
                ("granted", left_to_right("1,000")),
                ("sender", left_to_right("otp-server")),
            ],
        }
    }
}

fn html<'a>(
    language: UiLanguage,
    subject: &str,
    sentences: impl Iterator<Item = &'a String>,
    footer: &str,
) -> String {
    let body: String = sentences
        .map(|sentence| format!("<p>{}</p>\n", bidi::to_html(sentence)))
        .collect();
    let footer = bidi::to_html(footer);
    let body = format!("{body}<hr>\n<p style=\"font-size: smaller\">{footer}</p>");
    page(language, subject, &body)
}

/// Returns a mail's HTML. `body` is HTML, without a line end after it.
pub(crate) fn page(language: UiLanguage, subject: &str, body: &str) -> String {
    let (lang, dir) = (language.as_str(), Direction::of(language).as_str());
    // A title holds text only, no `bdi` elements.
    let title = bidi::to_html(&bidi::without_isolates(subject));
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"{lang}\" dir=\"{dir}\">\n\
         <head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n</head>\n\
         <body style=\"font-family: sans-serif; line-height: 1.5; max-width: 40em\">\n\
         {body}\n</body>\n</html>\n"
    )
}

/// Returns text as it appears in a subject or in plain text. A left-to-right sentence with Latin
/// names needs no isolates, and some mail readers show them.
pub(crate) fn for_mail_readers(language: UiLanguage, text: &str) -> String {
    match Direction::of(language) {
        Direction::RightToLeft => text.to_owned(),
        Direction::LeftToRight => bidi::without_isolates(text),
    }
}

const TO_THE_MINUTE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute] UTC");

fn to_the_minute(at: Timestamp) -> String {
    OffsetDateTime::from(at)
        .format(&TO_THE_MINUTE)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
