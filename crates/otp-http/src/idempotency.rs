//! Requests below `/v1` that may be repeated: the key, and the first answer for its repetitions.
//!
//! An endpoint reads its request with [`repeatable`] and answers with [`answer_once`]. Without a key nothing
//! is stored and nothing is looked up.

mod canonical;
mod header;
mod kept;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use otp_core::idempotency::{Fingerprint, IdempotencyKey, InvalidRequestKey, RequestKey};
use otp_core::usecases::answer_once::{AnswerOnceError, Answered, RepeatableRequest};
use otp_core::usecases::authenticate::Caller;
use otp_edge::RequestContext;
use serde::Serialize;

use crate::answer;
use crate::body::JsonField;
use crate::error::{ApiError, ErrorCode, FieldFault, InvalidField, log_kept};
use crate::state::ApiState;
use canonical::FIELD;
use kept::KeptAnswer;

/// Reads the key of a request, if it has one, from the header `Idempotency-Key` or from the field
/// `idempotencyKey` of the body.
///
/// `body` is the whole body, or nothing; `field` is its field. Both places may have the same key.
pub(crate) fn repeatable(
    request: &HttpRequest,
    caller: Caller,
    body: &[u8],
    field: JsonField,
) -> Result<Option<RepeatableRequest>, ApiError> {
    let in_header = header::read(request)?;
    let in_body = field.text(FIELD)?;
    let (name, text) = match (in_header, in_body) {
        (None, None) => return Ok(None),
        (Some(header), Some(field)) if header != field => {
            return Err(InvalidField::new(FIELD, FieldFault::Differs(&[header::NAME])).into());
        }
        (Some(text), _) => (header::NAME, text),
        (None, Some(text)) => (FIELD, text),
    };
    let key = RequestKey::parse(caller.api_key_id, &text).map_err(|invalid| {
        let fault = match invalid {
            InvalidRequestKey::Empty => FieldFault::Missing,
            InvalidRequestKey::TooLong => FieldFault::TooLong(RequestKey::MAX_CHARS),
        };
        InvalidField::new(name, fault)
    })?;
    let body = canonical::form(body);
    Ok(Some(RepeatableRequest {
        account_id: caller.account_id,
        key,
        fingerprint: Fingerprint::of(request.method().as_str(), request.path(), &body),
    }))
}

/// Does what the request that was `read` asks for and answers with `status`; if it has a key, at most once.
///
/// `action` gets what is wanted and the key of the message that it may create. A repetition gets the first answer, byte for byte, with `Idempotent-Replayed: true`. An error is kept
/// only if the request had an effect ([`ApiError::had_an_effect`]); any other is judged anew.
pub(crate) async fn answer_once<W, T, F>(
    request: &HttpRequest,
    state: &ApiState,
    read: Result<(W, Option<RepeatableRequest>), ApiError>,
    status: StatusCode,
    action: impl FnOnce(W, Option<IdempotencyKey>) -> F + Send + 'static,
) -> HttpResponse
where
    W: Send + 'static,
    T: Serialize + Send + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    let context = RequestContext::of(request);
    let (wanted, repeatable) = match read {
        Ok(read) => read,
        Err(error) => return error.answer(&context),
    };
    let Some(repeatable) = repeatable else {
        let result = state.runner.run(action(wanted, None)).await;
        return answer::with_status(&context, status, result.map_err(ApiError::from).flatten());
    };
    let (answer_once, own_context) = (state.answer_once.clone(), context.clone());
    // The answer is kept even if the client goes away, so this is part of what runs to its end.
    let answered = state.runner.run(async move {
        let keep = |result: &Result<T, ApiError>| KeptAnswer::of(result, status, &own_context);
        let action = |message_key| action(wanted, message_key);
        answer_once.execute(repeatable, action, keep).await
    });
    let answered = answered.await.map_err(ApiError::from);
    match answered.and_then(|answered| Ok(answered?)) {
        Ok(Answered::First { answer, kept }) => {
            if let Err(error) = kept {
                log_kept(&context, &error);
            }
            answer::with_status(&context, status, answer)
        }
        Ok(Answered::Replayed(text)) => KeptAnswer::replay(&text, &context),
        Err(error) => error.answer(&context),
    }
}

impl From<AnswerOnceError> for ApiError {
    fn from(error: AnswerOnceError) -> Self {
        match error {
            AnswerOnceError::InProgress => Self::RequestInProgress,
            AnswerOnceError::Reused => Self::Plain(ErrorCode::IdempotencyKeyReused),
            AnswerOnceError::Unreadable(_) => Self::Internal(error.into()),
            AnswerOnceError::Port(error) => error.into(),
        }
    }
}
