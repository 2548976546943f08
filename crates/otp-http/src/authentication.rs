//! Whose request it is: the key in `X-Api-Key`, judged before the body is read.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderName;
use otp_core::usecases::authenticate::Caller;

use crate::error::ApiError;
use crate::state::ApiState;

/// Carries the API key.
pub(crate) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Finds out whose request it is.
pub(crate) async fn authenticate(
    request: &HttpRequest,
    state: &ApiState,
) -> Result<Caller, ApiError> {
    // A header may hold bytes that are no text; replaced, they match no key.
    let presented = request.headers().get(API_KEY);
    let presented = presented.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let authenticate = state.authenticate.clone();
    let caller = state
        .run(async move { authenticate.execute(presented.as_deref()).await })
        .await?;
    Ok(caller?)
}
