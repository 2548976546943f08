//! The status of a message.

use utoipa::ToSchema;

/// Where a message stands.
#[derive(ToSchema)]
#[schema(as = MessageStatus)]
#[expect(dead_code, reason = "documents the statuses; the core spells them")]
pub(crate) enum MessageStatusName {
    Pending,
    Sent,
    Delivered,
    Read,
    Failed,
    Deleted,
}
