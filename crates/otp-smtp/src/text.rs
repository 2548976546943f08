//! The words of mails, Arabic and English, from `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::Loader;
use fluent_templates::fluent_bundle::FluentValue;
use otp_core::ui_language::UiLanguage;
use unic_langid::{LanguageIdentifier, langid};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        // What is put in is isolated by `words.rs`, each thing in its own direction.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ARABIC: LanguageIdentifier = langid!("ar");
const ENGLISH: LanguageIdentifier = langid!("en");

/// What is put into a text, by name.
pub(crate) type Arguments<'a> = [(&'static str, &'a str)];

/// The text `key` in this language; the key where there is none, which a test rules out.
pub(crate) fn text(language: UiLanguage, key: &str, arguments: &Arguments<'_>) -> String {
    let arguments: HashMap<Cow<'static, str>, FluentValue<'_>> = arguments
        .iter()
        .map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)))
        .collect();
    let language = match language {
        UiLanguage::Arabic => &ARABIC,
        UiLanguage::English => &ENGLISH,
    };
    TEXTS
        .try_lookup_with_args(language, key, &arguments)
        .unwrap_or_else(|| key.to_owned())
}
