//! The header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::error::{ApiError, FieldFault, InvalidField};

/// Its name, as texts write it.
pub(super) const NAME: &str = "Idempotency-Key";

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// Reads the header, if the request has it.
///
/// The draft makes it a string of RFC 9651, which is quoted. Many clients send the key bare, which is read
/// as it is. No library is used for these few lines, because none reads a bare key: a UUID is neither a
/// token nor a number.
pub(super) fn read(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let mut lines = request.headers().get_all(HEADER);
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    let text = match lines.next() {
        None => text(line),
        Some(_) => None,
    };
    let fault = || InvalidField::new(NAME, FieldFault::NotOneText);
    Ok(Some(text.ok_or_else(fault)?))
}

/// Returns the key of a line; `None` if it is not one text of printable ASCII characters.
fn text(line: &HeaderValue) -> Option<String> {
    let line = line.to_str().ok()?.trim_matches([' ', '\t']);
    match line.strip_prefix('"') {
        Some(rest) => unquoted(rest),
        None => Some(line.to_owned()),
    }
}

/// Reads a quoted string after its first quote. Parameters after it are passed over: the draft has none.
fn unquoted(rest: &str) -> Option<String> {
    let mut text = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => break,
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => text.push(escaped),
                _ => return None,
            },
            '\t' => return None,
            character => text.push(character),
        }
    }
    let after = characters.as_str();
    (after.is_empty() || after.starts_with(';')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_line(line: &[u8]) -> Option<String> {
        text(&HeaderValue::from_bytes(line).expect("a header"))
    }

    #[test]
    fn a_key_is_quoted_or_bare() {
        let uuid = "8e03978e-40d5-43e8-bc93-6894a57f9324";
        for (line, expected) in [
            (&*format!("\"{uuid}\""), uuid),
            (uuid, uuid),
            (" \"a b\" ", "a b"),
            ("a b", "a b"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            ("\"a\";version=1", "a"),
            ("a;b", "a;b"),
            ("\"\"", ""),
            ("", ""),
            ("a\"b", "a\"b"),
        ] {
            assert_eq!(
                read_line(line.as_bytes()).as_deref(),
                Some(expected),
                "{line}"
            );
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for line in [
            "\"a",
            "\"",
            "\"a\"b",
            "\"a\", \"b\"",
            r#""a\""#,
            r#""a\b""#,
            "\"a\tb\"",
            "caf\u{e9}",
        ] {
            assert_eq!(read_line(line.as_bytes()), None, "{line}");
        }
        assert_eq!(read_line(b"\xff"), None);
    }
}
