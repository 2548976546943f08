//! What every answer is wrapped in: a request id, a span and a line in the log, security headers; and
//! an error answer where a handler panicked.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use futures_util::FutureExt;
use metrics::{Histogram, histogram};
use tracing::Instrument;
use tracing::field::Empty;

use crate::context::{REQUEST_ID, RequestContext};
use crate::error::ApiError;

/// Middleware of the whole application, the outermost one. [`crate::serve`] puts it there; an
/// application built otherwise does so with `App::wrap(actix_web::middleware::from_fn(envelope))`.
pub async fn envelope<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let context = RequestContext::read(request.headers());
    request.extensions_mut().insert(context.clone());
    let request_id = &*context.request_id;
    // The path itself is not logged: whoever asks for one that does not exist may have put anything
    // into it.
    let span =
        tracing::info_span!("http.request", request_id, method = %request.method(), route = Empty);
    let answered = respond(request, next, context.clone());
    answered.instrument(span).await
}

async fn respond<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
    context: RequestContext,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let method = known(request.method());
    let answer = match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(answer) => answer,
        Err(_) => {
            let error = ApiError::Internal("a handler panicked".into());
            let cause = "a handler panicked";
            Err(InternalError::from_response(cause, error.answer(&context)).into())
        }
    };
    let (status, route) = match &answer {
        Ok(answer) => (answer.status(), answer.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    if let Some(route) = &route {
        tracing::Span::current().record("route", route);
    }
    let (status, duration) = (status.as_u16(), started.elapsed());
    count((route, method, status), duration);
    let duration_us = duration.as_micros();
    tracing::info!(status, duration_us, "answered");
    match answer {
        Ok(mut answer) => {
            add_headers(answer.headers_mut(), &context);
            Ok(answer)
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut answer| {
                add_headers(answer.headers_mut(), &context);
                answer
            });
            Err(error)
        }
    }
}

/// How long answers took, by path and status; it counts them, too.
pub const REQUEST_DURATION: &str = "otp_http_request_duration_seconds";

/// What a request is counted under.
type Counted = (Option<String>, &'static str, u16);

thread_local! {
    /// The histograms this thread has used: finding one by its labels takes longer than counting in it.
    /// There are as many as there are paths, and statuses each is answered with.
    static HISTOGRAMS: RefCell<HashMap<Counted, Histogram>> = RefCell::default();
}

fn count(counted: Counted, duration: Duration) {
    HISTOGRAMS.with_borrow_mut(|histograms| {
        let histogram = histograms
            .entry(counted)
            .or_insert_with_key(|(route, method, status)| {
                // A path that does not exist is whatever somebody made up.
                let route = route.clone().unwrap_or_else(|| "none".to_owned());
                let status = status.to_string();
                histogram!(REQUEST_DURATION, "route" => route, "method" => *method, "status" => status)
            });
        histogram.record(duration.as_secs_f64());
    });
}

/// A method as a label: there are as many others as somebody cares to make up.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn add_headers(headers: &mut HeaderMap, context: &RequestContext) {
    if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
