//! The errors of administrative calls to a provider.

/// A call to the provider, other than a message, failed.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider refused, in its own words, which have no personal data and no token.
    #[error("the provider refuses: {words}")]
    Refused {
        /// The provider's error code.
        code: i64,
        /// The provider's subcode, if any.
        subcode: Option<i64>,
        /// The provider's text.
        words: String,
    },
    /// The provider was not reached, or its answer is not valid.
    #[error("no valid answer from the provider: {0}")]
    Unavailable(String),
}
