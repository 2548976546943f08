//! Catalogue: the texts of one crate in every language.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::resolver::ResolverError;
use fluent_bundle::resolver::errors::ReferenceKind;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use fluent_syntax::ast::Entry;
use otp_core::ui_language::UiLanguage;
use unic_langid::LanguageIdentifier;

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
        let mut values = FluentArgs::with_capacity(arguments.len());
        for (name, value) in arguments {
            values.set(*name, *value);
        }
        let text = |language| self.translation(language).text(key, &values);
        text(language)
            .or_else(|| text(UiLanguage::English))
            .unwrap_or_else(|| key.to_owned())
    }

    /// Returns what is wrong with the catalogue if it should have exactly these keys, for the test
    /// of the crate that owns it. In every language, a text must have the same arguments.
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
        let message = self.bundle.get_message(key)?;
        let text = self
            .bundle
            .format_pattern(message.value()?, Some(values), &mut Vec::new());
        Some(text.into_owned())
    }

    /// Returns the names of the arguments that the text inserts.
    fn arguments(&self, key: &str) -> BTreeSet<String> {
        let message = self.bundle.get_message(key);
        let Some(pattern) = message.and_then(|message| message.value()) else {
            return BTreeSet::new();
        };
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, None, &mut errors);
        errors.into_iter().filter_map(missing_argument).collect()
    }
}

fn key(entry: &Entry<&str>) -> Option<String> {
    if let Entry::Message(message) = entry {
        Some(message.id.name.to_owned())
    } else {
        None
    }
}

fn missing_argument(error: FluentError) -> Option<String> {
    if let FluentError::ResolverError(ResolverError::Reference(ReferenceKind::Variable { id })) =
        error
    {
        Some(id)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
