//! Messages, for reading.

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::message::{Message, MessageHistory, MessageQuery, MessageRecord};
use crate::ports::PortError;

/// So many messages may be asked for at once.
pub const MAX_PER_LOOKUP: usize = 1_000;

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

    /// The same for several, at most [`MAX_PER_LOOKUP`], in their order. An adapter MUST use a constant
    /// number of statements.
    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError>;

    /// The account's message with this id, as it went out, and its recorded events in the order in
    /// which they were recorded. Both MUST be of one moment. Another account's message MUST be as
    /// absent as an unknown one.
    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError>;

    /// The messages the query looks for, newest first. An adapter MUST use a constant number of
    /// statements, and MUST answer for one moment.
    async fn list(&self, query: &MessageQuery) -> Result<Vec<MessageRecord>, PortError>;
}
