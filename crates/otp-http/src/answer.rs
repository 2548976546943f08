//! The answer of an endpoint: JSON that no cache keeps, or an error.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use otp_edge::{NO_STORE, RequestContext};
use serde::Serialize;

use crate::error::ApiError;

/// Returns the result of an endpoint as its answer.
pub(crate) fn json<T: Serialize>(
    request: &HttpRequest,
    result: Result<T, ApiError>,
) -> HttpResponse {
    json_with(request, StatusCode::OK, result)
}

/// Returns the result of an endpoint as its answer, with this status if it is no error.
pub(crate) fn json_with<T: Serialize>(
    request: &HttpRequest,
    status: StatusCode,
    result: Result<T, ApiError>,
) -> HttpResponse {
    match result {
        Ok(body) => HttpResponse::build(status)
            .insert_header(NO_STORE)
            .json(body),
        Err(error) => error.answer(&RequestContext::of(request)),
    }
}
