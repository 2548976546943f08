//! The answer of an endpoint: JSON that no cache keeps, or an error.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use otp_edge::{NO_STORE, RequestContext};
use serde::Serialize;

use crate::error::ApiError;

/// The header that marks a repeated answer.
pub(crate) const REPLAYED: &str = "Idempotent-Replayed";

/// Returns the result of an endpoint as its answer.
pub(crate) fn json<T: Serialize>(
    request: &HttpRequest,
    result: Result<T, ApiError>,
) -> HttpResponse {
    with_status(&RequestContext::of(request), StatusCode::OK, result)
}

/// Returns the result of an endpoint as its answer, which has this status unless it is an error.
pub(crate) fn with_status<T: Serialize>(
    context: &RequestContext,
    status: StatusCode,
    result: Result<T, ApiError>,
) -> HttpResponse {
    match result {
        Ok(body) => HttpResponse::build(status)
            .insert_header(NO_STORE)
            .json(body),
        Err(error) => error.answer(context),
    }
}

/// Returns the result of an endpoint whose answer has no body.
pub(crate) fn no_content(request: &HttpRequest, result: Result<(), ApiError>) -> HttpResponse {
    match result {
        Ok(()) => HttpResponse::NoContent().insert_header(NO_STORE).finish(),
        Err(error) => error.answer(&RequestContext::of(request)),
    }
}
