//! Causes of errors, for the log.

/// The cause of an error; for the log only.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Returns an error and its causes in one line.
pub(crate) fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
