//! Templates of senders.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
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

use crate::PgStore;
use crate::errors::port_error;
use crate::transaction::Transaction;
use crate::webhook_events::insert_wanted_events;

#[async_trait]
impl Templates for PgStore {
    async fn add_template(
        &self,
        template: &AuthenticationTemplate,
        entry: &AuditEntry,
    ) -> Result<(), PortError> {
        let insert = diesel::insert_into(templates::table).values(TemplateRow::from(template));
        self.execute_audited(insert, entry).await?;
        Ok(())
    }

    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let mut templates = templates::table
            .inner_join(senders::table)
            .filter(senders::removed_at.is_null())
            .order((templates::created_at, templates::id))
            .select(TemplateRow::as_select())
            .into_boxed();
        if let Some(sender) = sender {
            templates = templates.filter(templates::sender_id.eq(Col(sender)));
        }
        let rows: Vec<TemplateRow> = templates
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn list_templates_of_business(
        &self,
        waba: &ProviderId,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let rows = templates::table
            .inner_join(senders::table)
            .filter(senders::removed_at.is_null())
            .filter(senders::waba_id.eq(Col(waba.clone())))
            .order((templates::created_at, templates::id))
            .select(TemplateRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn replace_template(
        &self,
        before: &AuthenticationTemplate,
        after: &AuthenticationTemplate,
        at: Timestamp,
    ) -> Result<bool, PortError> {
        let transaction = Transaction::on(self.connection().await?);
        let replaced = replace(&transaction, before, after, at).await;
        transaction.finish(replaced.map_err(port_error)).await
    }
}

async fn replace(
    transaction: &Transaction,
    before: &AuthenticationTemplate,
    after: &AuthenticationTemplate,
    at: Timestamp,
) -> QueryResult<bool> {
    transaction.begin().await?;
    let mut connection = transaction.connection();
    let old = TemplateStateRow::from(before);
    let unchanged = templates::table
        .find(Col(before.id))
        .filter(templates::provider_id.is_not_distinct_from(old.provider_id))
        .filter(templates::status.eq(old.status))
        .filter(templates::reason.is_not_distinct_from(old.reason))
        .filter(templates::status_since.is_not_distinct_from(old.status_since))
        .filter(templates::ttl_seconds.is_not_distinct_from(old.ttl_seconds))
        .filter(templates::code_expiry_minutes.is_not_distinct_from(old.code_expiry_minutes));
    let replaced = diesel::update(unchanged)
        .set(TemplateStateRow::from(after))
        .execute(&mut connection)
        .await?;
    if replaced == 0 {
        return Ok(false);
    }
    let account: Col<AccountId> = senders::table
        .find(Col(after.sender_id))
        .select(senders::account_id)
        .first(&mut connection)
        .await?;
    let event = status_event(before, after, account.0, at);
    insert_wanted_events(connection, event.into_iter().collect()).await?;
    Ok(true)
}
