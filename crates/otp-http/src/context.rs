//! What every answer needs to know of its request: its id and the language of its texts.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

use crate::text::Language;

/// Names a request in answers and logs; a caller's own value is taken over if it is plain.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest request id taken over from a caller.
const MAX_LENGTH: usize = 64;

/// Id and language of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) request_id: String,
    pub(crate) language: Language,
}

impl RequestContext {
    /// Reads them from the headers; without a usable `X-Request-Id` the id is a fresh UUID.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let presented = headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        Self {
            request_id: presented
                .filter(|text| is_plain(text))
                .map_or_else(fresh, str::to_owned),
            language: Language::negotiate(headers),
        }
    }

    /// The context the envelope gave to this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let given = request.extensions().get::<Self>().cloned();
        given.unwrap_or_else(|| Self::read(request.headers()))
    }
}

/// Whether an id may be repeated in headers, bodies and logs as it is.
fn is_plain(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain)
}

fn fresh() -> String {
    uuid::Builder::from_random_bytes(rand::random())
        .into_uuid()
        .to_string()
}

impl RequestContext {
    /// A context with nothing of a caller in it, for the documentation's examples.
    pub(crate) fn example(language: Language) -> Self {
        let request_id = Uuid::from_u128(0x7b0c_4a52_9d3e_4f6a_8a51_c2d9_e07f_1b34).to_string();
        Self {
            request_id,
            language,
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn id_for(presented: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(
            REQUEST_ID,
            HeaderValue::from_bytes(presented).expect("a header"),
        );
        RequestContext::read(&headers).request_id
    }

    #[test]
    fn a_plain_id_of_the_caller_is_taken_over() {
        for id in ["a", "order-4711", "A.b_C-9", &"x".repeat(64)] {
            assert_eq!(id_for(id.as_bytes()), id);
        }
    }

    #[test]
    fn anything_else_is_replaced_by_a_fresh_uuid() {
        for id in ["", "a b", "a\"b", "{}", "é", "٣", &"x".repeat(65)] {
            let made = id_for(id.as_bytes());
            assert_eq!(
                Uuid::parse_str(&made).map(|uuid| uuid.get_version_num()),
                Ok(4),
                "{id}"
            );
            assert_ne!(made, id_for(id.as_bytes()));
        }
    }
}
