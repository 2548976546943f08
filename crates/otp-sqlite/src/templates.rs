//! Templates of senders.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::audit::AuditEntry;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::AuthenticationTemplate;
use otp_core::channel::whatsapp::template::sync::status_event;
use otp_core::ids::{AccountId, SenderId};
use otp_core::ports::{PortError, Templates};
use otp_core::time::Timestamp;
use otp_rows::Col;
use otp_rows::rows::{TemplateRow, TemplateStateRow, read_all};
use otp_rows::schema::{senders, templates};

use crate::SqliteStore;
use crate::audit_trail::append;
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl Templates for SqliteStore {
    async fn add_template(
        &self,
        template: &AuthenticationTemplate,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let (row, entry) = (TemplateRow::from(template), entry.clone());
        self.write("db.templates.add", move |connection| {
            diesel::insert_into(templates::table)
                .values(row)
                .execute(connection)?;
            Ok(append(connection, [entry])?)
        })
        .await
    }

    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        self.read("db.templates.list", move |connection| {
            let mut query = templates::table
                .inner_join(senders::table)
                .filter(senders::removed_at.is_null())
                .order((templates::created_at, templates::id))
                .select(TemplateRow::as_select())
                .into_boxed();
            if let Some(sender) = sender {
                query = query.filter(templates::sender_id.eq(Col(sender)));
            }
            Ok(read_all(query.load::<TemplateRow>(connection)?)?)
        })
        .await
    }

    async fn list_templates_of_business(
        &self,
        waba: &ProviderId,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let waba = Col(waba.clone());
        self.read("db.templates.list_of_business", move |connection| {
            let rows = templates::table
                .inner_join(senders::table)
                .filter(senders::removed_at.is_null())
                .filter(senders::waba_id.eq(waba))
                .order((templates::created_at, templates::id))
                .select(TemplateRow::as_select())
                .load(connection)?;
            Ok(read_all(rows)?)
        })
        .await
    }

    async fn replace_template(
        &self,
        before: &AuthenticationTemplate,
        after: &AuthenticationTemplate,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        let id = Col(before.id);
        let (before, after) = (before.clone(), after.clone());
        let (old, new) = (
            TemplateStateRow::from(&before),
            TemplateStateRow::from(&after),
        );
        self.write("db.templates.replace", move |connection| {
            let unchanged = templates::table
                .find(id)
                .filter(templates::provider_id.is(old.provider_id))
                .filter(templates::status.eq(old.status))
                .filter(templates::reason.is(old.reason))
                .filter(templates::status_since.is(old.status_since))
                .filter(templates::ttl_seconds.is(old.ttl_seconds))
                .filter(templates::code_expiry_minutes.is(old.code_expiry_minutes));
            let replaced = diesel::update(unchanged).set(new).execute(connection)?;
            if replaced == 0 {
                return Ok(false);
            }
            let account: Col<AccountId> = senders::table
                .find(Col(after.sender_id))
                .select(senders::account_id)
                .first(connection)?;
            let event = status_event(&before, &after, account.0, at);
            insert_wanted_events(connection, event.into_iter().collect())?;
            Ok(true)
        })
        .await
    }
}
