//! Middleware of the rate limit: it refuses a request before anything else happens.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::limiter::PerIpLimit;
use crate::refusal::{Refusal, Refusals};
use crate::request_context::RequestContext;

/// Middleware that refuses a client with [`Refusal::TooManyRequests`] if it exceeds the
/// [`PerIpLimit`] in the application data. Without one, every request passes.
pub async fn per_ip_limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    limited(request, next).await
}

/// Middleware like [`per_ip_limit`] that lets requests pass that change nothing: a page may be looked at as often as
/// one likes, and its form is limited.
pub async fn per_ip_limit_of_forms<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    if request.method().is_safe() {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    limited(request, next).await
}

async fn limited<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let limit = request.app_data::<PerIpLimit>();
    let exceeded = limit.and_then(|limit| limit.check(request.request()).err());
    match exceeded {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(exceeded) => {
            let refusals = Refusals::of(request.request());
            let context = RequestContext::of(request.request());
            let answer = refusals.answer(&Refusal::TooManyRequests(exceeded), &context);
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}
