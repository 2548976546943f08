//! Messages, for reading.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::Message;
use otp_core::ports::{Messages, PortError};

use crate::PgStore;
use crate::errors::port_error;
use crate::rows::MessageRow;
use crate::schema::messages;

#[async_trait]
impl Messages for PgStore {
    async fn find(
        &self,
        account: AccountId,
        message: MessageId,
    ) -> Result<Option<Message>, PortError> {
        let row = messages::table
            .find(message.0)
            .filter(messages::account_id.eq(account.0))
            .select(MessageRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(row.map(Message::try_from).transpose()?)
    }
}
