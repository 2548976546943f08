//! Catalogue: the texts of one crate in every language.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Pattern};
use otp_core::ui_language::UiLanguage;
use unic_langid::LanguageIdentifier;

use crate::argument::{self, Argument};
use crate::pattern::{faults_of_forms, variables};

/// The texts of one crate, by key, in every language.
///
/// ```
/// use otp_core::ui_language::UiLanguage;
/// use otp_texts::{Catalogue, Sources};
///
/// static TEXTS: Catalogue = Catalogue::new(Sources {
///     english: "greeting = Hello { $name }", // usually include_str!("../locales/en/page.ftl")
///     arabic: "greeting = مرحبًا { $name }",
/// });
///
/// let text = TEXTS.text(UiLanguage::English, "greeting", &[("name", "Amal")]);
/// assert_eq!(text, "Hello Amal");
/// ```
pub struct Catalogue {
    sources: Sources,
    loaded: OnceLock<Loaded>,
}

/// The contents of a catalogue's files, in Project Fluent's format.
#[derive(Debug, Clone, Copy)]
pub struct Sources {
    /// The English texts. They also replace texts that another language lacks.
    pub english: &'static str,
    /// The Arabic texts.
    pub arabic: &'static str,
}

impl Catalogue {
    /// Returns a catalogue that is loaded when it is first used.
    pub const fn new(sources: Sources) -> Self {
        Self {
            sources,
            loaded: OnceLock::new(),
        }
    }

    /// Returns the text in this language, with the arguments inserted as they are.
    ///
    /// A missing text is replaced by the English one, and otherwise by the key.
    pub fn text(&self, language: UiLanguage, key: &str, arguments: &[(&str, &str)]) -> String {
        let arguments = arguments.iter();
        let arguments: Vec<_> = arguments
            .map(|(name, text)| (*name, Argument::Text(text)))
            .collect();
        self.text_with(language, key, &arguments)
    }

    /// Returns the text in this language, with arguments that may be numbers. By a number, a text chooses the plural
    /// form of its language.
    ///
    /// ```
    /// use otp_core::ui_language::UiLanguage;
    /// use otp_texts::{Argument, Catalogue, Sources, bidi};
    ///
    /// static TEXTS: Catalogue = Catalogue::new(Sources {
    ///     english: "sent = { $count ->\n    [one] One message\n   *[other] { $count } messages\n}",
    ///     arabic: "", // with six forms
    /// });
    ///
    /// let count = [("count", Argument::Number(1_200))];
    /// let text = TEXTS.text_with(UiLanguage::English, "sent", &count);
    /// assert_eq!(bidi::without_isolates(&text), "1,200 messages");
    /// ```
    pub fn text_with(
        &self,
        language: UiLanguage,
        key: &str,
        arguments: &[(&str, Argument<'_>)],
    ) -> String {
        let text = |language| {
            let arguments = arguments.iter();
            let values: FluentArgs<'_> = arguments
                .map(|(name, argument)| (*name, argument.into_value(language)))
                .collect();
            self.translation(language).text(key, &values)
        };
        text(language)
            .or_else(|| text(UiLanguage::English))
            .unwrap_or_else(|| key.to_owned())
    }

    /// Returns what is wrong with the catalogue if it should have exactly these keys, for the test
    /// of the crate that owns it. In every language, a text must have the same arguments, and all plural forms of the
    /// language if it has any.
    pub fn faults<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let wanted: BTreeSet<&str> = keys.into_iter().collect();
        let mut faults = Vec::new();
        for language in UiLanguage::ALL {
            let translation = self.translation(language);
            let found: BTreeSet<&str> = translation.keys.iter().map(String::as_str).collect();
            let mut add = |fault: String| faults.push(format!("{}: {fault}", language.as_str()));
            for fault in &translation.faults {
                add(fault.clone());
            }
            for key in wanted.difference(&found) {
                add(format!("{key} is missing"));
            }
            for key in found.difference(&wanted) {
                add(format!("{key} is not used"));
            }
            for key in wanted.intersection(&found) {
                let arguments = translation.arguments(key);
                let english = self.translation(UiLanguage::English).arguments(key);
                if arguments != english {
                    add(format!("{key} has {arguments:?}, in English {english:?}"));
                }
                let pattern = translation.pattern(key);
                let faults = pattern.map(|pattern| faults_of_forms(language, pattern));
                for fault in faults.into_iter().flatten() {
                    add(format!("{key} {fault}"));
                }
            }
        }
        faults
    }

    fn translation(&self, language: UiLanguage) -> &Translation {
        let loaded = self.loaded.get_or_init(|| Loaded {
            english: Translation::load(UiLanguage::English, self.sources.english),
            arabic: Translation::load(UiLanguage::Arabic, self.sources.arabic),
        });
        match language {
            UiLanguage::English => &loaded.english,
            UiLanguage::Arabic => &loaded.arabic,
        }
    }
}

struct Loaded {
    english: Translation,
    arabic: Translation,
}

/// The texts in one language.
struct Translation {
    bundle: FluentBundle<FluentResource>,
    keys: Vec<String>,
    /// Faults that were found while loading.
    faults: Vec<String>,
}

impl Translation {
    fn load(language: UiLanguage, source: &str) -> Self {
        let (resource, errors) = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => (resource, Vec::new()),
            Err((readable_part, errors)) => (readable_part, errors),
        };
        let mut faults: Vec<_> = errors.iter().map(ToString::to_string).collect();
        let keys = resource.entries().filter_map(key).collect();
        let identifier: LanguageIdentifier = language.as_str().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
        // Texts isolate what is inserted where they need it, each value in its own direction.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(argument::write));
        if let Err(errors) = bundle.add_resource(resource) {
            faults.extend(errors.iter().map(ToString::to_string));
        }
        Self {
            bundle,
            keys,
            faults,
        }
    }

    fn text(&self, key: &str, values: &FluentArgs<'_>) -> Option<String> {
        let text = self
            .bundle
            .format_pattern(self.pattern(key)?, Some(values), &mut Vec::new());
        Some(text.into_owned())
    }

    fn pattern(&self, key: &str) -> Option<&Pattern<&str>> {
        self.bundle.get_message(key)?.value()
    }

    /// Returns the names of the arguments that the text inserts.
    fn arguments(&self, key: &str) -> BTreeSet<String> {
        self.pattern(key).map(variables).unwrap_or_default()
    }
}

fn key(entry: &Entry<&str>) -> Option<String> {
    if let Entry::Message(message) = entry {
        Some(message.id.name.to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bidi;

    static CATALOGUE: Catalogue = Catalogue::new(Sources {
        english: "# A comment.\ngreeting = Hello { $name },\nonly-english = { $count } left\n",
        arabic: "greeting = مرحبًا { $name }،\n",
    });

    #[test]
    fn a_text_is_found_in_its_language_with_its_arguments() {
        let arguments = [("name", "Amal"), ("unused", "")];
        for (language, expected) in [
            (UiLanguage::English, "Hello Amal,"),
            (UiLanguage::Arabic, "مرحبًا Amal،"),
        ] {
            assert_eq!(CATALOGUE.text(language, "greeting", &arguments), expected);
        }
    }

    static COUNTED: Catalogue = Catalogue::new(Sources {
        english: "days = { $count ->\n [0] today\n [one] in a day\n *[other] in { $count } days\n}\nday = { 24 } h",
        arabic: "days = { $count ->\n [zero] 0\n [one] 1\n [two] 2\n [few] ق{ $count }\n [many] ك{ $count }\n \
                 *[other] غ{ $count }\n}\nday = { 24 } س",
    });

    #[test]
    fn a_number_chooses_the_plural_form_of_its_language() {
        let text = |language, count| {
            let text = COUNTED.text_with(language, "days", &[("count", Argument::Number(count))]);
            bidi::without_isolates(&text)
        };
        for (count, english, arabic) in [
            (0, "today", "0"),
            (1, "in a day", "1"),
            (2, "in 2 days", "2"),
            (3, "in 3 days", "ق3"),
            (10, "in 10 days", "ق10"),
            (11, "in 11 days", "ك11"),
            (100, "in 100 days", "غ100"),
            (102, "in 102 days", "غ102"),
            (103, "in 103 days", "ق103"),
            (12_345, "in 12,345 days", "ك12,345"),
            (1_000_000, "in 1,000,000 days", "غ1,000,000"),
        ] {
            assert_eq!(text(UiLanguage::English, count), english);
            assert_eq!(text(UiLanguage::Arabic, count), arabic);
        }
    }

    #[test]
    fn every_number_of_a_text_is_isolated_and_a_text_of_digits_is_not() {
        let count = [("count", Argument::Number(1_000))];
        let text = COUNTED.text_with(UiLanguage::English, "days", &count);
        assert_eq!(text, "in \u{2066}1,000\u{2069} days");
        assert_eq!(
            COUNTED.text(UiLanguage::English, "day", &[]),
            "\u{2066}24\u{2069} h"
        );
        let text = COUNTED.text(UiLanguage::English, "days", &[("count", "1000")]);
        assert_eq!(text, "in 1000 days");
    }

    #[test]
    fn a_missing_text_is_replaced_by_english_and_then_by_its_key() {
        let text = |key| CATALOGUE.text(UiLanguage::Arabic, key, &[("count", "2")]);
        assert_eq!(text("only-english"), "2 left");
        assert_eq!(text("nowhere"), "nowhere");
    }

    #[test]
    fn a_complete_catalogue_has_no_faults() {
        let catalogue = Catalogue::new(Sources {
            english: "a = One { $x }\nb = { $x } of { $y }",
            arabic: "b = { $y } / { $x }\na = واحد { $x }",
        });
        assert_eq!(catalogue.faults(["a", "b"]), [""; 0]);
    }

    #[test]
    fn a_plural_has_all_forms_of_its_language_and_no_other() {
        let plural = |forms: &str| format!("a = {{ $n ->\n{forms} *[other] {{ $x }}\n}}");
        let catalogue = Catalogue::new(Sources {
            english: plural(" [one] 1\n [few] { $y }\n").leak(),
            arabic: plural(" [zero] 0\n [one] 1\n [many] { $y }\n").leak(),
        });
        let expected = [
            "ar: a lacks the form [two]",
            "ar: a lacks the form [few]",
            "en: a never uses the form [few]",
        ];
        assert_eq!(catalogue.faults(["a"]), expected);
        assert_eq!(COUNTED.faults(["days", "day"]), [""; 0]);
        let no_plural = "a = { $kind ->\n [mail] 1\n *[other] 2\n}";
        let catalogue = Catalogue::new(Sources {
            english: no_plural,
            arabic: no_plural,
        });
        assert_eq!(catalogue.faults(["a"]), [""; 0]);
    }

    #[test]
    fn every_fault_of_a_catalogue_is_found() {
        let catalogue = Catalogue::new(Sources {
            english: "a = One { $x }\nb = Two\nb = Three\nc = Four",
            arabic: "a = واحد { $y }\nb = اثنان\n!\n",
        });
        let faults = catalogue.faults(["a", "b", "d"]);
        for expected in [
            "ar: a has {\"y\"}, in English {\"x\"}",
            "ar: d is missing",
            "en: c is not used",
            "en: d is missing",
        ] {
            assert!(faults.iter().any(|fault| fault == expected), "{faults:?}");
        }
        let of = |language: &str| {
            let prefix = format!("{language}: ");
            faults.iter().filter(|f| f.starts_with(&prefix)).count()
        };
        assert_eq!(of("en"), 3, "b is defined twice: {faults:?}");
        assert_eq!(of("ar"), 3, "a line is not Fluent: {faults:?}");
    }
}
