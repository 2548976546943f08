//! The code of a Rust file without comments, literals and tests.

use std::ops::Range;

use super::lexer::{Kind, RUST, pieces};

/// A Rust file with comments, literals and test modules replaced by spaces; offsets and lines
/// stay as they are.
pub(super) fn code_without_tests(text: &str) -> String {
    let code = code(text);
    let mut kept = String::with_capacity(code.len());
    for item in test_items_of(&code) {
        kept.push_str(&code[kept.len()..item.start]);
        push_blank(&mut kept, &code[item]);
    }
    kept.push_str(&code[kept.len()..]);
    kept
}

/// The offsets of the items of a Rust file that are compiled for tests only.
pub(super) fn test_items(text: &str) -> Vec<Range<usize>> {
    test_items_of(&code(text))
}

/// The file with comments and literals replaced by spaces.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for piece in pieces(text, &RUST) {
        match piece.kind {
            Kind::Code => code.push_str(piece.text),
            Kind::Comment | Kind::Literal => push_blank(&mut code, piece.text),
        }
    }
    code
}

fn test_items_of(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for (start, _) in code.match_indices(TEST_ONLY) {
        // An item inside another one ends with it.
        if items.last().is_none_or(|last| last.end <= start) {
            items.push(start..end_of_item(code, start + TEST_ONLY.len()));
        }
    }
    items
}

const TEST_ONLY: &str = "#[cfg(test)]";

/// Finds the end of the item that begins here: after its `;` or its closing brace.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code[start..].char_indices() {
        let after = start + at + c.len_utf8();
        match c {
            ';' if depth == 0 => return after,
            '{' | '(' | '[' => depth += 1,
            // The end of a type whose last field is for tests only.
            '}' | ')' | ']' if depth == 0 => return start + at,
            '}' if depth == 1 => return after,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

fn push_blank(code: &mut String, text: &str) {
    code.extend(
        text.bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' }),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_modules_comments_and_literals_are_blank_in_code() {
        let text = "use a;\n#[cfg(test)]\nmod tests {\n fn f(x: [u8; 1]) { \"}\" }\n}\n// c\nuse \"d\";\n\
                    #[cfg(test)]\nmod e;\nuse f;";
        let code = code_without_tests(text);
        assert_eq!(code.len(), text.len());
        assert_eq!(code.lines().count(), text.lines().count());
        assert_eq!(
            code.split_whitespace().collect::<Vec<_>>(),
            ["use", "a;", "use", ";", "use", "f;"]
        );
    }
}
