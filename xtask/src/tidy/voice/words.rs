//! The words of a text, without what looks like code.

/// A word of prose, or a code span in backticks.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case; a code span keeps its backticks.
    pub(super) text: String,
    /// The number of line breaks between the start of the text and the word.
    pub(super) lines_before: usize,
    /// Punctuation separates it from the word before: no phrase spans both.
    pub(super) after_break: bool,
}

/// Splits a text into words. Identifiers, paths, calls and addresses are left out.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut lines_before = 0;
    let mut after_break = true;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (length, is_word) = match next {
            '`' => code_span(rest),
            '{' => (placeholder(rest), false),
            ']' => (link_target(rest), false),
            c if is_part(c) => run(rest),
            _ => (next.len_utf8(), false),
        };
        let (taken, tail) = rest.split_at(length);
        if is_word {
            let text = taken.trim_matches(['\'', '’', '-']).to_lowercase();
            words.push(Word {
                text,
                lines_before,
                after_break,
            });
            after_break = false;
        } else if !(next.is_whitespace() || next == '*') {
            after_break = true;
        }
        lines_before += taken.matches('\n').count();
        rest = tail;
    }
    words
}

/// Whether a word may contain the character.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\'' | '’' | '-')
}

/// The length of a code span; a backtick without a partner is punctuation.
fn code_span(rest: &str) -> (usize, bool) {
    match rest[1..].find('`') {
        Some(end) => (end + 2, true),
        None => (1, false),
    }
}

/// The length of a placeholder such as `{name}`.
fn placeholder(rest: &str) -> usize {
    match rest.find(['}', '\n']) {
        Some(end) if rest[end..].starts_with('}') => end + 1,
        _ => 1,
    }
}

/// The length of the end of a link, with the target.
fn link_target(rest: &str) -> usize {
    match rest.find(')') {
        Some(end) if rest.starts_with("](") => end + 1,
        _ => 1,
    }
}

/// The length of a run of letters with all that is glued to it, and whether that is a plain word.
fn run(rest: &str) -> (usize, bool) {
    let mut length = 0;
    let mut is_plain = true;
    loop {
        let tail = &rest[length..];
        let part = tail.find(|c| !is_part(c)).unwrap_or(tail.len());
        is_plain &= !tail[..part].contains(|c: char| c == '_' || c.is_numeric());
        length += part;
        let glue = glue(&rest[length..]);
        if glue == 0 {
            break;
        }
        is_plain = false;
        length += glue;
    }
    (
        length,
        is_plain && rest[..length].contains(char::is_alphabetic),
    )
}

/// The length of a mark that makes the word before it code: `::name`, `.name`, `/name`, `(`.
fn glue(rest: &str) -> usize {
    for mark in ["::", "://", ".", "/", "@", "=", "("] {
        if let Some(tail) = rest.strip_prefix(mark)
            && (mark == "(" || tail.starts_with(is_part))
        {
            return mark.len();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn code_is_left_out() {
        assert_eq!(
            texts("One `two` (three) four_five six::Seven a.rs b/c d() 'e' [f](g) {h} I'll"),
            ["one", "`two`", "three", "e", "f", "i'll"]
        );
    }

    #[test]
    fn a_word_knows_its_line_and_the_punctuation_before_it() {
        let words = words("one **two**\nthree, four");
        let expected = [
            ("one", 0, true),
            ("two", 0, false),
            ("three", 1, false),
            ("four", 1, true),
        ];
        assert_eq!(words.len(), expected.len());
        for (word, (text, line, after_break)) in words.iter().zip(expected) {
            assert_eq!((word.text.as_str(), word.lines_before), (text, line));
            assert_eq!(word.after_break, after_break, "{text}");
        }
    }
}
