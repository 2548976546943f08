//! Markup: text that is HTML already.

use std::fmt;

/// HTML in which everything that was inserted is escaped. A template writes it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Makes markup of a text: escapes it, and turns the isolates around inserted values into `bdi` elements.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(otp_texts::bidi::to_html(text))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}
