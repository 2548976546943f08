//! Stable error codes, each with its HTTP status and, in `locales/`, its sentence.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])+ $code:ident => $status:ident,)+) => {
        /// A stable code. Its spelling is exactly that of the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum ErrorCode {
            $($(#[$doc])+ $code,)+
        }

        impl ErrorCode {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$code,)+];

            /// Returns the code on the wire, which is also the key of its text.
            pub(crate) const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)+
                }
            }

            /// Returns the code of this spelling.
            pub(crate) fn parse(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == code)
            }

            /// Returns the HTTP status of its answer.
            pub(crate) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$code => StatusCode::$status,)+
                }
            }
        }
    };
}

codes! {
    /// The limit per IP address is exceeded.
    TooManyRequests => TOO_MANY_REQUESTS,
    /// `X-Api-Key` is missing or blank.
    ApiKeyIsRequired => BAD_REQUEST,
    /// No active key matches.
    ApiKeyNotFound => NOT_FOUND,
    /// The key is past its expiry.
    ApiKeyExpired => BAD_REQUEST,
    /// The content type is not JSON.
    UnsupportedMediaType => UNSUPPORTED_MEDIA_TYPE,
    /// The body is over 16 KiB.
    RequestBodyTooLarge => PAYLOAD_TOO_LARGE,
    /// The body did not arrive in time.
    RequestTimeout => REQUEST_TIMEOUT,
    /// The body cannot be read.
    MalformedRequestBody => BAD_REQUEST,
    /// `otpCode` is missing.
    OTPCodeIsRequired => BAD_REQUEST,
    /// `otpCode` is too long.
    OTPCodeLengthMustBeLessThanOrEqualTo8 => BAD_REQUEST,
    /// `otpCode` contains other characters than letters and digits.
    OTPCodeMustContainOnlyLettersOrDigits => BAD_REQUEST,
    /// `toPhoneE164` is missing.
    DestinationPhoneNumberIsRequired => BAD_REQUEST,
    /// `toPhoneE164` is blank.
    PhoneNumberCanNotBeEmpty => BAD_REQUEST,
    /// `toPhoneE164` is not a valid number.
    InvalidphoneNumber => BAD_REQUEST,
    /// `to` contains an @ and is not a valid mail address.
    InvalidEmailAddress => BAD_REQUEST,
    /// `idempotencyKey` is not a UUID.
    IdempotencyKeyMustBeUuid => BAD_REQUEST,
    /// An operator restricted the account.
    AccountRestricted => BAD_REQUEST,
    /// The account is closed.
    AccountClosed => BAD_REQUEST,
    /// The account has no sender.
    SenderNumberNotFound => NOT_FOUND,
    /// The gateway has no mail server.
    EmailSenderNotFound => NOT_FOUND,
    /// The account has no template in a matching language.
    TemplateNotFound => NOT_FOUND,
    /// The recipient has opted out.
    RecipientOptedOut => BAD_REQUEST,
    /// The recipient got a message a moment ago; the wire has a sentence instead of the code.
    CoolingDown => BAD_REQUEST,
    /// No active subscription covers the price.
    InsufficientBalance => BAD_REQUEST,
    /// The provider refused the message; the wire has its text instead of the code.
    RefusedByProvider => FAILED_DEPENDENCY,
    /// `id` is missing.
    MessageIdIsRequired => BAD_REQUEST,
    /// `id` is not a UUID.
    MessageIdMustBeUuid => BAD_REQUEST,
    /// A field of a request below `/v1` has an invalid value.
    InvalidRequest => BAD_REQUEST,
    /// A parameter of the query is unknown, appears twice or has an invalid value.
    InvalidQueryParameter => BAD_REQUEST,
    /// The account has no such message.
    MessageNotFound => NOT_FOUND,
    /// `code` is missing or empty.
    CodeIsRequired => BAD_REQUEST,
    /// The code is wrong.
    CodeIncorrect => BAD_REQUEST,
    /// The code was sent for another transaction.
    TransactionMismatch => BAD_REQUEST,
    /// The account has no such verification.
    VerificationNotFound => NOT_FOUND,
    /// The verification was approved before.
    VerificationAlreadyApproved => CONFLICT,
    /// The code's lifetime is over.
    VerificationExpired => GONE,
    /// The verification was canceled or replaced.
    VerificationCanceled => GONE,
    /// No guess is left.
    TooManyAttempts => TOO_MANY_REQUESTS,
    /// Another outcome of the message is recorded.
    OutcomeAlreadyRecorded => CONFLICT,
    /// The path is for test keys only.
    TestKeyRequired => FORBIDDEN,
    /// Too many requests wait for messages of test keys, or for events.
    TooManyWaiting => TOO_MANY_REQUESTS,
    /// The URL of a webhook endpoint leads to a host that must not be called.
    ForbiddenWebhookTarget => BAD_REQUEST,
    /// The account has no such webhook endpoint.
    WebhookEndpointNotFound => NOT_FOUND,
    /// The webhook endpoint has no such delivery.
    WebhookDeliveryNotFound => NOT_FOUND,
    /// The webhook endpoint is disabled.
    WebhookEndpointDisabled => CONFLICT,
    /// The account has as many webhook endpoints as it may have.
    TooManyWebhookEndpoints => CONFLICT,
    /// The account has as many listeners as it may have.
    TooManyWebhookListeners => CONFLICT,
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused => UNPROCESSABLE_ENTITY,
    /// The first request with this idempotency key is still in progress.
    RequestInProgress => CONFLICT,
    /// A webhook's handshake has another token than the configured one.
    InvalidVerifyToken => FORBIDDEN,
    /// A notification is not signed with the app's secret.
    InvalidSignature => FORBIDDEN,
    /// A notification is over 4 MiB.
    NotificationTooLarge => PAYLOAD_TOO_LARGE,
    /// There is no such path.
    NotFound => NOT_FOUND,
    /// The path exists, but not for this method.
    MethodNotAllowed => METHOD_NOT_ALLOWED,
    /// An internal fault.
    InternalServerError => INTERNAL_SERVER_ERROR,
}
