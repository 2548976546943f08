//! Headers that every request may have.

use utoipa::IntoParams;

/// Headers any request may have.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents what the envelope reads")]
pub(crate) struct RequestHeaders {
    /// Selects the language of error texts and of notices by e-mail; English where neither is wanted.
    /// It does not select the language of the message.
    #[param(rename = "Accept-Language", example = "en")]
    accept_language: Option<String>,
    /// A name for this request, 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`; the answer repeats it.
    /// Where it is left out the service makes one.
    #[param(rename = "X-Request-Id", min_length = 1, max_length = 64)]
    x_request_id: Option<String>,
}
