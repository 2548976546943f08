//! From refusals of the core to errors of the API: exhaustive, so that a new refusal does not compile
//! until it has an answer.

use otp_core::passcode::InvalidPasscode;
use otp_core::ports::PortError;
use otp_core::recipient::InvalidPhoneNumber;
use otp_core::usecases::authenticate::AuthenticateError;
use otp_core::usecases::check_message_status::CheckMessageStatusError;
use otp_core::usecases::list_messages::ListMessagesError;
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_message::ShowMessageError;

use super::{ApiError, ErrorCode};

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::KeyRequired => Self::Plain(ErrorCode::ApiKeyIsRequired),
            AuthenticateError::KeyNotFound => Self::Plain(ErrorCode::ApiKeyNotFound),
            AuthenticateError::KeyExpired => Self::Plain(ErrorCode::ApiKeyExpired),
            AuthenticateError::Port(error) => error.into(),
        }
    }
}

impl From<InvalidPasscode> for ApiError {
    fn from(error: InvalidPasscode) -> Self {
        Self::Plain(match error {
            InvalidPasscode::Missing => ErrorCode::OTPCodeIsRequired,
            InvalidPasscode::TooLong => ErrorCode::OTPCodeLengthMustBeLessThanOrEqualTo8,
            InvalidPasscode::NotAlphanumeric => ErrorCode::OTPCodeMustContainOnlyLettersOrDigits,
        })
    }
}

impl From<InvalidPhoneNumber> for ApiError {
    fn from(error: InvalidPhoneNumber) -> Self {
        Self::Plain(match error {
            InvalidPhoneNumber::NotE164
            | InvalidPhoneNumber::UnknownCountryCode
            | InvalidPhoneNumber::TooShort
            | InvalidPhoneNumber::TooLong
            | InvalidPhoneNumber::NotAssigned => ErrorCode::InvalidphoneNumber,
        })
    }
}

impl From<SendMessageError> for ApiError {
    fn from(error: SendMessageError) -> Self {
        match error {
            SendMessageError::SenderNumberNotFound => Self::Plain(ErrorCode::SenderNumberNotFound),
            SendMessageError::TemplateNotFound => Self::Plain(ErrorCode::TemplateNotFound),
            SendMessageError::RecipientOptedOut => Self::Plain(ErrorCode::RecipientOptedOut),
            SendMessageError::CoolingDown { wait } => Self::CoolingDown { wait },
            SendMessageError::InsufficientBalance => Self::Plain(ErrorCode::InsufficientBalance),
            SendMessageError::RefusedByProvider { id, refusal } => Self::RefusedByProvider {
                id,
                status: refusal.http_status,
                message: refusal.message,
            },
            SendMessageError::UnreadableToken(_) => Self::Internal(error.into()),
            SendMessageError::Port(error) => error.into(),
        }
    }
}

impl From<CheckMessageStatusError> for ApiError {
    fn from(error: CheckMessageStatusError) -> Self {
        match error {
            CheckMessageStatusError::NotFound => Self::Plain(ErrorCode::MessageNotFound),
            CheckMessageStatusError::Unreadable(_) => Self::Internal(error.into()),
            CheckMessageStatusError::Port(error) => error.into(),
        }
    }
}

impl From<ShowMessageError> for ApiError {
    fn from(error: ShowMessageError) -> Self {
        match error {
            ShowMessageError::NotFound => Self::Plain(ErrorCode::MessageNotFound),
            ShowMessageError::Unreadable(_) => Self::Internal(error.into()),
            ShowMessageError::Port(error) => error.into(),
        }
    }
}

impl From<ListMessagesError> for ApiError {
    fn from(error: ListMessagesError) -> Self {
        match error {
            ListMessagesError::Unreadable(_) => Self::Internal(error.into()),
            ListMessagesError::Port(error) => error.into(),
        }
    }
}

impl From<PortError> for ApiError {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(_) => Self::Unavailable(error.into()),
            PortError::Conflict(_) | PortError::Backend(_) => Self::Internal(error.into()),
        }
    }
}
