//! What the control routes share: paths, bodies, errors, and how long somebody may wait.

use std::time::Duration;

use actix_web::{HttpResponse, http::StatusCode, web::Bytes};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::request::digits;

/// Nobody waits longer than this, so that a forgotten request ends.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The path of a route about one recipient.
#[derive(Debug, Deserialize)]
pub(crate) struct ByNumber {
    pub(crate) number: String,
}

/// The path of a route about one business account.
#[derive(Debug, Deserialize)]
pub(crate) struct ByAccount {
    pub(crate) waba: String,
}

/// The path of a route about one phone number of an account.
#[derive(Debug, Deserialize)]
pub(crate) struct ByAccountNumber {
    pub(crate) waba: String,
    pub(crate) id: String,
}

/// A refusal of the control API: a status and a sentence.
#[derive(Debug)]
pub(crate) struct ControlError(pub(crate) StatusCode, pub(crate) String);

impl ControlError {
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self(StatusCode::NOT_FOUND, message.into())
    }
}

impl std::fmt::Display for ControlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl actix_web::ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        self.0
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.0).json(json!({ "error": self.1 }))
    }
}

/// Reads a JSON body; an empty one counts as an object without fields.
pub(crate) fn read<T: DeserializeOwned>(
    body: Result<Bytes, actix_web::Error>,
) -> Result<T, ControlError> {
    let body = body.map_err(|error| ControlError::bad(error.to_string()))?;
    let body = if body.is_empty() {
        Bytes::from_static(b"{}")
    } else {
        body
    };
    serde_json::from_slice(&body).map_err(|error| ControlError::bad(error.to_string()))
}

/// Reads a number in a path or query.
pub(crate) fn number(text: &str) -> Result<String, ControlError> {
    // A plus sign in a query arrives as a space.
    digits(text.trim())
        .ok_or_else(|| ControlError::bad(format!("{text:?} is not a number in international form")))
}

pub(crate) fn timeout(milliseconds: Option<u64>) -> Duration {
    Duration::from_millis(milliseconds.unwrap_or(0)).min(LONGEST_WAIT)
}
