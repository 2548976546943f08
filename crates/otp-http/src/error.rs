//! Error answers: the one place where a use case's refusal becomes a status, a code and a sentence.

mod answer;
mod code;
mod documentation;
mod mapping;
#[cfg(test)]
mod tests;

use std::time::Duration;

use otp_core::ids::MessageId;

pub(crate) use answer::{ErrorBody, ExplainedError, NO_STORE, chain, retry_after};
pub(crate) use code::ErrorCode;
pub(crate) use documentation::{responses, responses_to_a_body};

use crate::body::MalformedBody;
use crate::query::InvalidQuery;
use crate::rate_limit::Exceeded;

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The code says it all.
    Plain(ErrorCode),
    /// The body cannot be read.
    MalformedRequestBody(MalformedBody),
    /// The query asks for something that is not there.
    InvalidQueryParameter(InvalidQuery),
    /// The limit per IP address is exceeded.
    TooManyRequests(Exceeded),
    /// The path exists, but not for this method.
    MethodNotAllowed {
        /// The methods it exists for.
        allow: &'static str,
    },
    /// The recipient was sent to a moment ago.
    CoolingDown {
        /// How long to wait.
        wait: Duration,
    },
    /// The provider refused the message.
    RefusedByProvider {
        /// The message.
        id: MessageId,
        /// The provider's HTTP status.
        status: Option<u16>,
        /// Its words.
        message: String,
    },
    /// Something behind the API cannot be reached at present.
    Unavailable(Cause),
    /// Something went wrong that is none of the caller's business.
    Internal(Cause),
}

/// What went wrong; for the log only.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

impl ApiError {
    /// The stable code.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Plain(code) => *code,
            Self::MalformedRequestBody(_) => ErrorCode::MalformedRequestBody,
            Self::InvalidQueryParameter(_) => ErrorCode::InvalidQueryParameter,
            Self::TooManyRequests(_) => ErrorCode::TooManyRequests,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::CoolingDown { .. } => ErrorCode::CoolingDown,
            Self::RefusedByProvider { .. } => ErrorCode::RefusedByProvider,
            Self::Unavailable(_) | Self::Internal(_) => ErrorCode::InternalServerError,
        }
    }
}
