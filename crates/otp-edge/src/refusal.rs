//! Refusals: the requests that no handler answers, and the seam through which the crate above
//! answers them.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::rate_limit::Exceeded;
use crate::request_context::RequestContext;

/// A request that no handler answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The client exceeded its quota.
    TooManyRequests(Exceeded),
    /// No resource has this path.
    NotFound,
    /// The path exists, but not for this method.
    MethodNotAllowed {
        /// The methods that the path supports, as the `Allow` header lists them.
        allow: HeaderValue,
    },
    /// The handler panicked. The panic is logged already.
    HandlerPanicked,
}

impl Refusal {
    /// Returns the status of the answer.
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooManyRequests(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::HandlerPanicked => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the headers that belong to this refusal, whatever the form of the answer.
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        match self {
            Self::TooManyRequests(exceeded) => exceeded.headers().into(),
            Self::MethodNotAllowed { allow } => vec![(ALLOW, allow.clone())],
            Self::NotFound | Self::HandlerPanicked => Vec::new(),
        }
    }
}

/// Answers refusals in the form of one crate. Clones share it.
///
/// Register it with `app_data`; the innermost scope or resource that has one counts. Without any,
/// a refusal is answered by its status and headers alone.
#[derive(Clone)]
pub struct Refusals(Arc<Answer>);

type Answer = dyn Fn(&Refusal, &RequestContext) -> HttpResponse + Send + Sync;

impl Refusals {
    /// Refusals that `answer` answers. It SHOULD use the refusal's status and headers.
    pub fn new(
        answer: impl Fn(&Refusal, &RequestContext) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }

    /// Returns the refusals that are registered for this request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let registered = request.app_data::<Self>().cloned();
        registered.unwrap_or_else(|| Self::new(|refusal, _| without_body(refusal)))
    }

    pub(crate) fn answer(&self, refusal: &Refusal, context: &RequestContext) -> HttpResponse {
        (self.0)(refusal, context)
    }
}

fn without_body(refusal: &Refusal) -> HttpResponse {
    let mut answer = HttpResponse::build(refusal.status());
    for header in refusal.headers() {
        answer.insert_header(header);
    }
    answer.finish()
}
