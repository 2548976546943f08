//! Authentication: the key in `X-Api-Key`, checked before the body is read.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use otp_core::usecases::authenticate::Caller;

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
