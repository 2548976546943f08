//! Senders: WhatsApp numbers of accounts.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::Sender;
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, Senders};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{NO_TOKEN, SenderRow, read_all, read_found};
use otp_rows::schema::{sender_health, senders};

use crate::SqliteStore;
use crate::audit_trail::{append, append_if_changed};

#[async_trait]
impl Senders for SqliteStore {
    async fn add(&self, sender: &Sender, entry: &AuditEntry) -> Result<(), PortError> {
        let (row, entry) = (SenderRow::from(sender), entry.clone());
        self.write("db.senders.add", move |connection| {
            diesel::insert_into(senders::table)
                .values(row)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn find(&self, id: SenderId) -> Result<Option<Sender>, PortError> {
        self.read("db.senders.find", move |connection| {
            let row = senders::table
                .find(Col(id))
                .filter(senders::removed_at.is_null())
                .select(SenderRow::as_select())
                .first(connection)
                .optional()?;
            Ok(read_found(row)?)
        })
        .await
    }

    async fn replace_token(
        &self,
        id: SenderId,
        token: &Sealed,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let (token, entry) = (Col(token.clone()), entry.clone());
        self.write("db.senders.replace_token", move |connection| {
            let replaced = diesel::update(
                senders::table
                    .find(Col(id))
                    .filter(senders::removed_at.is_null()),
            )
            .set(senders::access_token.eq(token))
            .execute(connection)?;
            Ok(append_if_changed(connection, replaced, entry)?)
        })
        .await
    }

    async fn remove(
        &self,
        id: SenderId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> Result<bool, PortError> {
        let entry = entry.clone();
        self.write("db.senders.remove", move |connection| {
            let removed = diesel::update(
                senders::table
                    .find(Col(id))
                    .filter(senders::removed_at.is_null()),
            )
            .set((
                senders::access_token.eq(Col(NO_TOKEN)),
                senders::removed_at.eq(Col(Some(at))),
            ))
            .execute(connection)?;
            diesel::delete(sender_health::table.find(Col(id))).execute(connection)?;
            Ok(append_if_changed(connection, removed, entry)?)
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Sender>, PortError> {
        self.read("db.senders.list", |connection| {
            let rows = senders::table
                .filter(senders::removed_at.is_null())
                .order((senders::created_at, senders::id))
                .select(SenderRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }
}
