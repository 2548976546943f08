//! Messages, for reading.

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::message::Message;
use crate::ports::PortError;

/// Finds messages.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Messages: Send + Sync {
    /// The account's message with this id. Another account's message MUST be as absent as an unknown
    /// one.
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError>;
}
