//! Relaxed form of headers and bodies (RFC 6376, section 3.4), without what servers may change.

/// Returns the fields of a header, each with its continuation lines, without its last line end.
pub(super) fn fields(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = head;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = (0..rest.len()).find(|at| {
            rest[*at..].starts_with(b"\r\n") && !matches!(rest.get(at + 2), Some(b' ' | b'\t'))
        });
        let end = end.unwrap_or(rest.len());
        let field = &rest[..end];
        rest = rest.get(end + 2..).unwrap_or_default();
        Some(field)
    })
}

/// Returns a field on one line: its name in lower case, its value with single spaces and none around it.
pub(super) fn header(field: &[u8]) -> Vec<u8> {
    let colon = field.iter().position(|byte| *byte == b':');
    let (name, value) = field.split_at(colon.unwrap_or(field.len()));
    let value = value.strip_prefix(b":").unwrap_or_default();
    let mut canonical = name.trim_ascii_end().to_ascii_lowercase();
    canonical.push(b':');
    let unfolded: Vec<_> = value
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    canonical.extend(single_spaced(&unfolded).trim_ascii());
    canonical
}

/// Returns a body with single spaces, without white space at the end of lines, and without empty lines at
/// its end.
pub(super) fn body(text: &[u8]) -> Vec<u8> {
    let mut canonical = Vec::with_capacity(text.len());
    let mut empty_lines = 0;
    for line in lines(text) {
        let line = single_spaced(line);
        let line = line.strip_suffix(b" ").unwrap_or(&line);
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        canonical.extend(b"\r\n".repeat(empty_lines));
        empty_lines = 0;
        canonical.extend(line);
        canonical.extend(b"\r\n");
    }
    canonical
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.windows(2).position(|bytes| bytes == b"\r\n");
        rest = end.map(|end| &text[end + 2..]);
        Some(end.map_or(text, |end| &text[..end]))
    })
}

/// Replaces runs of spaces and tabs by one space.
fn single_spaced(text: &[u8]) -> Vec<u8> {
    let mut spaced = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            b' ' | b'\t' if spaced.last() == Some(&b' ') => {}
            b' ' | b'\t' => spaced.push(b' '),
            other => spaced.push(*other),
        }
    }
    spaced
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The header of the example in RFC 6376, section 3.4.5.
    const HEAD: &[u8] = b"A: X\r\nB : Y\t\r\n\tZ  \r\n";
    const BODY: &[u8] = b" C \r\nD \t E\r\n\r\n\r\n";

    #[test]
    fn the_example_of_the_standard_has_the_stated_result() {
        let head: Vec<_> = fields(HEAD).map(header).collect();
        assert_eq!(head, [b"a:X".to_vec(), b"b:Y Z".to_vec()]);
        assert_eq!(body(BODY), b" C\r\nD E\r\n");
    }

    #[test]
    fn bodies_end_with_one_line_end_or_are_empty() {
        for (text, expected) in [
            ("", ""),
            ("\r\n\r\n", ""),
            (" \t\r\n", ""),
            ("a", "a\r\n"),
            ("a\r\n", "a\r\n"),
            ("a\r\n \r\n\r\nb \r\n\r\n", "a\r\n\r\n\r\nb\r\n"),
        ] {
            assert_eq!(body(text.as_bytes()), expected.as_bytes(), "{text:?}");
        }
    }
}
