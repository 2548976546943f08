//! Error answers: the one place where a refusal becomes a status, a code and a sentence.

mod answer;
mod api_error;
mod code;
mod documentation;
mod entries;
mod invalid_field;
mod mapping;
mod negotiation;
mod problem;
mod refusals;
#[cfg(test)]
mod tests;

pub(crate) use answer::log_kept;
pub(crate) use api_error::ApiError;
pub(crate) use code::ErrorCode;
pub(crate) use documentation::{
    offer_problems, responses, responses_to_a_body, responses_to_a_repeatable,
    responses_without_key,
};
pub use entries::{ErrorEntry, error_entries};
pub(crate) use invalid_field::{FieldFault, InvalidField};
pub(crate) use negotiation::{OFFERED_BELOW, negotiate_problems};
pub(crate) use problem::{IN_GUIDE, IN_REFERENCE, Problem};
pub(crate) use refusals::json_refusals;
