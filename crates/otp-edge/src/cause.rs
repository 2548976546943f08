//! Causes of errors, for the log.

/// Returns an error and its causes in one line.
///
/// ```
/// let number: Result<u8, _> = "x".parse();
/// let error = number.map_err(std::io::Error::other);
/// let line = otp_edge::chain(&error.expect_err("no number"));
/// assert_eq!(line, "invalid digit found in string");
/// ```
pub fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
