//! The body of an error answer.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What every error answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    /// The stable code. For the cooldown it is a sentence in the language of `Accept-Language`, for a
    /// refusal of the provider the provider's own words.
    pub(crate) error_message: String,
    /// What is wrong and what to do about it, in the language of `Accept-Language`.
    pub(crate) description: String,
    /// Names this request; quote it when you ask for support. It equals `X-Request-Id`.
    pub(crate) request_id: String,
    /// The message the provider refused; recorded, not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Uuid>,
    /// `Failed`, beside `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_status: Option<&'static str>,
}

/// An error that would be answered: its status, and what its body would say.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainedError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The stable code; for the cooldown a sentence in the language of `Accept-Language`.
    pub(crate) error_message: String,
    /// What is wrong and what to do about it, in the language of `Accept-Language`.
    pub(crate) description: String,
}
