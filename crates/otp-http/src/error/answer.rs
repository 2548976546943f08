//! The answer to a request that failed: one shape for all, in the client's language. Internal faults
//! are logged here and nowhere else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, ALLOW, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, LINK,
    VARY,
};
use otp_core::cooldown::whole_seconds;
use otp_core::message::MessageStatus;
use otp_core::ports::PortError;
use otp_edge::{NO_STORE, REQUEST_ID, RequestContext, chain, retry_after};

use super::api_error::ApiError;
use super::code::ErrorCode;
use super::invalid_field::InvalidField;
use super::problem::{PROBLEM_JSON, Problem, help};
use crate::text::TEXTS;
use crate::wire::{ErrorBody, ExplainedError};

impl ApiError {
    /// Answers with this error, and logs it if it is the service's own fault.
    pub(crate) fn answer(&self, context: &RequestContext) -> HttpResponse {
        self.log(context);
        let shape = self.shape(context);
        let mut answer = HttpResponse::build(shape.status);
        answer
            .insert_header(NO_STORE)
            .insert_header((REQUEST_ID, context.request_id.as_str()))
            .insert_header((CONTENT_LANGUAGE, context.language().as_str()))
            .insert_header((VARY, ACCEPT_LANGUAGE.as_str()));
        for header in &shape.headers {
            answer.insert_header(header.clone());
        }
        let help = help(self.code(), context);
        if let Some(help) = &help {
            answer.insert_header((LINK, format!("<{help}>; rel=\"help\"")));
        }
        if context.problem_json {
            answer
                .insert_header((CONTENT_TYPE, PROBLEM_JSON))
                .append_header((VARY, ACCEPT.as_str()));
            return answer.json(self.problem(shape, help, context));
        }
        answer.json(shape.body)
    }

    /// Returns what this error would be answered with.
    pub(crate) fn explained(&self, context: &RequestContext) -> ExplainedError {
        let shape = self.shape(context);
        ExplainedError {
            status: shape.status.as_u16(),
            error_message: shape.body.error_message,
            description: shape.body.description,
        }
    }

    /// Returns the body this error is answered with, for the documentation.
    pub(super) fn example(&self, context: &RequestContext) -> serde_json::Value {
        serde_json::to_value(self.shape(context).body).unwrap_or_default()
    }

    /// Returns the problem this error is answered with, for the documentation.
    pub(super) fn problem_example(&self, context: &RequestContext) -> serde_json::Value {
        let help = help(self.code(), context);
        serde_json::to_value(self.problem(self.shape(context), help, context)).unwrap_or_default()
    }

    /// Returns the same answer as a problem.
    fn problem(&self, shape: Shape, help: Option<String>, context: &RequestContext) -> Problem {
        let general = TEXTS.text(context.language(), self.code().as_str(), &[]);
        Problem::new(help, shape.status, &general, shape.body)
    }

    /// Returns status, headers, code and text of the answer.
    fn shape(&self, context: &RequestContext) -> Shape {
        let text =
            |key: &str, arguments: &[(&str, &str)]| TEXTS.text(context.language(), key, arguments);
        let plain = |arguments: &[(&str, &str)]| Shape::plain(self.code(), context, arguments);
        match self {
            Self::Plain(_) | Self::Internal(_) => plain(&[]),
            Self::MalformedRequestBody(problem) => {
                let mut shape = plain(&[]);
                shape.body.description = text(problem.text_key(), &[("field", problem.field())]);
                shape
            }
            Self::InvalidQueryParameter(query) => {
                let known = otp_texts::join_names(context.language(), query.known());
                let arguments = [("field", query.parameter()), ("known", &*known)];
                let mut shape = plain(&[]);
                shape.body.description = text(query.text_key(), &arguments);
                shape
            }
            Self::InvalidRequest(InvalidField { field, fault }) => {
                let known = otp_texts::join_names(context.language(), fault.known());
                let (least, most) = fault.bounds();
                let (least, most) = (least.to_string(), most.to_string());
                let limit = fault.limit().to_string();
                let arguments = [
                    ("field", &**field),
                    ("known", &*known),
                    ("least", &*least),
                    ("most", &*most),
                    ("limit", &*limit),
                ];
                let mut shape = plain(&[]);
                shape.body.description = text(fault.text_key(), &arguments);
                shape.body.field = Some(field.clone().into_owned());
                shape
            }
            Self::TooManyRequests(exceeded) => plain(&[]).with(exceeded.headers()),
            Self::RequestInProgress => plain(&[]).with([retry_after(1)]),
            Self::MethodNotAllowed { allow } => plain(&[]).with([(ALLOW, allow.clone())]),
            Self::CoolingDown { wait } => {
                let seconds = whole_seconds(*wait);
                let arguments = [("wait", &*clock(seconds))];
                let mut shape = plain(&arguments).with([retry_after(seconds)]);
                shape.body.error_message = text("CoolingDown-message", &arguments);
                shape
            }
            Self::CodeIncorrect { attempts_left } => {
                let mut shape = plain(&[]);
                shape.body.attempts_left = Some(*attempts_left);
                shape
            }
            Self::TooManyAttempts { wait } => plain(&[]).with([retry_after(whole_seconds(*wait))]),
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
            Self::NoRoom | Self::Unavailable(_) => {
                let mut shape = plain(&[]).with([retry_after(1)]);
                shape.status = StatusCode::SERVICE_UNAVAILABLE;
                shape.body.description = text("InternalServerError-temporary", &[]);
                shape
            }
        }
    }

    /// Logs an internal fault. The cause stays in the log: in an answer it would help attackers only.
    fn log(&self, context: &RequestContext) {
        if let Self::Unavailable(cause) | Self::Internal(cause) = self {
            let (request_id, cause) = (&*context.request_id, chain(&**cause));
            tracing::error!(request_id, cause, "request failed");
        }
    }
}

/// Logs that an answer could not be kept for repetitions.
pub(crate) fn log_kept(context: &RequestContext, error: &PortError) {
    let (request_id, cause) = (&*context.request_id, chain(error));
    tracing::warn!(
        request_id,
        cause,
        "failed to keep an answer for repetitions"
    );
}

struct Shape {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: ErrorBody,
}

impl Shape {
    fn plain(code: ErrorCode, context: &RequestContext, arguments: &[(&str, &str)]) -> Self {
        Self {
            status: code.status(),
            headers: Vec::new(),
            body: ErrorBody {
                error_message: code.as_str().to_owned(),
                description: TEXTS.text(context.language(), code.as_str(), arguments),
                request_id: context.request_id.clone(),
                field: None,
                attempts_left: None,
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

/// Returns a duration as `HH:mm:ss`.
fn clock(seconds: u64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}
