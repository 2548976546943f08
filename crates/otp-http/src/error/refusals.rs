//! Refusals of the edge, answered as JSON.

use otp_edge::{Refusal, Refusals};

use super::api_error::ApiError;

/// Returns the refusals that answer like every other error of the API.
pub(crate) fn json_refusals() -> Refusals {
    Refusals::new(|refusal: &Refusal, context| ApiError::from(refusal.clone()).answer(context))
}
