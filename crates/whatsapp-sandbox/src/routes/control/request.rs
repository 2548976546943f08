//! Shared parts of the control routes: paths, bodies, errors and timeouts.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::StatusCode,
    web::{self, Bytes},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::request::digits;

/// A forgotten request ends after this time.
const MAX_WAIT: Duration = Duration::from_secs(120);

/// The answer of a control route.
pub(super) type Answer = Result<HttpResponse, ControlError>;
/// A body, or the error of one that was too long to read.
pub(super) type Body = Result<Bytes, actix_web::Error>;

/// The path of a route about one recipient.
#[derive(Debug, Deserialize)]
pub(super) struct ByNumber {
    number: String,
}

/// A refusal of the control API.
#[derive(Debug)]
pub(super) struct ControlError {
    status: StatusCode,
    message: String,
}

impl ByNumber {
    pub(super) fn digits(path: &web::Path<Self>) -> Result<String, ControlError> {
        number(&path.number)
    }
}

impl ControlError {
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            message: message.into(),
        }
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            message: message.into(),
        }
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for ControlError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({ "error": self.message }))
    }
}

pub(super) fn read<T: DeserializeOwned>(body: Body) -> Result<T, ControlError> {
    let body = body.map_err(|error| ControlError::bad(error.to_string()))?;
    serde_json::from_slice(&body).map_err(|error| ControlError::bad(error.to_string()))
}

/// Reads the digits of a number in a path or a query.
pub(super) fn number(text: &str) -> Result<String, ControlError> {
    // A plus sign in a query arrives as a space.
    digits(text.trim())
        .ok_or_else(|| ControlError::bad(format!("{text:?} is not a number in international form")))
}

pub(super) fn timeout(milliseconds: Option<u64>) -> Duration {
    Duration::from_millis(milliseconds.unwrap_or(0)).min(MAX_WAIT)
}
