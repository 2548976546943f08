//! An answer of the API.

use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use serde_json::Value;

/// An answer in its parts.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a complete error answer, and returns its status and `errorMessage`.
    pub(crate) fn error(&self) -> (u16, String) {
        let body = self.json();
        assert!(!body["description"].as_str().unwrap().is_empty());
        assert_eq!(
            body["requestId"].as_str(),
            Some(self.header("x-request-id"))
        );
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.header("vary"), "accept-language");
        (
            self.status.as_u16(),
            body["errorMessage"].as_str().unwrap().to_owned(),
        )
    }
}
