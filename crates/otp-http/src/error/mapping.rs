//! Mapping of refusals to errors of the API. It is exhaustive: a new refusal does not compile until it
//! has an answer.

use otp_core::passcode::InvalidPasscode;
use otp_core::ports::PortError;
use otp_core::recipient::InvalidPhoneNumber;
use otp_core::usecases::authenticate::AuthenticateError;
use otp_core::usecases::cancel_verification::CancelVerificationError;
use otp_core::usecases::check_message_status::CheckMessageStatusError;
use otp_core::usecases::check_verification::CheckVerificationError;
use otp_core::usecases::create_verification::CreateVerificationError;
use otp_core::usecases::inspect_webhook_deliveries::InspectWebhookDeliveriesError;
use otp_core::usecases::list_messages::ListMessagesError;
use otp_core::usecases::list_verifications::ListVerificationsError;
use otp_core::usecases::listen_for_events::ListenForEventsError;
use otp_core::usecases::manage_webhook_endpoints::ManageWebhookEndpointsError;
use otp_core::usecases::read_test_inbox::ReadTestInboxError;
use otp_core::usecases::record_outcome::RecordOutcomeError;
use otp_core::usecases::resend_verification::ResendVerificationError;
use otp_core::usecases::send_message::SendMessageError;
use otp_core::usecases::show_insights::{MAX_COUNTED, ShowInsightsError};
use otp_core::usecases::show_message::ShowMessageError;
use otp_core::usecases::show_verification::ShowVerificationError;
use otp_core::verification::VerificationOver;
use otp_core::webhook::{InvalidWebhookTarget, WebhookTarget};

use otp_edge::{BodyError, Refusal, RunError};

use super::api_error::ApiError;
use super::code::ErrorCode;
use super::invalid_field::{FieldFault, InvalidField};
use crate::body::{InvalidBody, MalformedBody};
use crate::parameter::InvalidQuery;
use crate::wire::{InvalidIdempotencyKey, InvalidRecipient};

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooManyRequests(exceeded) => Self::TooManyRequests(exceeded),
            Refusal::NotFound => Self::Plain(ErrorCode::NotFound),
            Refusal::MethodNotAllowed { allow } => Self::MethodNotAllowed { allow },
            // The edge has logged it.
            Refusal::HandlerPanicked => Self::Plain(ErrorCode::InternalServerError),
        }
    }
}

impl From<RunError> for ApiError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Panicked => Self::Internal(error.into()),
            RunError::ShuttingDown => Self::Unavailable(error.into()),
        }
    }
}

impl From<InvalidBody> for ApiError {
    fn from(error: InvalidBody) -> Self {
        match error {
            InvalidBody::UnsupportedMediaType => Self::Plain(ErrorCode::UnsupportedMediaType),
            InvalidBody::NotReceived(error) => error.into(),
            InvalidBody::Malformed(problem) => problem.into(),
        }
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::Plain(ErrorCode::RequestBodyTooLarge),
            BodyError::TimedOut => Self::Plain(ErrorCode::RequestTimeout),
            BodyError::Incomplete => Self::MalformedRequestBody(MalformedBody::Incomplete),
        }
    }
}

impl From<MalformedBody> for ApiError {
    fn from(problem: MalformedBody) -> Self {
        Self::MalformedRequestBody(problem)
    }
}

impl From<InvalidField> for ApiError {
    fn from(field: InvalidField) -> Self {
        Self::InvalidRequest(field)
    }
}

impl From<InvalidQuery> for ApiError {
    fn from(query: InvalidQuery) -> Self {
        Self::InvalidQueryParameter(query)
    }
}

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

impl From<InvalidRecipient> for ApiError {
    fn from(error: InvalidRecipient) -> Self {
        match error {
            InvalidRecipient::Missing => Self::Plain(ErrorCode::DestinationPhoneNumberIsRequired),
            InvalidRecipient::Blank => Self::Plain(ErrorCode::PhoneNumberCanNotBeEmpty),
            InvalidRecipient::Invalid(error) => error.into(),
            InvalidRecipient::Address => Self::Plain(ErrorCode::InvalidEmailAddress),
        }
    }
}

impl From<InvalidIdempotencyKey> for ApiError {
    fn from(_: InvalidIdempotencyKey) -> Self {
        Self::Plain(ErrorCode::IdempotencyKeyMustBeUuid)
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
            SendMessageError::AccountRestricted => Self::Plain(ErrorCode::AccountRestricted),
            SendMessageError::AccountClosed => Self::Plain(ErrorCode::AccountClosed),
            SendMessageError::SenderNumberNotFound => Self::Plain(ErrorCode::SenderNumberNotFound),
            SendMessageError::EmailSenderNotFound => Self::Plain(ErrorCode::EmailSenderNotFound),
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

impl From<CreateVerificationError> for ApiError {
    fn from(error: CreateVerificationError) -> Self {
        match error {
            CreateVerificationError::Send(error) => error.into(),
            CreateVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            CreateVerificationError::Show(error) => error.into(),
            CreateVerificationError::Port(error) => error.into(),
        }
    }
}

impl From<ResendVerificationError> for ApiError {
    fn from(error: ResendVerificationError) -> Self {
        match error {
            ResendVerificationError::Send(error) => error.into(),
            ResendVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            ResendVerificationError::OtherChannel => {
                InvalidField::new("channel", FieldFault::OtherChannel).into()
            }
            ResendVerificationError::Over(status) => over(status),
            ResendVerificationError::Show(error) => error.into(),
            ResendVerificationError::Port(error) => error.into(),
        }
    }
}

impl From<CancelVerificationError> for ApiError {
    fn from(error: CancelVerificationError) -> Self {
        match error {
            CancelVerificationError::Over(status) => over(status),
            CancelVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            CancelVerificationError::Show(error) => error.into(),
            CancelVerificationError::Port(error) => error.into(),
        }
    }
}

/// The error of a verification that is over.
fn over(status: VerificationOver) -> ApiError {
    ApiError::Plain(match status {
        VerificationOver::Approved => ErrorCode::VerificationAlreadyApproved,
        VerificationOver::Expired => ErrorCode::VerificationExpired,
        VerificationOver::Canceled => ErrorCode::VerificationCanceled,
    })
}

impl From<CheckVerificationError> for ApiError {
    fn from(error: CheckVerificationError) -> Self {
        match error {
            CheckVerificationError::NotFound => Self::Plain(ErrorCode::VerificationNotFound),
            CheckVerificationError::CodeIncorrect { attempts_left } => {
                Self::CodeIncorrect { attempts_left }
            }
            CheckVerificationError::TransactionMismatch => {
                Self::Plain(ErrorCode::TransactionMismatch)
            }
            CheckVerificationError::Over(status) => over(status),
            CheckVerificationError::TooManyAttempts { wait } => Self::TooManyAttempts { wait },
            CheckVerificationError::Port(error) => error.into(),
        }
    }
}

impl From<ShowVerificationError> for ApiError {
    fn from(error: ShowVerificationError) -> Self {
        match error {
            ShowVerificationError::NotFound => Self::Plain(ErrorCode::VerificationNotFound),
            ShowVerificationError::Unreadable(_) => Self::Internal(error.into()),
            ShowVerificationError::Port(error) => error.into(),
        }
    }
}

impl From<ListVerificationsError> for ApiError {
    fn from(error: ListVerificationsError) -> Self {
        match error {
            ListVerificationsError::Unreadable(_) => Self::Internal(error.into()),
            ListVerificationsError::Port(error) => error.into(),
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

impl From<ShowInsightsError> for ApiError {
    fn from(error: ShowInsightsError) -> Self {
        match error {
            ShowInsightsError::TooManyMessages => {
                InvalidField::new("from", FieldFault::TooManyMessages(MAX_COUNTED)).into()
            }
            ShowInsightsError::Port(error) => error.into(),
        }
    }
}

impl From<RecordOutcomeError> for ApiError {
    fn from(error: RecordOutcomeError) -> Self {
        match error {
            RecordOutcomeError::NotFound => Self::Plain(ErrorCode::MessageNotFound),
            RecordOutcomeError::AlreadyRecorded => Self::Plain(ErrorCode::OutcomeAlreadyRecorded),
            RecordOutcomeError::Port(error) => error.into(),
        }
    }
}

impl From<ReadTestInboxError> for ApiError {
    fn from(error: ReadTestInboxError) -> Self {
        match error {
            ReadTestInboxError::NotATestAccount => Self::Plain(ErrorCode::TestKeyRequired),
            ReadTestInboxError::TooManyWaiting => Self::Plain(ErrorCode::TooManyWaiting),
            ReadTestInboxError::Unreadable(_) => Self::Internal(error.into()),
            ReadTestInboxError::Port(error) => error.into(),
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

impl From<ManageWebhookEndpointsError> for ApiError {
    fn from(error: ManageWebhookEndpointsError) -> Self {
        match error {
            ManageWebhookEndpointsError::InvalidUrl(invalid) => {
                InvalidField::new("url", url_fault(invalid)).into()
            }
            ManageWebhookEndpointsError::ForbiddenUrl(_) => {
                Self::Plain(ErrorCode::ForbiddenWebhookTarget)
            }
            // An account that has API keys exists, so its data has been erased.
            ManageWebhookEndpointsError::AccountNotFound => Self::Plain(ErrorCode::AccountClosed),
            ManageWebhookEndpointsError::TooMany => Self::Plain(ErrorCode::TooManyWebhookEndpoints),
            ManageWebhookEndpointsError::TooManyListeners => {
                Self::Plain(ErrorCode::TooManyWebhookListeners)
            }
            ManageWebhookEndpointsError::Forbidden
            | ManageWebhookEndpointsError::EndpointNotFound => {
                Self::Plain(ErrorCode::WebhookEndpointNotFound)
            }
            ManageWebhookEndpointsError::Unreadable(_) => Self::Internal(error.into()),
            ManageWebhookEndpointsError::Port(error) => error.into(),
        }
    }
}

impl From<ListenForEventsError> for ApiError {
    fn from(error: ListenForEventsError) -> Self {
        match error {
            ListenForEventsError::ListenerNotFound => {
                Self::Plain(ErrorCode::WebhookEndpointNotFound)
            }
            ListenForEventsError::TooManyWaiting => Self::Plain(ErrorCode::TooManyWaiting),
            ListenForEventsError::Port(error) => error.into(),
        }
    }
}

impl From<InspectWebhookDeliveriesError> for ApiError {
    fn from(error: InspectWebhookDeliveriesError) -> Self {
        match error {
            InspectWebhookDeliveriesError::EndpointNotFound => {
                Self::Plain(ErrorCode::WebhookEndpointNotFound)
            }
            InspectWebhookDeliveriesError::DeliveryNotFound => {
                Self::Plain(ErrorCode::WebhookDeliveryNotFound)
            }
            InspectWebhookDeliveriesError::EndpointDisabled => {
                Self::Plain(ErrorCode::WebhookEndpointDisabled)
            }
            InspectWebhookDeliveriesError::Unreadable(_) => Self::Internal(error.into()),
            InspectWebhookDeliveriesError::Port(error) => error.into(),
        }
    }
}

fn url_fault(invalid: InvalidWebhookTarget) -> FieldFault {
    match invalid {
        InvalidWebhookTarget::TooLong => FieldFault::TooManyBytes(WebhookTarget::MAX_LENGTH),
        InvalidWebhookTarget::NotAUrl => FieldFault::NotAUrl,
        InvalidWebhookTarget::Scheme => FieldFault::UrlScheme,
        InvalidWebhookTarget::UserInfo => FieldFault::UrlUserInfo,
        InvalidWebhookTarget::Fragment => FieldFault::UrlFragment,
    }
}

impl From<PortError> for ApiError {
    fn from(error: PortError) -> Self {
        match error {
            PortError::Unavailable(_) | PortError::Locked(_) => Self::Unavailable(error.into()),
            PortError::Conflict(_) | PortError::Backend(_) => Self::Internal(error.into()),
        }
    }
}
