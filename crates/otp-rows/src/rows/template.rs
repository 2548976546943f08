//! Authentication templates.

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{
    AuthenticationTemplate, CodeExpiry, TemplateName, TemplateStatus, TimeToLive,
};
use otp_core::ids::{SenderId, TemplateId};
use otp_core::language::LanguageTag;
use otp_core::time::Timestamp;

use crate::Col;
use crate::schema::templates;

/// A template.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = templates)]
pub struct TemplateRow {
    id: Col<TemplateId>,
    sender_id: Col<SenderId>,
    name: Col<TemplateName>,
    language: Col<LanguageTag>,
    created_at: Col<Timestamp>,
    #[diesel(embed)]
    state: TemplateStateRow,
}

/// The part of a template that changes: what the provider last said of it.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = templates)]
pub struct TemplateStateRow {
    /// The provider's id.
    pub provider_id: Col<Option<ProviderId>>,
    /// The provider's word for its status.
    pub status: Col<TemplateStatus>,
    /// The provider's reason for the status.
    pub reason: Col<Option<String>>,
    /// The start of the status, by the provider's clock.
    pub status_since: Col<Option<Timestamp>>,
    /// The time to live of its messages.
    pub ttl_seconds: Col<Option<TimeToLive>>,
    /// The expiry of the code in its messages.
    pub code_expiry_minutes: Col<Option<CodeExpiry>>,
}

impl From<&AuthenticationTemplate> for TemplateStateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        Self {
            provider_id: Col(template.provider_id.clone()),
            status: Col(template.status.clone()),
            reason: Col(template.reason.clone()),
            status_since: Col(template.status_since),
            ttl_seconds: Col(template.time_to_live),
            code_expiry_minutes: Col(template.code_expiry),
        }
    }
}

impl From<&AuthenticationTemplate> for TemplateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        Self {
            id: Col(template.id),
            sender_id: Col(template.sender_id),
            name: Col(template.name.clone()),
            language: Col(template.language.clone()),
            created_at: Col(template.created_at),
            state: TemplateStateRow::from(template),
        }
    }
}

impl From<TemplateRow> for AuthenticationTemplate {
    fn from(row: TemplateRow) -> Self {
        Self {
            id: row.id.0,
            sender_id: row.sender_id.0,
            name: row.name.0,
            language: row.language.0,
            provider_id: row.state.provider_id.0,
            status: row.state.status.0,
            reason: row.state.reason.0,
            status_since: row.state.status_since.0,
            time_to_live: row.state.ttl_seconds.0,
            code_expiry: row.state.code_expiry_minutes.0,
            created_at: row.created_at.0,
        }
    }
}
