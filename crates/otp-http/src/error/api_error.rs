//! Errors of the API.

use std::time::Duration;

use actix_web::http::header::HeaderValue;
use otp_core::ids::MessageId;
use otp_edge::Exceeded;

use super::code::ErrorCode;
use super::invalid_field::InvalidField;
use crate::body::MalformedBody;
use crate::parameter::InvalidQuery;

/// The cause of an error; for the log only.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The reason why a request does not get the answer it asked for.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// A code without details.
    Plain(ErrorCode),
    /// The body cannot be read.
    MalformedRequestBody(MalformedBody),
    /// The query cannot be used.
    InvalidQueryParameter(InvalidQuery),
    /// A field has an invalid value.
    InvalidRequest(InvalidField),
    /// The limit per IP address is exceeded.
    TooManyRequests(Exceeded),
    /// The path exists, but not for this method.
    MethodNotAllowed {
        /// The methods it supports.
        allow: HeaderValue,
    },
    /// The recipient got a message a moment ago.
    CoolingDown {
        /// The time to wait.
        wait: Duration,
    },
    /// The code is wrong.
    CodeIncorrect {
        /// How many wrong guesses are still allowed.
        attempts_left: usize,
    },
    /// No guess is left.
    TooManyAttempts {
        /// The time to wait for a new verification.
        wait: Duration,
    },
    /// The provider refused the message.
    RefusedByProvider {
        /// The message.
        id: MessageId,
        /// The provider's HTTP status.
        status: Option<u16>,
        /// The provider's text.
        message: String,
    },
    /// The request repeats one that is still in progress.
    RequestInProgress,
    /// Strangers hold all the memory that they may hold. It is not logged as a fault.
    NoRoom,
    /// A dependency of the API cannot be reached at present.
    Unavailable(Cause),
    /// An internal fault.
    Internal(Cause),
}

impl ApiError {
    /// Returns whether the refused request had an effect, so that its answer is kept for repetitions. Any
    /// other refused or failed request is judged anew.
    pub(crate) fn had_an_effect(&self) -> bool {
        match self {
            // The message is recorded.
            Self::RefusedByProvider { .. } => true,
            // The guess is counted.
            Self::CodeIncorrect { .. } => true,
            Self::Plain(_)
            | Self::MalformedRequestBody(_)
            | Self::InvalidQueryParameter(_)
            | Self::InvalidRequest(_)
            | Self::TooManyRequests(_)
            | Self::MethodNotAllowed { .. }
            | Self::CoolingDown { .. }
            | Self::TooManyAttempts { .. }
            | Self::RequestInProgress
            | Self::NoRoom
            | Self::Unavailable(_)
            | Self::Internal(_) => false,
        }
    }

    /// Returns the stable code.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::Plain(code) => *code,
            Self::MalformedRequestBody(_) => ErrorCode::MalformedRequestBody,
            Self::InvalidQueryParameter(_) => ErrorCode::InvalidQueryParameter,
            Self::InvalidRequest(_) => ErrorCode::InvalidRequest,
            Self::TooManyRequests(_) => ErrorCode::TooManyRequests,
            Self::MethodNotAllowed { .. } => ErrorCode::MethodNotAllowed,
            Self::CoolingDown { .. } => ErrorCode::CoolingDown,
            Self::CodeIncorrect { .. } => ErrorCode::CodeIncorrect,
            Self::TooManyAttempts { .. } => ErrorCode::TooManyAttempts,
            Self::RefusedByProvider { .. } => ErrorCode::RefusedByProvider,
            Self::RequestInProgress => ErrorCode::RequestInProgress,
            Self::NoRoom | Self::Unavailable(_) | Self::Internal(_) => {
                ErrorCode::InternalServerError
            }
        }
    }
}
