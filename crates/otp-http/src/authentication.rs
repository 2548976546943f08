//! Authentication: the key in `X-Api-Key`, judged before the body is read and again after it.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use actix_web::web::{Bytes, Payload};
use otp_core::usecases::authenticate::Caller;
use serde::de::DeserializeOwned;

use crate::body;
use crate::error::ApiError;
use crate::state::ApiState;

/// The header with the API key.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Finds the account and the key of a request.
pub(crate) async fn authenticate(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<Caller, ApiError> {
    // A header may hold bytes that are not text; replaced, they match no key.
    let presented = request.headers().get(API_KEY);
    let presented = presented.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let authenticate = state.authenticate.clone();
    let caller = state
        .runner
        .run(async move { authenticate.execute(presented.as_deref()).await })
        .await?;
    Ok(caller?)
}

/// Finds the account and the key of a request, and reads its body.
///
/// The key is judged before the body, so that a stranger's body is not read; and again after it, because
/// a body may take seconds, and a key that is revoked meanwhile must not send.
pub(crate) async fn authenticate_and_read<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Caller, T), ApiError> {
    let (caller, body, _) = authenticate_and_read_bytes(request, payload, state).await?;
    Ok((caller, body))
}

/// Does the same, and returns the bytes of the body, too.
pub(crate) async fn authenticate_and_read_bytes<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: Payload,
    state: &ApiState,
) -> Result<(Caller, T, Bytes), ApiError> {
    authenticate(request, state).await?;
    let (body, bytes) = body::read(request, payload).await?;
    Ok((authenticate(request, state).await?, body, bytes))
}
