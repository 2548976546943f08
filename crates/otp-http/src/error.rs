//! Error answers: the one place where a refusal becomes a status, a code and a sentence.

mod answer;
mod api_error;
mod cause;
mod code;
mod documentation;
mod mapping;
mod refusals;
#[cfg(test)]
mod tests;

pub(crate) use api_error::ApiError;
pub(crate) use code::ErrorCode;
pub(crate) use documentation::{responses, responses_to_a_body, responses_without_key};
pub(crate) use refusals::json_refusals;
