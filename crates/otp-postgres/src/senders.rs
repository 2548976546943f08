//! Senders: WhatsApp numbers of accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::Sender;
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, Senders};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{NO_TOKEN, SenderRow, read_all, read_found};
use otp_rows::schema::{sender_health, senders};

use crate::PgStore;
use crate::audit_trail::append_if_changed;
use crate::errors::port_error;
use crate::transaction::Transaction;

#[async_trait]
impl Senders for PgStore {
    async fn add(&self, sender: &Sender, entry: &AuditEntry) -> Result<(), PortError> {
        let insert = diesel::insert_into(senders::table).values(SenderRow::from(sender));
        self.execute_audited(insert, entry).await?;
        Ok(())
    }

    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError> {
        let row = senders::table
            .find(Col(id))
            .filter(senders::removed_at.is_null())
            .select(SenderRow::as_select())
            .first(&mut self.connection().await?)
            .await
            .optional()
            .map_err(port_error)?;
        Ok(read_found(row)?)
    }

    async fn replace_token(
        &self,
        id: SenderId,
        token: &Sealed,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let sender = senders::table.find(Col(id));
        let replace = diesel::update(sender.filter(senders::removed_at.is_null()))
            .set(senders::access_token.eq(Col(token.clone())));
        self.execute_audited(replace, entry).await
    }

    async fn remove(
        &self,
        id: SenderId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let removed = remove(&transaction, id, at, entry).await;
        transaction.finish(removed.map_err(port_error)).await
    }

    async fn list(&self) -> Result<Vec<Sender>, PortError> {
        let rows = senders::table
            .filter(senders::removed_at.is_null())
            .order((senders::created_at, senders::id))
            .select(SenderRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}

async fn remove(
    transaction: &Transaction,
    id: SenderId,
    at: Timestamp,
    entry: &AuditEntry,
) -> QueryResult<bool> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let removed = diesel::update(
        senders::table
            .find(Col(id))
            .filter(senders::removed_at.is_null()),
    )
    .set((
        senders::access_token.eq(Col(NO_TOKEN)),
        senders::removed_at.eq(Col(Some(at))),
    ))
    .execute(&mut connection)
    .await?;
    diesel::delete(sender_health::table.find(Col(id)))
        .execute(&mut connection)
        .await?;
    append_if_changed(transaction.connection(), removed, entry).await
}
