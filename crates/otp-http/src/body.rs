//! Reading a request's body: media type, size, JSON, one field at a time; or only its bytes.
//!
//! Nothing said about a body quotes it: it holds passcodes and numbers.

use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use actix_web::rt::time::timeout;
use actix_web::web::{BytesMut, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::{ApiError, ErrorCode};

/// Longest body read, in bytes.
const LIMIT: usize = 16 * 1_024;

/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(10);

/// Reads the body as `T`, a type of [`JsonField`]s.
pub(crate) async fn read<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
) -> Result<T, ApiError> {
    if !is_json(request) {
        return Err(ApiError::Plain(ErrorCode::UnsupportedMediaType));
    }
    let too_large = ErrorCode::RequestBodyTooLarge;
    let bytes = receive(request, payload, (LIMIT, too_large), |_| Ok(())).await?;
    parse(&bytes).map_err(ApiError::MalformedRequestBody)
}

/// Reads a body as it comes, whatever it is. More than `limit` bytes are refused with the code beside
/// it; `admit` is asked before each part is kept, and may refuse it.
pub(crate) async fn receive(
    request: &HttpRequest,
    payload: Payload,
    (limit, too_large): (usize, ErrorCode),
    admit: impl FnMut(usize) -> Result<(), ApiError>,
) -> Result<BytesMut, ApiError> {
    let declared = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: u64| length > limit as u64)
    {
        return Err(ApiError::Plain(too_large));
    }
    let collected = timeout(DEADLINE, collect(payload, (limit, too_large), admit)).await;
    collected.map_err(|_| ApiError::Plain(ErrorCode::RequestTimeout))?
}

/// `application/json` or `application/…+json`, with any parameters, and not compressed.
fn is_json(request: &HttpRequest) -> bool {
    let plain = request
        .headers()
        .get(CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let media_type = request.mime_type().ok().flatten();
    plain
        && media_type.is_some_and(|mime| {
            mime.type_() == "application"
                && (mime.subtype() == "json"
                    || mime.suffix().is_some_and(|suffix| suffix == "json"))
        })
}

async fn collect(
    mut payload: Payload,
    (limit, too_large): (usize, ErrorCode),
    mut admit: impl FnMut(usize) -> Result<(), ApiError>,
) -> Result<BytesMut, ApiError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::MalformedRequestBody(MalformedBody::Incomplete))?;
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::Plain(too_large));
        }
        admit(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, MalformedBody> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first.is_some_and(|first| matches!(first, b'[' | b'"')) {
        // serde would take a list for an object whose names were left out.
        return Err(MalformedBody::NotAnObject);
    }
    serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        // No field refuses a type, so what is left is a field that stands twice.
        serde_json::error::Category::Data if first == Some(&b'{') => MalformedBody::Duplicate,
        serde_json::error::Category::Data => MalformedBody::NotAnObject,
        serde_json::error::Category::Io
        | serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof => MalformedBody::NotJson,
    })
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MalformedBody {
    /// It broke off.
    Incomplete,
    /// It is not JSON in UTF-8.
    NotJson,
    /// It is JSON, but not an object.
    NotAnObject,
    /// A field of ours stands twice.
    Duplicate,
    /// A field of ours is not a string.
    NotText(&'static str),
}

impl MalformedBody {
    /// One of each.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [
        Self::Incomplete,
        Self::NotJson,
        Self::NotAnObject,
        Self::Duplicate,
        Self::NotText("otpCode"),
    ];

    /// The key of the sentence that says it.
    pub(crate) const fn text_key(self) -> &'static str {
        match self {
            Self::Incomplete => "MalformedRequestBody-incomplete",
            Self::NotJson => "MalformedRequestBody-not-json",
            Self::NotAnObject => "MalformedRequestBody-not-an-object",
            Self::Duplicate => "MalformedRequestBody-duplicate",
            Self::NotText(_) => "MalformedRequestBody-not-text",
        }
    }

    /// The field concerned, if it is one.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::NotText(field) => field,
            Self::Incomplete | Self::NotJson | Self::NotAnObject | Self::Duplicate => "",
        }
    }
}

/// One field as it stands in the body; which values will do is judged later, in the contract's order.
#[derive(Default)]
pub(crate) enum JsonField {
    /// Absent or null.
    #[default]
    Absent,
    /// A string.
    Text(String),
    /// A number, a truth value, a list or an object.
    Other,
}

impl JsonField {
    /// The string, if there is one; `name` is the field's, for the refusal of anything else.
    pub(crate) fn text(self, name: &'static str) -> Result<Option<String>, ApiError> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Other => Err(ApiError::MalformedRequestBody(MalformedBody::NotText(name))),
        }
    }
}

impl<'de> Deserialize<'de> for JsonField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = JsonField;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<JsonField, E> {
        Ok(JsonField::Absent)
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonField, E> {
        Ok(JsonField::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<JsonField, E> {
        Ok(JsonField::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonField, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(JsonField::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<JsonField, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(JsonField::Other)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::FromRequest;
    use actix_web::dev;
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use actix_web::web::Bytes;
    use futures_util::{Stream, stream};

    use super::*;

    #[derive(Deserialize)]
    struct Nothing {}

    async fn read_from(
        chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
    ) -> Result<Nothing, ApiError> {
        let request = TestRequest::post().insert_header(("Content-Type", "application/json"));
        let request = request.to_http_request();
        let mut payload = dev::Payload::Stream {
            payload: chunks.boxed_local(),
        };
        let payload = Payload::from_request(&request, &mut payload).await;
        read(&request, payload.expect("a payload")).await
    }

    fn chunk(bytes: &'static [u8]) -> Result<Bytes, PayloadError> {
        Ok(Bytes::from_static(bytes))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_not_waited_for() {
        let endless = stream::iter([chunk(b"{")]).chain(stream::pending());
        let refused = read_from(endless).await.err().map(|error| error.code());
        assert_eq!(refused, Some(ErrorCode::RequestTimeout));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_malformed() {
        let broken = stream::iter([chunk(b"{"), Err(PayloadError::Incomplete(None))]);
        let refused = read_from(broken).await.err();
        assert!(matches!(
            refused,
            Some(ApiError::MalformedRequestBody(MalformedBody::Incomplete))
        ));
    }

    #[tokio::test]
    async fn a_body_without_a_length_is_cut_off_at_the_limit() {
        let flood = stream::repeat_with(|| chunk(&[b'x'; 1_024]));
        let refused = read_from(flood).await.err().map(|error| error.code());
        assert_eq!(refused, Some(ErrorCode::RequestBodyTooLarge));
    }

    #[tokio::test]
    async fn chunks_are_put_together() {
        let whole = stream::iter([chunk(b"{\"a\""), chunk(b":1"), chunk(b"}")]);
        assert!(read_from(whole).await.is_ok());
    }
}
