//! Messages, read only.

use std::time::Duration;

use async_trait::async_trait;

use crate::ids::{AccountId, MessageId};
use crate::message::{FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord};
use crate::ports::PortError;

/// At most this many messages can be looked up at once.
pub const MAX_PER_LOOKUP: usize = 1_000;

/// The longest time that a caller's own read, such as a list, may take.
pub const MAX_READ_TIME: Duration = Duration::from_secs(1);

/// Finds messages.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Messages: Send + Sync {
    /// Returns the account's message with this id. A message of another account MUST be treated as
    /// unknown.
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError>;

    /// Does the same for at most [`MAX_PER_LOOKUP`] messages, in their order. An adapter MUST use a
    /// constant number of statements.
    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError>;

    /// Returns the account of the message with this id. It is for operators, never for an account's caller.
    async fn find_account(&self, message: MessageId) -> Result<Option<AccountId>, PortError>;

    /// Returns the account's message with this id, as it was sent, and its events in the order in which
    /// they were recorded.
    ///
    /// Both MUST be as of one moment. A message of another account MUST be treated as unknown.
    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError>;

    /// Returns those of at most [`MAX_PER_LOOKUP`] messages that the account has, in any order, as of one moment.
    ///
    /// An adapter MUST use a constant number of statements.
    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError>;

    /// Returns the messages that match the query, newest first, as of one moment.
    ///
    /// An adapter MUST use a constant number of statements, and MUST NOT read more messages than
    /// [`MessageQuery::examine`] allows; if it keeps the messages to a recipient in two indexes, not more
    /// than that from each. It MUST make the backend itself end the search after [`MAX_READ_TIME`], with
    /// [`PortError::Unavailable`].
    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError>;
}
