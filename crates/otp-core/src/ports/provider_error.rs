//! Why a provider did not do what an operator asked of it.

/// A question to the provider, other than a message, was not answered as hoped.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider refuses, in its own words; they name nobody and hold no token.
    #[error("WhatsApp refuses: {words}")]
    Refused {
        /// Its code.
        code: i64,
        /// Its code within the code.
        subcode: Option<i64>,
        /// Its words.
        words: String,
    },
    /// It was not reached, or what came back is no answer of its.
    #[error("WhatsApp gives no answer that makes sense: {0}")]
    Unavailable(String),
}
