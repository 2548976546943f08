//! The passages of prose in a file: comments, documentation, texts for people.

use std::ops::Range;

use crate::tidy::lexer::{Kind, Piece, pieces, syntax};
use crate::tidy::rust_code::test_items;
use crate::tidy::source::Source;

/// A text without comment markers; its line breaks are those of the file.
#[derive(Debug)]
pub(super) struct Passage {
    /// The line it begins on, counted from 1.
    pub(super) line: usize,
    pub(super) text: String,
    /// The documentation of an item or a file in Rust.
    pub(super) is_doc: bool,
}

impl Passage {
    fn new(line: usize, text: &str) -> Self {
        Self {
            line,
            text: text.to_owned(),
            is_doc: false,
        }
    }
}

/// A literal with fewer words is a name or a value.
const MIN_WORDS_OF_PROSE: usize = 3;

/// Finds the passages of a file; none if its kind is unknown.
pub(super) fn passages(source: &Source) -> Vec<Passage> {
    let text = source.text.as_str();
    match source.path.rsplit('.').next() {
        Some("md") => paragraphs(1, text, &["# ", "// "]),
        Some("ftl") => messages(text),
        Some("html") => vec![Passage::new(1, &without_tags(text))],
        Some(extension) => match syntax(extension) {
            Some(syntax) => {
                let pieces = pieces(text, syntax);
                let mut passages = comments(text, &pieces);
                passages.extend(literals(source, extension, &pieces));
                passages
            }
            None => Vec::new(),
        },
        None => Vec::new(),
    }
}

/// The paragraphs of a Markdown text. Of a code block only the comments count, which begin with
/// one of the markers.
fn paragraphs(first_line: usize, text: &str, markers: &[&str]) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    let mut in_code = false;
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.starts_with("```") || content.starts_with("~~~") {
            in_code = !in_code;
            is_open = false;
        } else if in_code {
            if let Some(comment) = comment_in_code(line, markers) {
                passages.push(Passage::new(first_line + index, comment));
            }
        } else if content.is_empty() {
            is_open = false;
        } else if let Some(passage) = passages.last_mut().filter(|_| is_open) {
            passage.text.push('\n');
            passage.text.push_str(line);
        } else {
            passages.push(Passage::new(first_line + index, line));
            is_open = true;
        }
    }
    passages
}

fn comment_in_code<'a>(line: &'a str, markers: &[&str]) -> Option<&'a str> {
    let starts = markers.iter().filter_map(|marker| {
        let start = line.find(marker)?;
        let is_comment = start == 0 || line[..start].ends_with(' ');
        is_comment.then_some(start + marker.len())
    });
    starts.min().map(|start| &line[start..])
}

/// The comments of a file; those on successive lines are one text, with paragraphs of its own.
fn comments(text: &str, pieces: &[Piece<'_>]) -> Vec<Passage> {
    struct Block {
        line: usize,
        marker: &'static str,
        text: String,
        end: usize,
    }
    let mut blocks: Vec<Block> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == Kind::Comment) {
        let marker = marker(piece.text);
        let content = piece.text[marker.len()..].trim_end_matches("*/");
        let content = content.trim_end_matches("\"\"\"");
        let end = piece.start + piece.text.len();
        if let Some(last) = blocks.last_mut()
            && last.marker == marker
            && is_line_break(&text[last.end..piece.start])
        {
            last.text.push('\n');
            last.text.push_str(content);
            last.end = end;
        } else {
            blocks.push(Block {
                line: line_at(text, piece.start),
                marker,
                text: content.to_owned(),
                end,
            });
        }
    }
    let mut passages = Vec::new();
    for block in blocks {
        let mut found = paragraphs(block.line, &block.text, &["// "]);
        if let Some(first) = found.first_mut() {
            first.is_doc = first.line == block.line && matches!(block.marker, "///" | "//!");
        }
        passages.extend(found);
    }
    passages
}

fn marker(comment: &str) -> &'static str {
    const MARKERS: [&str; 9] = ["///", "//!", "//", "/**", "/*", "--", "#", "\"\"\"", ""];
    MARKERS
        .into_iter()
        .find(|marker| comment.starts_with(marker))
        .unwrap_or_default()
}

fn is_line_break(between: &str) -> bool {
    between.trim().is_empty() && between.matches('\n').count() == 1
}

/// The literals that people read. The data of tests is not among them, but the reason of an
/// attribute is, wherever it is.
fn literals(source: &Source, extension: &str, pieces: &[Piece<'_>]) -> Vec<Passage> {
    let text = source.text.as_str();
    let is_test = is_test(&source.path);
    let test_items: Vec<Range<usize>> = match extension {
        "rs" => test_items(text),
        _ => Vec::new(),
    };
    let in_tests = |at: usize| is_test || test_items.iter().any(|item| item.contains(&at));
    let is_reason = |piece: &Piece<'_>| text[..piece.start].trim_end().ends_with("reason =");
    pieces
        .iter()
        .filter(|piece| piece.kind == Kind::Literal)
        .filter(|piece| is_reason(piece) || !in_tests(piece.start))
        .filter(|piece| piece.text.split_whitespace().count() >= MIN_WORDS_OF_PROSE)
        // A backslash at the end of a line only wraps the literal.
        .map(|piece| {
            Passage::new(
                line_at(text, piece.start),
                &piece.text.replace("\\\n", "\n"),
            )
        })
        .collect()
}

/// Whether all of the file is for tests.
fn is_test(path: &str) -> bool {
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.ends_with("tests.rs")
        || path.contains("/benches/")
        || path.starts_with("crates/otp-testkit/")
}

/// The comments and messages of a Fluent file, without keys and placeables.
fn messages(text: &str) -> Vec<Passage> {
    let mut passages: Vec<Passage> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let is_continued = line.starts_with([' ', '\t']);
        let content = match line.split_once('=') {
            _ if line.starts_with('#') => line.trim_start_matches('#'),
            Some((_, value)) if !is_continued || line.trim_start().starts_with('.') => value,
            Some(_) | None => line,
        };
        passages.push(Passage::new(index + 1, content));
    }
    passages
}

/// The text of a page: tags, scripts and styles become spaces.
fn without_tags(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let tag = &rest[start..];
        let end = if tag.starts_with("<!--") {
            // A comment is prose: only its markers go.
            4
        } else if tag.starts_with("<script") {
            after(tag, "</script>")
        } else if tag.starts_with("<style") {
            after(tag, "</style>")
        } else {
            after(tag, ">")
        };
        text.push_str(&"\n".repeat(tag[..end].matches('\n').count()));
        text.push(' ');
        rest = &tag[end..];
    }
    text.push_str(rest);
    text
}

fn after(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}

fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        passages(&Source::new(path, text))
            .into_iter()
            .map(|passage| (passage.line, passage.text.trim().to_owned()))
            .collect()
    }

    fn expect(path: &str, text: &str, expected: &[(usize, &str)]) {
        let expected: Vec<(usize, String)> = expected
            .iter()
            .map(|(line, text)| (*line, (*text).to_owned()))
            .collect();
        assert_eq!(found(path, text), expected);
    }

    #[test]
    fn comments_on_successive_lines_are_one_passage() {
        expect(
            "a.rs",
            "//! One\n//!  two.\n//!\n//! Three.\n\n// Four.\nx // five\n/// Six.\n/* Seven */",
            &[
                (1, "One\n  two."),
                (4, "Three."),
                (6, "Four."),
                (7, "five"),
                (8, "Six."),
                (9, "Seven"),
            ],
        );
    }

    #[test]
    fn code_blocks_lose_all_but_their_comments() {
        expect(
            "a.md",
            "One.\n```sh\ntwo --three # Four.\n# Five.\n```\nSix.",
            &[(1, "One."), (3, "Four."), (4, "Five."), (6, "Six.")],
        );
        expect(
            "a.rs",
            "/// One.\n/// ```\n/// # two();\n/// three(); // Four.\n/// ```",
            &[(1, "One."), (4, "Four.")],
        );
    }

    #[test]
    fn fluent_messages_lose_their_keys() {
        expect(
            "a.ftl",
            "# One.\nkey = Two\n    three = 3\n    .title = Four",
            &[(1, "One."), (2, "Two"), (3, "three = 3"), (4, "Four")],
        );
    }

    #[test]
    fn pages_lose_their_tags_but_keep_their_lines() {
        let text = "<p\n class=x>One</p>\n<script>two\n</script><!-- Three -->";
        assert_eq!(
            without_tags(text)
                .split('\n')
                .map(str::trim)
                .collect::<Vec<_>>(),
            ["", "One", "", "Three -->"]
        );
    }

    #[test]
    fn only_the_first_passage_of_a_doc_comment_opens_it() {
        let source = Source::new("a.rs", "/// One.\n///\n/// Two.\n// Three.");
        let docs: Vec<bool> = passages(&source)
            .iter()
            .map(|passage| passage.is_doc)
            .collect();
        assert_eq!(docs, [true, false, false]);
    }
}
