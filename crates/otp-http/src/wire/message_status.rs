//! The status of a message.

use utoipa::ToSchema;

/// Status of a message.
#[derive(ToSchema)]
#[schema(as = MessageStatus)]
#[expect(dead_code, reason = "documents the names that the core gives")]
pub(crate) enum MessageStatusName {
    Pending,
    Sent,
    Delivered,
    Read,
    Failed,
    Deleted,
}
