//! Senders and their templates.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, Senders};
use otp_core::sender::Sender;
use otp_core::template::AuthenticationTemplate;

use crate::PgStore;
use crate::errors::port_error;
use crate::rows::{SenderRow, TemplateRow, read_all};
use crate::schema::{senders, templates};

#[async_trait]
impl Senders for PgStore {
    async fn add(&self, sender: &Sender) -> Result<(), PortError> {
        diesel::insert_into(senders::table)
            .values(SenderRow::from(sender))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Sender>, PortError> {
        let rows = senders::table
            .order((senders::created_at, senders::id))
            .select(SenderRow::as_select())
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }

    async fn add_template(&self, template: &AuthenticationTemplate) -> Result<(), PortError> {
        diesel::insert_into(templates::table)
            .values(TemplateRow::from(template))
            .execute(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(())
    }

    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        let mut templates = templates::table
            .order((templates::created_at, templates::id))
            .select(TemplateRow::as_select())
            .into_boxed();
        if let Some(sender) = sender {
            templates = templates.filter(templates::sender_id.eq(sender.0));
        }
        let rows = templates
            .load(&mut self.connection().await?)
            .await
            .map_err(port_error)?;
        Ok(read_all(rows)?)
    }
}
