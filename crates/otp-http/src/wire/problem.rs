//! The body of an error answer.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The body of every error answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorBody {
    /// The stable code. During a cooldown it is a sentence in the language of `Accept-Language`; if
    /// the provider refuses the message, it is the text of the provider.
    pub(crate) error_message: String,
    /// Explanation and remedy, in the language of `Accept-Language`.
    pub(crate) description: String,
    /// Id of this request, as in `X-Request-Id`; quote it when you ask for support.
    pub(crate) request_id: String,
    /// The field with an invalid value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    /// Id of the message that the provider refused; it is recorded, not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Uuid>,
    /// `Failed`, beside `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message_status: Option<&'static str>,
}

/// An error that a send would get: its status and its body.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExplainedError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The stable code; during a cooldown, a sentence in the language of `Accept-Language`.
    pub(crate) error_message: String,
    /// Explanation and remedy, in the language of `Accept-Language`.
    pub(crate) description: String,
}
