//! Markup: text that is HTML already.

use std::fmt;

use otp_core::time::Timestamp;
use otp_texts::bidi;

/// HTML in which everything that was inserted is escaped. A template writes it as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Markup(String);

impl Markup {
    /// Makes markup of a text: escapes it, and turns the isolates around inserted values into `bdi` elements.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(bidi::to_html(text))
    }

    /// Takes HTML that was rendered when the program was built.
    pub(crate) fn of_rendered(html: &'static str) -> Self {
        Self(html.to_owned())
    }

    /// Makes markup of a drawing. Screen readers ignore it.
    pub(crate) fn of_drawing(class: &str, content: &'static str) -> Self {
        let class = bidi::to_html(class);
        Self(format!(
            "<svg class=\"{class}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{content}</svg>"
        ))
    }

    /// Makes markup of an instant: its day and its time in UTC, to the second.
    pub(crate) fn of_time(instant: Timestamp) -> Self {
        let text = instant.to_rfc3339();
        let (date, time) = text.split_once('T').unwrap_or_default();
        let (time, _) = time.split_once('.').unwrap_or_default();
        Self::of_day_and_time(date, time)
    }

    /// Makes markup of an instant: its day and its time in UTC, to the millisecond.
    pub(crate) fn of_moment(instant: Timestamp) -> Self {
        let text = instant.to_rfc3339();
        let (date, time) = text.split_once('T').unwrap_or_default();
        Self::of_day_and_time(date, time.trim_end_matches('Z'))
    }

    fn of_day_and_time(date: &str, time: &str) -> Self {
        Self(format!(
            "<time datetime=\"{date}T{time}Z\" dir=\"ltr\"><span class=\"muted\">{date}</span> {time}</time>"
        ))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Markup {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_day_and_a_time_to_the_second_or_the_millisecond() {
        let instant = Timestamp::parse("2026-11-28T14:02:11.812Z").expect("an instant");
        let expected = "<time datetime=\"2026-11-28T14:02:11Z\" dir=\"ltr\">\
                        <span class=\"muted\">2026-11-28</span> 14:02:11</time>";
        assert_eq!(Markup::of_time(instant).to_string(), expected);
        let expected = expected.replace(":11", ":11.812");
        assert_eq!(Markup::of_moment(instant).to_string(), expected);
    }

    #[test]
    fn no_class_ends_its_attribute() {
        let markup = Markup::of_drawing("icon\"><b>", "").to_string();
        assert!(markup.contains("icon&quot;&gt;&lt;b&gt;"), "{markup}");
    }
}
