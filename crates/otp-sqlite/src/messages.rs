//! Messages, for reading.

mod records;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::ports::{Messages, PortError};

use crate::SqliteStore;
use crate::rows::{Id, MessageRow, read_all};
use crate::schema::messages;
#[cfg(test)]
pub(crate) use records::{OF_ACCOUNT, OF_RECIPIENT};

#[async_trait]
impl Messages for SqliteStore {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        self.read("db.messages.find", move |connection| {
            let row = messages::table
                .find(Id(message.0))
                .filter(messages::account_id.eq(Id(account.0)))
                .select(MessageRow::as_select())
                .first(connection)
                .optional()?;
            row.map(Message::try_from).transpose()
        })
        .await
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        let wanted = wanted.to_vec();
        self.read("db.messages.find_all", move |connection| {
            let ids = wanted.iter().map(|(_, message)| Id(message.0));
            let rows: Vec<MessageRow> = messages::table
                .filter(messages::id.eq_any(ids))
                .select(MessageRow::as_select())
                .load(connection)?;
            Ok(Message::in_the_order_of(&wanted, read_all(rows)?))
        })
        .await
    }

    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        self.read("db.messages.find_history", move |connection| {
            records::history(connection, account, message)
        })
        .await
    }

    async fn list(&self, query: &MessageQuery) -> Result<Vec<MessageRecord>, PortError> {
        let query = query.clone();
        self.read("db.messages.list", move |connection| {
            read_all(records::list(connection, &query)?)
        })
        .await
    }
}
