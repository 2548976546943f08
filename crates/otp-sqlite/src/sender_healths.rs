//! Senders' health.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::health::{HealthChange, HealthChanged, SenderHealth};
use otp_core::ids::{AccountId, SenderId};
use otp_core::ports::{PortError, SenderHealths};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{SenderHealthRow, read_all, read_found};
use otp_rows::schema::{sender_health, senders};

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::errors::StoreError;
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl SenderHealths for SqliteStore {
    async fn list_health(&self) -> Result<Vec<SenderHealth>, PortError> {
        self.read("db.sender_healths.list_health", |connection| {
            let rows = sender_health::table
                .order(sender_health::sender_id)
                .select(SenderHealthRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn list_due_checks(
        &self,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SenderId>, PortError> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.read("db.sender_healths.list_due_checks", move |connection| {
            let due: Vec<Col<SenderId>> = sender_health::table
                .filter(sender_health::check_at.le(Col(Some(now))))
                .order(sender_health::check_at)
                .limit(most)
                .select(sender_health::sender_id)
                .load(connection)?;
            Ok(due.into_iter().map(|Col(id)| id).collect())
        })
        .await
    }

    async fn change_health(
        &self,
        sender: SenderId,
        change: &HealthChange,
        at: Timestamp,
        entry: Option<AuditEntry>,
    ) -> Result<HealthChanged, PortError> {
        let change = change.clone();
        self.write("db.sender_healths.change_health", move |connection| {
            let account: Option<Col<AccountId>> = senders::table
                .find(Col(sender))
                .filter(senders::removed_at.is_null())
                .select(senders::account_id)
                .first(connection)
                .optional()?;
            let Some(Col(account)) = account else {
                return Err(StoreError::Missing("sender with that id"));
            };
            let known: Option<SenderHealthRow> = sender_health::table
                .find(Col(sender))
                .select(SenderHealthRow::as_select())
                .first(connection)
                .optional()?;
            let known = read_found(known)?;
            let before = known.unwrap_or_else(|| SenderHealth::unknown(sender));
            let after = before.after(&change, at);
            let row = SenderHealthRow::from(&after);
            diesel::insert_into(sender_health::table)
                .values(&row)
                .on_conflict(sender_health::sender_id)
                .do_update()
                .set(&row)
                .execute(connection)?;
            let changed = HealthChanged { before, after };
            let event = changed.webhook_event(account, at);
            insert_wanted_events(connection, event.into_iter().collect())?;
            append(connection, entry)?;
            Ok(changed)
        })
        .await
    }
}
