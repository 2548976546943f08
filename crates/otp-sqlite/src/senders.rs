//! Senders and their templates.

use async_trait::async_trait;
use diesel::prelude::*;
use otp_core::ids::SenderId;
use otp_core::ports::{PortError, Senders};
use otp_core::sender::Sender;
use otp_core::template::AuthenticationTemplate;

use crate::SqliteStore;
use crate::rows::{Id, SenderRow, TemplateRow, read_all};
use crate::schema::{senders, templates};

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

    async fn add_template(&self, template: &AuthenticationTemplate) -> Result<(), PortError> {
        let row = TemplateRow::from(template);
        self.write("db.senders.add_template", move |connection| {
            diesel::insert_into(templates::table)
                .values(row)
                .execute(connection)?;
            Ok(())
        })
        .await
    }

    async fn list_templates(
        &self,
        sender: Option<SenderId>,
    ) -> Result<Vec<AuthenticationTemplate>, PortError> {
        self.read("db.senders.list_templates", move |connection| {
            let mut query = templates::table
                .order((templates::created_at, templates::id))
                .select(TemplateRow::as_select())
                .into_boxed();
            if let Some(sender) = sender {
                query = query.filter(templates::sender_id.eq(Id(sender.0)));
            }
            read_all(query.load(connection)?)
        })
        .await
    }
}
