//! JSON bodies: media type, size, syntax, then one field at a time.
//!
//! Errors about a body never quote it: it holds passcodes and numbers.

mod json_field;
mod malformed;

use std::time::Duration;

use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};
use otp_edge::{BodyError, BodyLimits};
use serde::de::DeserializeOwned;

pub(crate) use json_field::JsonField;
pub(crate) use malformed::MalformedBody;

/// The limits of a body.
const LIMITS: BodyLimits = BodyLimits {
    max_bytes: 16 * 1_024,
    deadline: Duration::from_secs(10),
};

/// A body cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidBody {
    /// Its content type is not JSON.
    UnsupportedMediaType,
    /// It was not received.
    NotReceived(BodyError),
    /// It is not the JSON that is expected.
    Malformed(MalformedBody),
}

impl From<BodyError> for InvalidBody {
    fn from(error: BodyError) -> Self {
        Self::NotReceived(error)
    }
}

/// Reads the body as `T`, a type of [`JsonField`]s. Returns its bytes, too.
pub(crate) async fn read<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
) -> Result<(T, Bytes), InvalidBody> {
    if !is_json(request) {
        return Err(InvalidBody::UnsupportedMediaType);
    }
    let bytes = otp_edge::receive(request, payload, LIMITS, |_| Ok(()));
    let bytes: Result<_, InvalidBody> = bytes.await;
    let bytes = bytes?.freeze();
    let body = parse(&bytes).map_err(InvalidBody::Malformed)?;
    Ok((body, bytes))
}

/// Returns whether the content type is `application/json` or `application/…+json`, with any
/// parameters, and the body is not compressed.
fn is_json(request: &HttpRequest) -> bool {
    let is_uncompressed = request
        .headers()
        .get(CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let media_type = request.mime_type().ok().flatten();
    is_uncompressed
        && media_type.is_some_and(|mime| {
            mime.type_() == "application"
                && (mime.subtype() == "json"
                    || mime.suffix().is_some_and(|suffix| suffix == "json"))
        })
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, MalformedBody> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|first| matches!(first, b'[' | b'"')) {
        // serde would read a list as an object without names.
        return Err(MalformedBody::NotAnObject);
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        // A field takes any type, so the only cause left is a field that appears twice.
        serde_json::error::Category::Data if first == Some(&b'{') => MalformedBody::Duplicate,
        serde_json::error::Category::Data => MalformedBody::NotAnObject,
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => MalformedBody::NotJson,
    })
}
