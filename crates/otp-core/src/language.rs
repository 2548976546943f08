//! Message languages: reads the language a caller requests and chooses an available one.
//!
//! Templates spell a language `en_US`; callers also write `en-US` or `EN-us`. All three are the
//! same tag.

/// A language tag with underscores: `ar`, `en_US`, `zh_Hant_TW`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// The text is not a plausible language tag (BCP 47, RFC 5646 section 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag such as ar, en or en_US")]
pub struct InvalidLanguageTag;

/// RFC 5646, section 4.4.1 recommends that 35 characters be enough for any tag.
const MAX_LENGTH: usize = 35;

impl LanguageTag {
    /// Reads a tag whose parts are separated by `-` or `_`; case does not matter.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguageTag> {
        if text.len() > MAX_LENGTH {
            return Err(InvalidLanguageTag);
        }
        let mut parts = text.split(['-', '_']);
        let base = parts.next().unwrap_or_default();
        if !(2..=3).contains(&base.len()) || !base.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(InvalidLanguageTag);
        }
        let mut tag = base.to_ascii_lowercase();
        for part in parts {
            if !(2..=8).contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(InvalidLanguageTag);
            }
            tag.push('_');
            tag.push_str(&canonical_subtag(part));
        }
        Ok(Self(tag))
    }

    /// Returns the tag, with underscores.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the language without script and region: `zh` of `zh_Hant_TW`.
    pub fn base(&self) -> &str {
        self.0.split('_').next().unwrap_or_default()
    }

    /// Returns language and region without the subtags between them: `zh_TW` of `zh_Hant_TW`.
    fn without_script(&self) -> Option<String> {
        let region = self.0.split('_').skip(1).find(|part| is_region(part))?;
        Some(format!("{}_{region}", self.base()))
    }
}

impl std::fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes regions in upper case, scripts capitalised, the rest in lower case (RFC 5646, section
/// 2.1.1).
fn canonical_subtag(part: &str) -> String {
    if is_region(part) {
        part.to_ascii_uppercase()
    } else if part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic()) {
        part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase()
    } else {
        part.to_ascii_lowercase()
    }
}

fn is_region(part: &str) -> bool {
    (part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic()))
        || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
}

/// Chooses a language from `available`: first for the preferred one, then for the account's
/// default. Each is matched exactly, then by base language, then by any region of that base (the
/// first in alphabetical order, so that the choice never depends on the order of rows).
pub fn select<'a>(
    preferred: Option<&LanguageTag>,
    default: &LanguageTag,
    available: &[&'a LanguageTag],
) -> Option<&'a LanguageTag> {
    preferred
        .and_then(|preferred| best_match(preferred, available))
        .or_else(|| best_match(default, available))
}

fn best_match<'a>(
    preferred: &LanguageTag,
    available: &[&'a LanguageTag],
) -> Option<&'a LanguageTag> {
    let find = |tag: &str| {
        available
            .iter()
            .copied()
            .find(|candidate| candidate.as_str() == tag)
    };
    find(preferred.as_str())
        .or_else(|| preferred.without_script().and_then(|tag| find(&tag)))
        .or_else(|| find(preferred.base()))
        .or_else(|| {
            available
                .iter()
                .copied()
                .filter(|c| c.base() == preferred.base())
                .min()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> LanguageTag {
        LanguageTag::parse(text).expect(text)
    }

    #[track_caller]
    fn check(preferred: Option<&str>, default: &str, available: &[&str], expected: Option<&str>) {
        let available: Vec<_> = available.iter().map(|text| tag(text)).collect();
        let available: Vec<_> = available.iter().collect();
        let preferred = preferred.and_then(|text| LanguageTag::parse(text).ok());
        let chosen = select(preferred.as_ref(), &tag(default), &available);
        assert_eq!(chosen.map(LanguageTag::as_str), expected);
    }

    #[test]
    fn hyphen_underscore_and_case_make_no_difference() {
        for text in ["en-US", "en_US", "EN-us", "en_us"] {
            assert_eq!(tag(text).as_str(), "en_US");
        }
        assert_eq!(tag("ZH-hant-tw").as_str(), "zh_Hant_TW");
        assert_eq!(tag("es-419").as_str(), "es_419");
    }

    #[test]
    fn implausible_tags_are_refused() {
        for text in [
            "",
            "e",
            "english",
            "1n",
            "en-",
            "en__US",
            "en US",
            "عربي",
            "en-abcdefghi",
            "a-b",
        ] {
            assert_eq!(LanguageTag::parse(text), Err(InvalidLanguageTag), "{text}");
        }
    }

    #[test]
    fn an_exact_match_is_first() {
        check(Some("en-US"), "ar", &["ar", "en", "en_US"], Some("en_US"));
        check(Some("ar"), "en", &["ar_EG", "ar", "en"], Some("ar"));
    }

    #[test]
    fn the_base_language_is_second() {
        check(Some("en-GB"), "ar", &["ar", "en", "en_US"], Some("en"));
        check(
            Some("zh-Hant-TW"),
            "en",
            &["zh_CN", "zh_TW", "en"],
            Some("zh_TW"),
        );
    }

    #[test]
    fn any_region_of_the_base_is_third_in_alphabetical_order() {
        check(Some("ar"), "en", &["ar_QA", "ar_EG", "en"], Some("ar_EG"));
        check(Some("en_GB"), "ar", &["ar", "en_US"], Some("en_US"));
    }

    #[test]
    fn the_accounts_default_is_matched_last_by_the_same_steps() {
        check(Some("fr"), "ar", &["en", "ar_EG"], Some("ar_EG"));
        check(None, "en", &["ar", "en_US"], Some("en_US"));
        check(Some("not a tag"), "ar", &["ar", "en"], Some("ar"));
    }

    #[test]
    fn without_a_match_there_is_no_language() {
        check(Some("fr"), "ar", &["en"], None);
        check(None, "ar", &[], None);
    }
}
