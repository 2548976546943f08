//! The texts of answers, Arabic and English, from `locales/`.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::header::{
    ACCEPT_LANGUAGE, HeaderMap, LanguageTag, Preference, Quality, QualityItem, from_comma_delimited,
};
use fluent_templates::Loader;
use otp_core::ui_language::UiLanguage;
use unic_langid::{LanguageIdentifier, langid};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        // Arguments are numbers and field names; the Arabic texts isolate them where it matters.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ARABIC: LanguageIdentifier = langid!("ar");
const ENGLISH: LanguageIdentifier = langid!("en");

/// A language answers are worded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Arabic,
}

impl Language {
    /// The caller's most wanted language of those there are; English otherwise.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Self {
        preferences(headers)
            .iter()
            .find_map(|preference| match preference {
                Preference::Any => Some(Self::English),
                Preference::Specific(tag) => Self::of_base(tag.primary_language()),
            })
            .unwrap_or(Self::English)
    }

    /// The same where the caller names a language at all. Many HTTP clients send `*` by themselves,
    /// which names none.
    pub(crate) fn named(headers: &HeaderMap) -> Option<Self> {
        let named =
            |preference: &Preference<LanguageTag>| matches!(preference, Preference::Specific(_));
        preferences(headers)
            .iter()
            .any(named)
            .then(|| Self::negotiate(headers))
    }

    fn of_base(base: &str) -> Option<Self> {
        [Self::English, Self::Arabic]
            .into_iter()
            .find(|language| base.eq_ignore_ascii_case(language.tag()))
    }

    /// The language's tag, for `Content-Language`.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// The text `key` in this language.
    pub(crate) fn text(self, key: &str, arguments: &[(&'static str, &str)]) -> String {
        let arguments: HashMap<Cow<'static, str>, _> = arguments
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), (*value).to_owned().into()))
            .collect();
        let language = match self {
            Self::English => &ENGLISH,
            Self::Arabic => &ARABIC,
        };
        TEXTS
            .try_lookup_with_args(language, key, &arguments)
            .unwrap_or_else(|| key.to_owned())
    }
}

impl From<Language> for UiLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Arabic => Self::Arabic,
        }
    }
}

/// What the caller accepts, the most wanted first.
fn preferences(headers: &HeaderMap) -> Vec<Preference<LanguageTag>> {
    let mut preferences: Vec<QualityItem<Preference<LanguageTag>>> =
        from_comma_delimited(headers.get_all(ACCEPT_LANGUAGE)).unwrap_or_default();
    // Stable: of equal preferences the first counts.
    preferences.sort_by_key(|preference| std::cmp::Reverse(preference.quality));
    preferences
        .into_iter()
        .filter(|preference| preference.quality > Quality::ZERO)
        .map(|preference| preference.item)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use actix_web::http::header::HeaderValue;

    use super::*;
    use crate::body::MalformedBody;
    use crate::error::ErrorCode;
    use crate::query::InvalidQuery;

    const ENGLISH_TEXTS: &str = include_str!("../locales/en/errors.ftl");
    const ARABIC_TEXTS: &str = include_str!("../locales/ar/errors.ftl");

    fn check(header: &[u8], expected: Language) {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_bytes(header).expect("a header");
        headers.insert(ACCEPT_LANGUAGE, value);
        let shown = String::from_utf8_lossy(header);
        assert_eq!(Language::negotiate(&headers), expected, "{shown}");
    }

    #[test]
    fn the_most_wanted_language_there_is_wins() {
        check(b"ar", Language::Arabic);
        check(b"AR-sa", Language::Arabic);
        check(b"fr, ar;q=0.4, en;q=0.3", Language::Arabic);
        check(b"ar;q=0.2, en-GB;q=0.9", Language::English);
        check(b"en;q=0.5, ar;q=0.5", Language::English);
        check(b"ar;q=0.5, en;q=0.5", Language::Arabic);
    }

    #[test]
    fn whoever_wants_none_of_them_gets_english() {
        for header in [
            "",
            "fr",
            "*",
            "ar;q=0",
            ";;;",
            "arabic",
            "ar;q=nonsense",
            "\u{7f}",
        ] {
            if let Ok(value) = HeaderValue::from_str(header) {
                check(value.as_bytes(), Language::English);
            }
        }
        check(b"\xff\xfe", Language::English);
        assert_eq!(Language::negotiate(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn a_language_is_named_by_a_tag_and_not_by_a_star() {
        for (header, expected) in [
            ("ar-EG", Some(Language::Arabic)),
            ("fr", Some(Language::English)),
            ("*;q=0.1, ar", Some(Language::Arabic)),
            ("*", None),
            ("ar;q=0", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            assert_eq!(Language::named(&headers), expected, "{header:?}");
        }
        assert_eq!(Language::named(&HeaderMap::new()), None);
    }

    fn keys(texts: &str) -> BTreeSet<&str> {
        let is_key = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
        let key = |line| str::split_once(line, " = ").map(|(key, _)| key);
        texts.lines().filter(is_key).filter_map(key).collect()
    }

    fn wanted() -> BTreeSet<&'static str> {
        let of_codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        let of_bodies = MalformedBody::ALL.iter().map(|problem| problem.text_key());
        let queries = InvalidQuery::all();
        let of_queries = queries.iter().map(|query| query.text_key());
        of_codes
            .chain(of_bodies)
            .chain(of_queries)
            .chain(["CoolingDown-message"])
            .collect()
    }

    #[test]
    fn both_languages_have_every_text_and_no_other() {
        assert_eq!(keys(ENGLISH_TEXTS), wanted(), "locales/en/errors.ftl");
        assert_eq!(keys(ARABIC_TEXTS), wanted(), "locales/ar/errors.ftl");
    }

    #[test]
    fn every_text_is_found_with_its_arguments() {
        let arguments = [("field", "otpCode"), ("wait", "00:00:30"), ("limit", "16")];
        for key in wanted() {
            for language in [Language::English, Language::Arabic] {
                let text = language.text(key, &arguments);
                assert_ne!(text, key, "{language:?}");
                assert!(!text.contains(['{', '}']), "{language:?} {key}: {text}");
            }
            assert_ne!(
                Language::English.text(key, &arguments),
                Language::Arabic.text(key, &arguments),
                "{key} is not translated"
            );
        }
    }
}
