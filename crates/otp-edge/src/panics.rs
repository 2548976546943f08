//! Panics of handlers: answered like any other refusal.

use std::panic::AssertUnwindSafe;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::middleware::Next;
use futures_util::FutureExt;

use crate::refusal::{Refusal, Refusals};
use crate::request_context::RequestContext;

/// Middleware that answers for a handler that panicked.
///
/// The [`envelope`](crate::envelope) contains it for the whole application. A scope that has
/// [`Refusals`] of its own wraps itself with it as well.
pub async fn catch_panics<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let refusals = Refusals::of(request.request());
    let context = RequestContext::of(request.request());
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => answer,
        // The text of the panic is not logged: it may quote the value that caused it.
        Err(_) => {
            let (request_id, cause) = (&*context.request_id, "a handler panicked");
            tracing::error!(request_id, cause, "request failed");
            let answer = refusals.answer(&Refusal::HandlerPanicked, &context);
            Err(InternalError::from_response(cause, answer).into())
        }
    }
}
