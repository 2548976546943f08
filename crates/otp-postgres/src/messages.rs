//! Messages, read one by one, in groups and in pages.

mod records;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{FoundMessages, Message, MessageHistory, MessageQuery, MessageRecord};
use otp_core::ports::{Messages, PortError};
use otp_rows::Col;
use otp_rows::rows::{MessageRow, read_all, read_found};
use otp_rows::schema::messages;

use crate::PgStore;
use crate::errors::port_error;
use crate::transaction::Transaction;

#[async_trait]
impl Messages for PgStore {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        let row = messages::table
            .find(Col(message))
            .filter(messages::account_id.eq(Col(account)))
            .select(MessageRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn find_all(
        &self,
        wanted: &[(AccountId, MessageId)],
    ) -> Result<Vec<Option<Message>>, PortError> {
        let ids = wanted.iter().map(|(_, message)| Col(*message));
        let rows: Vec<MessageRow> = messages::table
            .filter(messages::id.eq_any(ids))
            .select(MessageRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(Message::in_the_order_of(wanted, read_all(rows)?))
    }

    async fn find_account(&self, message: MessageId) -> Result<Option<AccountId>, PortError> {
        let account: Option<Col<AccountId>> = messages::table
            .find(Col(message))
            .select(messages::account_id)
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(account.map(|Col(account)| account))
    }

    async fn find_history(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<MessageHistory>, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let history = records::history(&transaction, account, message).await;
        transaction.finish(history).await
    }

    async fn find_records(
        &self,
        account: AccountId,
        messages: &[MessageId],
    ) -> Result<Vec<MessageRecord>, PortError> {
        let connection = self.connection().await?;
        let rows = records::load(&connection, account, messages.to_vec()).await;
        Ok(read_all(rows.map_err(port_error)?)?)
    }

    async fn list(&self, query: &MessageQuery) -> Result<FoundMessages, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let listed = records::list(&transaction, query).await;
        transaction.finish(listed).await
    }
}
