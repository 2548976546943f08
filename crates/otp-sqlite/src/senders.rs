//! Senders: WhatsApp numbers of accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ports::{PortError, Senders};
use otp_core::sender::Sender;

use crate::SqliteStore;
use crate::rows::{SenderRow, read_all};
use crate::schema::senders;

#[async_trait]
impl Senders for SqliteStore {
    async fn add(&self, sender: &Sender) -> Result<(), PortError> {
        let row = SenderRow::from(sender);
        self.write("db.senders.add", move |connection| {
            diesel::insert_into(senders::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Sender>, PortError> {
        self.read("db.senders.list", |connection| {
            let rows = senders::table
                .order((senders::created_at, senders::id))
                .select(SenderRow::as_select())
                .load(connection)?;
            read_all(rows)
        })
        .await
    }
}
