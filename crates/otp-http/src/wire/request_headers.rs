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

/// The header of a request that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "documents what `idempotency` reads")]
pub(crate) struct IdempotencyHeader {
    /// A key of your choice for this request, quoted or bare. A repetition with the same key and body gets
    /// the first answer, for 24 hours. The field `idempotencyKey` means the same.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}
