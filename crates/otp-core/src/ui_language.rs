//! The languages of the product's pages, errors and mails.

use crate::language::LanguageTag;

/// A language that people read pages, errors and mails in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UiLanguage {
    /// Arabic.
    Arabic,
    /// English, also for readers of any other language.
    English,
}

impl UiLanguage {
    /// All languages, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Arabic, Self::English];

    /// Returns the language for readers of `tag`.
    pub fn of(tag: &LanguageTag) -> Self {
        match tag.base() {
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }

    /// Returns the BCP 47 tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::English => "en",
        }
    }

    /// Returns the tag as a message keeps it.
    pub fn tag(self) -> LanguageTag {
        LanguageTag::parse(self.as_str()).expect("each is a tag")
    }

    /// Returns the number a store keeps.
    pub const fn code(self) -> i16 {
        match self {
            Self::Arabic => 0,
            Self::English => 1,
        }
    }

    /// Returns the language of a stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_is_for_arabic_readers_and_english_for_the_rest() {
        for (tag, expected) in [
            ("ar", UiLanguage::Arabic),
            ("ar_EG", UiLanguage::Arabic),
            ("en", UiLanguage::English),
            ("fr", UiLanguage::English),
        ] {
            let tag = LanguageTag::parse(tag).expect("a tag");
            assert_eq!(UiLanguage::of(&tag), expected, "{tag}");
        }
    }
}
