//! The words for what needs a person: what happened, and what to do.

use crate::markup::Markup;
use crate::overview::view::{Attention, CreditsView};
use crate::page::Page;
use crate::value::Value;

/// The look of a thing that needs a person.
#[derive(Debug, Clone)]
pub(crate) struct AttentionLine {
    /// The class, which chooses the colours.
    pub(crate) class: &'static str,
    /// The name of the icon.
    pub(crate) icon: &'static str,
    /// The words for what happened.
    pub(crate) title: Markup,
    /// The words for the reason, and for what to do.
    pub(crate) text: Markup,
}

impl AttentionLine {
    pub(crate) fn new(page: &Page, attention: &Attention, credits: CreditsView) -> Self {
        let (class, icon, _) = look(attention);
        let [title, text] = keys(attention);
        let values = values(attention, credits);
        Self {
            class,
            icon,
            title: page.say_all(&title, &values),
            text: page.say_all(&text, &values),
        }
    }
}

/// Returns the keys of the title and of the text.
pub(crate) fn keys(attention: &Attention) -> [String; 2] {
    let (_, _, name) = look(attention);
    ["title", "text"].map(|part| format!("{name}-{part}"))
}

/// Returns the class, the icon, and the beginning of both keys.
pub(crate) const fn look(attention: &Attention) -> (&'static str, &'static str, &'static str) {
    match attention {
        Attention::NoCredits => ("is-bad", "wallet", "no-credits"),
        Attention::NoSender => ("is-bad", "phone-off", "no-sender"),
        Attention::SenderStopped { .. } => ("is-bad", "phone-off", "sender-stopped"),
        Attention::EndpointDisabled { .. } => ("is-bad", "webhook", "endpoint-disabled"),
        Attention::LowCredits => ("is-warn", "wallet", "low-credits"),
        Attention::KeyExpires { .. } => ("is-warn", "key-round", "key-expires"),
    }
}

fn values(attention: &Attention, credits: CreditsView) -> Vec<(&'static str, Value<'_>)> {
    match attention {
        Attention::NoCredits | Attention::NoSender => vec![],
        Attention::SenderStopped { phone } => vec![("phone", Value::Code(phone))],
        // An address without a place to break would be wider than a phone.
        Attention::EndpointDisabled { host } => vec![("host", Value::Name(host))],
        Attention::LowCredits => vec![("left", Value::Number(credits.left))],
        Attention::KeyExpires { name, days } => {
            vec![("name", Value::Name(name)), ("days", Value::Number(*days))]
        }
    }
}
