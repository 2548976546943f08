//! The texts of the guide, rendered when the program was built; see `build.rs`.

use otp_core::ui_language::UiLanguage;

include!(concat!(env!("OUT_DIR"), "/guide.rs"));

/// The path of the first page, and the beginning of the paths of all others.
pub(crate) const GUIDE: &str = "/guide";

/// The address of the gateway in the texts.
pub(super) const PLACEHOLDER: &str = "https://otp.example.com";

/// A page of the guide.
#[derive(Debug)]
pub(super) struct Chapter {
    /// Its place in the path.
    pub(super) slug: &'static str,
    english: Half,
    arabic: Half,
}

/// The page in one language.
#[derive(Debug)]
pub(super) struct Half {
    /// The title.
    pub(super) title: &'static str,
    /// The first sentence, as HTML.
    pub(super) lead: &'static str,
    /// The id and the title of each section.
    pub(super) sections: &'static [(&'static str, &'static str)],
    /// The parts below them.
    pub(super) parts: &'static [Part],
    /// The source.
    pub(super) markdown: &'static str,
}

/// One part of a page.
#[derive(Debug)]
pub(super) enum Part {
    /// HTML.
    Html(&'static str),
    /// A block of code.
    Code {
        /// The name of its language.
        language: &'static str,
        /// The code.
        text: &'static str,
    },
    /// The sample with this name.
    Sample(&'static str),
    /// The table of errors.
    Errors,
    /// The table of test numbers.
    TestNumbers,
    /// The table of limits.
    Limits,
}

/// A call of the API in several languages.
#[derive(Debug)]
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// The names of each language for people and in Markdown, and the program.
    pub(super) programs: &'static [(&'static str, &'static str, &'static str)],
}

impl Chapter {
    /// Returns the page with this place in the path.
    pub(super) fn find(slug: &str) -> Option<&'static Self> {
        PAGES.iter().find(|chapter| chapter.slug == slug)
    }

    /// Returns its path.
    pub(super) fn path(&self) -> String {
        format!("{GUIDE}/{}", self.slug)
    }

    /// Returns the page in a language.
    pub(super) fn half(&self, language: UiLanguage) -> &Half {
        match language {
            UiLanguage::English => &self.english,
            UiLanguage::Arabic => &self.arabic,
        }
    }
}

impl Sample {
    /// Returns the sample with this name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        SAMPLES.iter().find(|sample| sample.name == name)
    }
}
