//! Texts of the description: as they are, or Markdown as HTML.

use pulldown_cmark::{Event, Parser, Tag, TagEnd, html};
use serde_json::Value;

/// Returns the text of a value; of a missing one an empty text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Returns the paragraphs and lists of a description.
pub(super) fn blocks(markdown: Option<&str>) -> String {
    render(Parser::new(markdown.unwrap_or_default()))
}

/// Returns a description that appears inside a sentence, a cell or a heading: without paragraphs.
pub(super) fn inline(markdown: Option<&str>) -> String {
    let events = Parser::new(markdown.unwrap_or_default());
    render(events.filter(|event| {
        !matches!(
            event,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    }))
}

fn render<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut rendered = String::new();
    // A description is text: what looks like a tag in it is shown.
    let events = events.map(|event| {
        if let Event::Html(text) | Event::InlineHtml(text) = &event {
            Event::Text(text.clone())
        } else {
            event
        }
    });
    html::push_html(&mut rendered, events);
    rendered.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_become_code_and_tags_are_shown() {
        assert_eq!(
            inline(Some("The `id` of <b>one</b>\nmessage & more.")),
            "The <code>id</code> of &lt;b&gt;one&lt;/b&gt;\nmessage &amp; more."
        );
        assert_eq!(
            blocks(Some("- `A`: one.\n- `B`: two.")),
            "<ul>\n<li><code>A</code>: one.</li>\n<li><code>B</code>: two.</li>\n</ul>"
        );
        assert_eq!(blocks(None), "");
    }
}
