//! Bidirectional text: values that are inserted into a sentence keep their own direction.
//!
//! An inserted value is surrounded by Unicode's isolating characters. In HTML, [`to_html`] turns
//! them into `bdi` elements.

/// U+2066, left-to-right isolate.
const LEFT_TO_RIGHT: char = '\u{2066}';
/// U+2068, first strong isolate.
const FIRST_STRONG: char = '\u{2068}';
/// U+2069, pop directional isolate: the end of both.
const END: char = '\u{2069}';

/// Isolates a number, an id or a time: it is written from left to right in every language.
pub fn left_to_right(value: &str) -> String {
    format!("{LEFT_TO_RIGHT}{}{END}", one_line(value))
}

/// Isolates a name: its first letter determines its direction.
pub fn first_strong(value: &str) -> String {
    format!("{FIRST_STRONG}{}{END}", one_line(value))
}

/// Returns the text without directional characters, for readers that would show them.
pub fn without_isolates(text: &str) -> String {
    text.chars().filter(|c| !is_directional(*c)).collect()
}

/// Returns the text as HTML. Everything in it is escaped, inserted values included.
pub fn to_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            LEFT_TO_RIGHT => html.push_str("<bdi dir=\"ltr\">"),
            FIRST_STRONG => html.push_str("<bdi>"),
            END => html.push_str("</bdi>"),
            other => html.push(other),
        }
    }
    html
}

/// Removes every character that could end the value's line or its isolate.
fn one_line(value: &str) -> String {
    without_isolates(value)
        .chars()
        .map(|c| if is_line_break(c) { ' ' } else { c })
        .collect()
}

fn is_line_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns whether the character is one of Unicode's embeddings, overrides and isolates.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_isolate_or_its_line() {
        let hostile = "a\u{2069}\u{202E}b\r\nc\u{2028}d";
        assert_eq!(left_to_right(hostile), "\u{2066}ab  c d\u{2069}");
        assert_eq!(first_strong(hostile), "\u{2068}ab  c d\u{2069}");
        assert_eq!(without_isolates(&first_strong("أمل")), "أمل");
    }

    #[test]
    fn html_has_elements_for_isolates_and_escapes_everything_else() {
        let sentence = format!("{} & {}", left_to_right("1"), first_strong("<b>\"'"));
        assert_eq!(
            to_html(&sentence),
            "<bdi dir=\"ltr\">1</bdi> &amp; <bdi>&lt;b&gt;&quot;&#39;</bdi>"
        );
    }
}
