//! Envelope of every answer: request id, span, log line, metrics and security headers.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};
use tracing::Instrument;
use tracing::field::Empty;

use crate::connections::{Activity, RequestInProgress};
use crate::panics::catch_panics;
use crate::request_context::{ErrorHelp, REQUEST_ID, RequestContext};
use crate::request_metrics::{count, label};
use crate::trace_parent;

/// Middleware of the whole application, the outermost one. [`serve`](crate::serve) adds it; an
/// application that is built otherwise adds it with
/// `App::wrap(actix_web::middleware::from_fn(envelope))`.
pub async fn envelope<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EnvelopedBody>, actix_web::Error> {
    let in_progress = request.conn_data::<Rc<Activity>>().map(Activity::begin);
    let context = RequestContext {
        error_help: request.app_data::<ErrorHelp>().map(|help| help.0),
        ..RequestContext::read(request.headers())
    };
    request.extensions_mut().insert(context.clone());
    let request_id = &*context.request_id;
    // The path itself is not logged: one that does not exist may contain anything.
    let span =
        tracing::info_span!("http.request", request_id, method = %request.method(), route = Empty);
    trace_parent::take_over(&span, request.headers());
    let answered = respond(request, next, context.clone());
    let answer = answered.instrument(span).await?;
    Ok(answer.map_body(|_, body| EnvelopedBody {
        body: body.boxed(),
        _in_progress: in_progress,
    }))
}

/// Marks a request whose answer gets no log line.
struct Unlogged;

/// Lets the envelope write no log line about the answer to this request; it is counted all the same.
/// This is for refusals that strangers can cause in any number and that are logged in sum.
pub fn leave_unlogged(request: &HttpRequest) {
    request.extensions_mut().insert(Unlogged);
}

/// The body of an answer. Until it is written, the request is in progress.
pub struct EnvelopedBody {
    body: BoxBody,
    _in_progress: Option<RequestInProgress>,
}

impl MessageBody for EnvelopedBody {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

async fn respond<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
    context: RequestContext,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let method = label(request.method());
    let answer = catch_panics(request, next).await;
    let (status, route, is_logged) = match &answer {
        Ok(answer) => {
            let request = answer.request();
            let is_logged = !request.extensions().contains::<Unlogged>();
            (answer.status(), request.match_pattern(), is_logged)
        }
        Err(error) => (error.as_response_error().status_code(), None, true),
    };
    if let Some(route) = &route {
        tracing::Span::current().record("route", route);
    }
    let duration = started.elapsed();
    count(route, method, status, duration);
    if is_logged {
        let (status, duration_us) = (status.as_u16(), duration.as_micros());
        tracing::info!(status, duration_us, "answered");
    }
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

fn add_headers(headers: &mut HeaderMap, context: &RequestContext) {
    if let Ok(request_id) = HeaderValue::from_str(&context.request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
