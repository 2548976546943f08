//! Messages, read one by one, in groups and in pages.

mod records;

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::ports::{Messages, PortError};
use otp_rows::Col;
use otp_rows::rows::{MessageRow, read_all, read_found};
use otp_rows::schema::messages;

use crate::SqliteStore;
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
                .find(Col(message))
                .filter(messages::account_id.eq(Col(account)))
                .select(MessageRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        let wanted = wanted.to_vec();
        self.read("db.messages.find_all", move |connection| {
            let ids = wanted.iter().map(|(_, message)| Col(*message));
            let rows: Vec<MessageRow> = messages::table
                .filter(messages::id.eq_any(ids))
                .select(MessageRow::as_select())
                .load(connection)?;
            Ok(Message::in_the_order_of(&wanted, read_all(rows)?))
        })
        .await
    }

    async fn find_account(&self, message: MessageId) -> Result<Option<AccountId>, PortError> {
        self.read("db.messages.find_account", move |connection| {
            let account: Option<Col<AccountId>> = messages::table
                .find(Col(message))
                .select(messages::account_id)
                .first(connection)
                .optional()?;
            Ok(account.map(|Col(account)| account))
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

    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        let messages = messages.to_vec();
        self.read("db.messages.find_records", move |connection| {
            Ok(read_all(records::load(connection, account, &messages)?)?)
        })
        .await
    }

    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError> {
        let query = query.clone();
        self.read_briefly("db.messages.list", move |connection| {
            let examined = read_all(records::list(connection, &query)?)?;
            Ok(FoundMessages::of_examined(examined, &query))
        })
        .await
    }
}
