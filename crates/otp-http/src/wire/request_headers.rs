//! Headers of every request.

use utoipa::IntoParams;

/// Headers that any request may have.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents what the envelope reads")]
pub(crate) struct RequestHeaders {
    /// The language of error texts and of notices by e-mail: `ar` or `en`, which is the default. It
    /// does not select the language of the message.
    #[param(rename = "Accept-Language", example = "en")]
    accept_language: Option<String>,
    /// A name for this request: 1 to 64 of A-Z, a-z, 0-9, `.`, `_` and `-`. The answer repeats it.
    /// Without one, or if it looks like a key or a phone number, the service makes an id.
    #[param(rename = "X-Request-Id", min_length = 1, max_length = 64)]
    x_request_id: Option<String>,
}
