//! Senders' health.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use otp_core::ids::{AccountId, SenderId};
use otp_core::ports::{PortError, SenderHealths};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{SenderHealthRow, read, read_all};
use otp_rows::schema::{sender_health, senders};

use crate::PgStore;
use crate::audit_trail::append;
use crate::errors::{conflict, port_error};
use crate::transaction::Transaction;
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl SenderHealths for PgStore {
    async fn list_health(&self) -> Result<Vec<SenderHealth>, PortError> {
        let rows = sender_health::table
            .order(sender_health::sender_id)
            .select(SenderHealthRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn list_due_checks(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SenderId>, PortError> {
        let due: Vec<Col<SenderId>> = sender_health::table
            .filter(sender_health::check_at.le(Col(Some(now))))
            .order(sender_health::check_at)
            .limit(i64::try_from(most).unwrap_or(i64::MAX))
            .select(sender_health::sender_id)
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(due.into_iter().map(|Col(id)| id).collect())
    }

    async fn change_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
        at: Timestamp,
        entry: Option<AuditEntry>,
    ) -> Result<HealthChanged, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let changed = change_health(&transaction, sender, (change, at), entry).await;
        transaction.finish(changed).await
    }
}

async fn change_health(
    transaction: &Transaction,
    sender: SenderId,
    (change, at): (&HealthChange, Timestamp),
    entry: Option<AuditEntry>,
) -> Result<HealthChanged, PortError> {
    transaction.begin().await.map_err(port_error)?;
    let mut connection = transaction.connection();
    // The lock keeps the sender from being removed before the change is committed.
    let account: Option<Col<AccountId>> = senders::table
        .find(Col(sender))
        .filter(senders::removed_at.is_null())
        .select(senders::account_id)
        .for_share()
        .first(&mut connection)
        .await
        .optional()
        .map_err(port_error)?;
    let Some(Col(account)) = account else {
        return Err(conflict("no sender has that id"));
    };
    // The row has to exist before it is locked: two sessions that find none would lock nothing.
    let unknown = SenderHealthRow::from(&SenderHealth::unknown(sender));
    diesel::insert_into(sender_health::table)
        .values(&unknown)
        .on_conflict_do_nothing()
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    let known: SenderHealthRow = sender_health::table
        .find(Col(sender))
        .select(SenderHealthRow::as_select())
        .for_no_key_update()
        .first(&mut connection)
        .await
        .map_err(port_error)?;
    let before: SenderHealth = read(known)?;
    let after = before.after(change, at);
    diesel::update(sender_health::table.find(Col(sender)))
        .set(&SenderHealthRow::from(&after))
        .execute(&mut connection)
        .await
        .map_err(port_error)?;
    let changed = HealthChanged { before, after };
    let event = changed.webhook_event(account, at);
    insert_wanted_events(connection, event.into_iter().collect())
        .await
        .map_err(port_error)?;
    append(connection, entry).await.map_err(port_error)?;
    Ok(changed)
}
