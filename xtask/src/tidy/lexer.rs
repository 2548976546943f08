//! Splits a file into code, comments and string literals, for the languages in this repository.
//!
//! The lexer is simple on purpose: if it misreads an exotic literal, the error ends with the line.

/// The kind of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    Comment,
    Literal,
}

/// A part of a file, with its delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Offset in the file, in bytes.
    pub(super) start: usize,
}

/// The comments and literals of a language.
#[derive(Debug)]
pub(super) struct Syntax {
    line_comment: Option<&'static str>,
    block_comment: Option<(&'static str, &'static str)>,
    quotes: &'static [char],
    /// Raw strings, lifetimes, nested comments, and strings of several lines.
    is_rust: bool,
}

pub(super) const RUST: Syntax = Syntax {
    line_comment: Some("//"),
    block_comment: Some(("/*", "*/")),
    quotes: &['"'],
    is_rust: true,
};

/// Finds the syntax for a file's extension; `None` if it is not a language with comments.
pub(super) fn syntax(extension: &str) -> Option<&'static Syntax> {
    const SCRIPT: Syntax = Syntax {
        line_comment: Some("//"),
        block_comment: Some(("/*", "*/")),
        quotes: &['"', '\'', '`'],
        is_rust: false,
    };
    const HASH: Syntax = Syntax {
        line_comment: Some("#"),
        block_comment: None,
        quotes: &['"', '\''],
        is_rust: false,
    };
    // A docstring is a comment.
    const PYTHON: Syntax = Syntax {
        block_comment: Some(("\"\"\"", "\"\"\"")),
        ..HASH
    };
    const SQL: Syntax = Syntax {
        line_comment: Some("--"),
        block_comment: Some(("/*", "*/")),
        quotes: &['\''],
        is_rust: false,
    };
    const CSS: Syntax = Syntax {
        line_comment: None,
        ..SCRIPT
    };
    match extension {
        "rs" => Some(&RUST),
        "js" | "mjs" => Some(&SCRIPT),
        "css" => Some(&CSS),
        "toml" => Some(&HASH),
        "py" => Some(&PYTHON),
        "sql" => Some(&SQL),
        _ => None,
    }
}

/// Splits a text; the pieces in their order are the whole text.
pub(super) fn pieces<'a>(text: &'a str, syntax: &Syntax) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut code_start = 0;
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let Some((kind, length)) = special(text, at, syntax) else {
            at += next.len_utf8();
            continue;
        };
        if code_start < at {
            pieces.push(piece(text, Kind::Code, code_start, at));
        }
        pieces.push(piece(text, kind, at, at + length));
        at += length;
        code_start = at;
    }
    if code_start < text.len() {
        pieces.push(piece(text, Kind::Code, code_start, text.len()));
    }
    pieces
}

fn piece(text: &str, kind: Kind, start: usize, end: usize) -> Piece<'_> {
    Piece {
        kind,
        text: &text[start..end],
        start,
    }
}

/// The comment or literal that begins at this offset, and its length.
fn special(text: &str, at: usize, syntax: &Syntax) -> Option<(Kind, usize)> {
    let rest = &text[at..];
    if let Some((open, close)) = syntax.block_comment
        && rest.starts_with(open)
    {
        let length = if syntax.is_rust {
            nested_comment(rest)
        } else {
            let body = &rest[open.len()..];
            open.len() + body.find(close).map_or(body.len(), |end| end + close.len())
        };
        return Some((Kind::Comment, length));
    }
    let before = text[..at].chars().next_back();
    if let Some(marker) = syntax.line_comment
        && rest.starts_with(marker)
        // `${name#prefix}` and `https://` hold no comment.
        && (syntax.is_rust || before.is_none_or(char::is_whitespace))
    {
        return Some((Kind::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    if syntax.is_rust {
        let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if let Some(length) = raw_string(rest).filter(|_| !in_word) {
            return Some((Kind::Literal, length));
        }
        if rest.starts_with('\'') {
            return character(rest).map(|length| (Kind::Literal, length));
        }
    }
    let quote = rest.chars().next()?;
    if syntax.quotes.contains(&quote) {
        let many_lines = syntax.is_rust || quote == '`';
        return Some((Kind::Literal, string(rest, quote, many_lines)));
    }
    None
}

fn nested_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// The length of `r"…"` or `r#"…"#`; the prefix `b` before it counts as code.
fn raw_string(rest: &str) -> Option<usize> {
    let rest = rest
        .strip_prefix("br")
        .map(|tail| (2, tail))
        .or_else(|| rest.strip_prefix('r').map(|tail| (1, tail)));
    let (prefix, tail) = rest?;
    let hashes = tail.bytes().take_while(|byte| *byte == b'#').count();
    let body = tail[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body
        .find(&close)
        .map_or(body.len(), |end| end + close.len());
    Some(prefix + hashes + 1 + end)
}

/// The length of `'x'`; `None` if the quote begins a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        // The escaped character may be a quote itself.
        chars.next();
        return chars.find(|(_, c)| *c == '\'').map(|(at, _)| at + 1);
    }
    chars
        .next()
        .filter(|(_, c)| *c == '\'')
        .map(|(at, _)| at + 1)
}

fn string(rest: &str, quote: char, many_lines: bool) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' if !many_lines => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comments(text: &str, extension: &str) -> Vec<String> {
        of_kind(Kind::Comment, text, extension)
    }

    fn of_kind(kind: Kind, text: &str, extension: &str) -> Vec<String> {
        let syntax = syntax(extension).expect("a known extension");
        let pieces = pieces(text, syntax);
        assert_eq!(
            pieces.iter().map(|piece| piece.text).collect::<String>(),
            text
        );
        pieces
            .into_iter()
            .filter(|piece| piece.kind == kind)
            .map(|piece| piece.text.to_owned())
            .collect()
    }

    #[test]
    fn comments_are_found_in_each_language() {
        for (extension, text, expected) in [
            ("rs", "a // b\nc", "// b"),
            ("rs", "a /* b /* c */ d */ e", "/* b /* c */ d */"),
            ("rs", "\"https://x\" // b", "// b"),
            ("rs", "r#\"\"// a\"# // b", "// b"),
            ("rs", "'\"' // b", "// b"),
            ("rs", "'\\'' // b", "// b"),
            ("rs", "fn f<'a>(x: &'a str) {} // b", "// b"),
            ("rs", "br\"\\\" // b", "// b"),
            ("toml", "a = \"#\" # b", "# b"),
            ("sql", "select '--' -- b", "-- b"),
            ("js", "f('//', `\n//`) // b", "// b"),
            ("js", "x = \"it's\" // b", "// b"),
            ("css", "a { b: url(//c) } /* d */", "/* d */"),
            ("py", "x = '#' # b", "# b"),
            ("py", "\"\"\"a\nb\"\"\"", "\"\"\"a\nb\"\"\""),
        ] {
            assert_eq!(comments(text, extension), [expected], "{text}");
        }
    }

    #[test]
    fn literals_are_found_with_their_quotes() {
        assert_eq!(
            of_kind(Kind::Literal, "f(\"a \\\" b\", 'c', r\"d\\\", 'e)", "rs"),
            ["\"a \\\" b\"", "'c'", "r\"d\\\""]
        );
    }
}
