//! Language negotiation: the value of an `Accept-Language` header (RFC 9110, section 12.5.4).

use language_tags::LanguageTag;
use otp_core::ui_language::UiLanguage;

/// Returns the supported language that the client prefers, or English if it prefers others.
///
/// Returns `None` if the header names no language at all: many HTTP clients send `*` by default.
/// Of equal preferences the first one counts. Malformed entries are ignored.
pub fn preferred_language(accept_language: &str) -> Option<UiLanguage> {
    let mut names_a_language = false;
    let mut best: Option<(u16, UiLanguage)> = None;
    for (range, quality) in accept_language.split(',').filter_map(entry) {
        if quality == 0 {
            continue;
        }
        let language = match range {
            Range::Any => UiLanguage::English,
            Range::Supported(language) => language,
            Range::Other => {
                names_a_language = true;
                continue;
            }
        };
        names_a_language |= range != Range::Any;
        if best.is_none_or(|(highest, _)| quality > highest) {
            best = Some((quality, language));
        }
    }
    names_a_language.then(|| best.map_or(UiLanguage::English, |(_, language)| language))
}

/// The languages that an entry of the header accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// `*`.
    Any,
    /// A supported language, whatever its region.
    Supported(UiLanguage),
    /// A language without texts here.
    Other,
}

/// Reads an entry such as `ar-EG;q=0.8`, with its quality in thousandths.
fn entry(text: &str) -> Option<(Range, u16)> {
    let (range, quality) = match text.split_once(';') {
        Some((range, parameter)) => (range, quality(parameter.trim())?),
        None => (text, 1_000),
    };
    Some((parse_range(range.trim())?, quality))
}

fn parse_range(text: &str) -> Option<Range> {
    if text == "*" {
        return Some(Range::Any);
    }
    let tag = LanguageTag::parse(text).ok()?;
    let base = tag.primary_language();
    let mut supported = UiLanguage::ALL.into_iter();
    let language = supported.find(|language| base.eq_ignore_ascii_case(language.as_str()));
    Some(language.map_or(Range::Other, Range::Supported))
}

/// Reads `q=0.8`: a number from 0 to 1 with at most three decimals.
fn quality(parameter: &str) -> Option<u16> {
    let value = parameter
        .strip_prefix("q=")
        .or_else(|| parameter.strip_prefix("Q="))?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARABIC: Option<UiLanguage> = Some(UiLanguage::Arabic);
    const ENGLISH: Option<UiLanguage> = Some(UiLanguage::English);

    #[test]
    fn the_supported_language_with_the_highest_quality_wins() {
        for (header, expected) in [
            ("ar", ARABIC),
            ("AR-sa", ARABIC),
            ("fr, ar;q=0.4, en;q=0.3", ARABIC),
            ("ar;q=0.2, en-GB;q=0.9", ENGLISH),
            ("en;q=0.5, ar;q=0.5", ENGLISH),
            ("ar;q=0.5, en;q=0.5", ARABIC),
            ("ar; Q=1.000 , en;q=0.999", ARABIC),
            ("ar;q=0.04, en;q=0.3", ENGLISH),
            ("*;q=0.1, ar", ARABIC),
            ("*, ar;q=0.5", ENGLISH),
            ("*;q=0, ar", ARABIC),
        ] {
            assert_eq!(preferred_language(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_client_that_prefers_other_languages_gets_english() {
        for header in ["fr", "fr, de;q=0.5", "arabic", "fr, ar;q=0", "x-ar"] {
            assert_eq!(preferred_language(header), ENGLISH, "{header:?}");
        }
    }

    #[test]
    fn a_header_without_a_usable_entry_names_no_language() {
        for header in [
            "",
            "*",
            ";;;",
            "ar;q=0",
            "ar;q=0.000",
            "ar;q=",
            "ar;q=1.1",
            "ar;q=2",
            "ar;q=-1",
            "ar;q= 1",
            "ar;q=0.1234",
            "ar;q=nonsense",
            "ar;level=1",
            "ar;q=1;q=1",
            "ar;",
            "ar_EG",
            "a",
            "عربي",
            "\u{7f}",
        ] {
            assert_eq!(preferred_language(header), None, "{header:?}");
        }
    }
}
