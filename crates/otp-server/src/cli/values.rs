//! Parsers for the values of arguments.

use otp_core::channel::whatsapp::template::CodeExpiry;
use otp_core::credits::Credits;
use otp_core::ids::parse_uuid;
use otp_core::insights::GroupBy;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::notice::{LowBalance, NoticeTopic};
use otp_core::pricing::PriceKey;
use otp_core::proof::ProofSubject;
use otp_core::ui_language::UiLanguage;
use otp_core::verification::VerificationStatus;
use otp_core::webhook::WebhookEventKind;
use uuid::Uuid;

pub(crate) fn id(text: &str) -> Result<Uuid, String> {
    parse_uuid(text).map_err(|error| error.to_string())
}

/// Parses a positive number of credits.
pub(crate) fn credits(text: &str) -> Result<Credits, String> {
    let credits = text
        .parse()
        .ok()
        .and_then(|amount| Credits::new(amount).ok());
    let positive = credits.filter(|credits| *credits != Credits::ZERO);
    positive.ok_or_else(|| "write a whole number of credits from 1 to 2000000000".to_owned())
}

pub(crate) fn code_expiry(text: &str) -> Result<CodeExpiry, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    CodeExpiry::from_duration(duration).map_err(|error| error.to_string())
}

/// Parses the status of a message, in any case.
pub(crate) fn status(text: &str) -> Result<MessageStatus, String> {
    one_of(MessageStatus::ALL, MessageStatus::as_str, text)
}

/// Parses the status of a verification, in any case.
pub(crate) fn verification_status(text: &str) -> Result<VerificationStatus, String> {
    one_of(VerificationStatus::ALL, VerificationStatus::as_str, text)
}

/// Parses what the rows of insights stand for, in any case.
pub(crate) fn group_by(text: &str) -> Result<GroupBy, String> {
    one_of(GroupBy::ALL, GroupBy::as_str, text)
}

fn one_of<T: Copy, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
    text: &str,
) -> Result<T, String> {
    let mut values = all.into_iter();
    let found = values.find(|value| name(*value).eq_ignore_ascii_case(text));
    found.ok_or_else(|| format!("write one of {}", all.map(name).join(", ")))
}

/// Parses the kind of an event.
pub(crate) fn webhook_event(text: &str) -> Result<WebhookEventKind, String> {
    one_of(WebhookEventKind::ALL, WebhookEventKind::as_str, text)
}

/// Parses a topic of notices.
pub(crate) fn notice_topic(text: &str) -> Result<NoticeTopic, String> {
    one_of(NoticeTopic::ALL, NoticeTopic::as_str, text)
}

/// Parses the percentage at which a balance counts as low.
pub(crate) fn low_balance(text: &str) -> Result<LowBalance, String> {
    LowBalance::parse(text).map_err(|error| format!("write {error}"))
}

/// Parses the kind of name that a recipient has in proofs.
pub(crate) fn proof_subject(text: &str) -> Result<ProofSubject, String> {
    match text {
        "pseudonym" => Ok(ProofSubject::Pseudonym),
        "recipient" => Ok(ProofSubject::Recipient),
        _ => Err("write pseudonym or recipient".to_owned()),
    }
}

/// Parses what a price is for: the code of a country that has phone numbers, or `EMAIL`.
pub(crate) fn price_key(text: &str) -> Result<PriceKey, String> {
    let key = PriceKey::parse_known(text);
    key.ok_or_else(|| {
        "no country with phone numbers has that code; write one such as SA, or EMAIL".to_owned()
    })
}

/// Parses a language that notices exist in.
pub(crate) fn account_language(text: &str) -> Result<LanguageTag, String> {
    let has_texts = |tag: &LanguageTag| {
        let exists = |language: UiLanguage| language.as_str() == tag.as_str();
        UiLanguage::ALL.into_iter().any(exists)
    };
    let language = LanguageTag::parse(text).ok().filter(has_texts);
    language.ok_or_else(|| {
        let all = UiLanguage::ALL.map(UiLanguage::as_str);
        format!("write {}", all.join(" or "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_a_country_with_phone_numbers_or_for_mail() {
        assert_eq!(
            price_key("sa").map(|key| key.to_string()),
            Ok("SA".to_owned())
        );
        assert_eq!(price_key("email"), Ok(PriceKey::Email));
        assert!(
            price_key("001").is_ok(),
            "numbers without a country have a price too"
        );
        for text in ["", "XX", "Saudi Arabia"] {
            assert!(price_key(text).is_err(), "{text}");
        }
    }
}
