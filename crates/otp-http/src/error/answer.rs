//! The answer to a request that failed: one shape for all, worded in the caller's language, logged
//! here and nowhere else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, HeaderName, HeaderValue, RETRY_AFTER,
    VARY,
};
use otp_core::cooldown::whole_seconds;
use otp_core::message::MessageStatus;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ApiError, ErrorCode};
use crate::context::{REQUEST_ID, RequestContext};

/// Answers are about one caller's messages: nothing in between may keep them.
pub(crate) const NO_STORE: (HeaderName, &str) = (CACHE_CONTROL, "no-store");

/// What every error answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    /// The stable code. For the cooldown it is a sentence in the language of `Accept-Language`, for a
    /// refusal of the provider the provider's own words.
    error_message: String,
    /// What is wrong and what to do about it, in the language of `Accept-Language`.
    description: String,
    /// Names this request; quote it when you ask for support. It equals `X-Request-Id`.
    request_id: String,
    /// The message the provider refused; recorded, not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// `Failed`, beside `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_status: Option<&'static str>,
}

/// An error that would be answered: its status, and what its body would say.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainedError {
    /// The HTTP status.
    status: u16,
    /// The stable code; for the cooldown a sentence in the language of `Accept-Language`.
    error_message: String,
    /// What is wrong and what to do about it, in the language of `Accept-Language`.
    description: String,
}

impl ApiError {
    /// What this error would be answered with.
    pub(crate) fn explained(&self, context: &RequestContext) -> ExplainedError {
        let shape = self.shape(context);
        ExplainedError {
            status: shape.status.as_u16(),
            error_message: shape.body.error_message,
            description: shape.body.description,
        }
    }

    /// Answers with this error, and logs it if it is the service's own fault.
    pub(crate) fn answer(&self, context: &RequestContext) -> HttpResponse {
        self.log(context);
        let shape = self.shape(context);
        let mut answer = HttpResponse::build(shape.status);
        answer
            .insert_header(NO_STORE)
            .insert_header((REQUEST_ID, context.request_id.as_str()))
            .insert_header((CONTENT_LANGUAGE, context.language.tag()))
            .insert_header((VARY, ACCEPT_LANGUAGE.as_str()));
        for header in shape.headers {
            answer.insert_header(header);
        }
        answer.json(shape.body)
    }

    /// The body this error is answered with, for the documentation.
    pub(crate) fn example(&self, context: &RequestContext) -> serde_json::Value {
        serde_json::to_value(self.shape(context).body).unwrap_or_default()
    }

    /// Every error's status, code, text and headers.
    fn shape(&self, context: &RequestContext) -> Shape {
        let code = self.code();
        let plain = |arguments: &[(&'static str, &str)]| Shape::plain(code, context, arguments);
        match self {
            Self::Plain(_) | Self::Internal(_) => plain(&[]),
            Self::MalformedRequestBody(problem) => {
                let mut shape = plain(&[]);
                let arguments = [("field", problem.field())];
                shape.body.description = context.language.text(problem.text_key(), &arguments);
                shape
            }
            Self::InvalidQueryParameter(query) => {
                let mut shape = plain(&[]);
                let arguments = [("field", query.parameter())];
                shape.body.description = context.language.text(query.text_key(), &arguments);
                shape
            }
            Self::TooManyRequests(exceeded) => plain(&[]).with(exceeded.headers()),
            Self::MethodNotAllowed { allow } => {
                plain(&[]).with([(ALLOW, HeaderValue::from_static(allow))])
            }
            Self::CoolingDown { wait } => {
                let seconds = whole_seconds(*wait);
                let arguments = [("wait", &*clock(seconds))];
                let mut shape = plain(&arguments).with([retry_after(seconds)]);
                shape.body.error_message = context.language.text("CoolingDown-message", &arguments);
                shape
            }
            Self::RefusedByProvider {
                id,
                status,
                message,
            } => {
                let mut shape = plain(&[]);
                let mirrored = status.filter(|status| (400..500).contains(status));
                let mirrored = mirrored.and_then(|status| StatusCode::from_u16(status).ok());
                shape.status = mirrored.unwrap_or(shape.status);
                shape.body.error_message.clone_from(message);
                shape.body.id = Some(id.0);
                shape.body.message_status = Some(MessageStatus::Failed.as_str());
                shape
            }
            Self::Unavailable(_) => Shape {
                status: StatusCode::SERVICE_UNAVAILABLE,
                ..plain(&[]).with([retry_after(1)])
            },
        }
    }

    /// The cause stays in the log: an answer that tells it helps nobody but an attacker.
    fn log(&self, context: &RequestContext) {
        if let Self::Unavailable(cause) | Self::Internal(cause) = self {
            let (request_id, cause) = (&*context.request_id, chain(&**cause));
            tracing::error!(request_id, cause, "request failed");
        }
    }
}

struct Shape {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: ErrorBody,
}

impl Shape {
    fn plain(
        code: ErrorCode,
        context: &RequestContext,
        arguments: &[(&'static str, &str)],
    ) -> Self {
        Self {
            status: code.status(),
            headers: Vec::new(),
            body: ErrorBody {
                error_message: code.as_str().to_owned(),
                description: context.language.text(code.as_str(), arguments),
                request_id: context.request_id.clone(),
                id: None,
                message_status: None,
            },
        }
    }

    fn with(mut self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Self {
        self.headers.extend(headers);
        self
    }
}

/// `Retry-After`, in seconds.
pub(crate) fn retry_after(seconds: u64) -> (HeaderName, HeaderValue) {
    (RETRY_AFTER, HeaderValue::from(seconds))
}

/// `HH:mm:ss`.
fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}

/// An error and what caused it, in one line.
pub(crate) fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut text = cause.to_string();
    let mut next = cause.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
