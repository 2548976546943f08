//! Rows of templates.

use diesel::prelude::*;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::{
    AuthenticationTemplate, CodeExpiry, TemplateName, TemplateStatus, TimeToLive,
};
use otp_core::ids::{SenderId, TemplateId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::errors::Unreadable;
use crate::rows::{read_language, read_optional};
use crate::schema::templates;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = templates, check_for_backend(diesel::pg::Pg))]
pub(crate) struct TemplateRow {
    id: Uuid,
    sender_id: Uuid,
    name: String,
    language: String,
    created_at: OffsetDateTime,
    #[diesel(embed)]
    state: TemplateStateRow,
}

/// What the provider said of a template: the part of it that changes.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(
    table_name = templates, check_for_backend(diesel::pg::Pg), treat_none_as_null = true
)]
pub(crate) struct TemplateStateRow {
    pub(crate) provider_id: Option<String>,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) status_since: Option<OffsetDateTime>,
    pub(crate) ttl_seconds: Option<i32>,
    pub(crate) code_expiry_minutes: Option<i32>,
}

impl From<&AuthenticationTemplate> for TemplateStateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        let provider_id = template.provider_id.as_ref();
        let seconds = |ttl: TimeToLive| i32::try_from(ttl.seconds()).unwrap_or(i32::MAX);
        Self {
            provider_id: provider_id.map(|id| id.as_str().to_owned()),
            status: template.status.as_str().to_owned(),
            reason: template.reason.clone(),
            status_since: template.status_since.map(Into::into),
            ttl_seconds: template.time_to_live.map(seconds),
            code_expiry_minutes: template.code_expiry.map(|expiry| expiry.minutes().into()),
        }
    }
}

impl From<&AuthenticationTemplate> for TemplateRow {
    fn from(template: &AuthenticationTemplate) -> Self {
        Self {
            id: template.id.0,
            sender_id: template.sender_id.0,
            name: template.name.as_str().to_owned(),
            language: template.language.as_str().to_owned(),
            created_at: template.created_at.into(),
            state: TemplateStateRow::from(template),
        }
    }
}

impl TryFrom<TemplateRow> for AuthenticationTemplate {
    type Error = Unreadable;

    fn try_from(row: TemplateRow) -> Result<Self, Unreadable> {
        let state = row.state;
        let provider_id = state.provider_id.as_deref().map(ProviderId::parse);
        let time_to_live = |seconds: i32| {
            TimeToLive::from_seconds(seconds.into()).ok_or(Unreadable("templates.ttl_seconds"))
        };
        let code_expiry = |minutes: i32| {
            CodeExpiry::from_minutes(minutes.into())
                .map_err(|_| Unreadable("templates.code_expiry_minutes"))
        };
        Ok(Self {
            id: TemplateId(row.id),
            sender_id: SenderId(row.sender_id),
            name: TemplateName::parse(&row.name).map_err(|_| Unreadable("templates.name"))?,
            language: read_language(&row.language, "templates.language")?,
            provider_id: provider_id
                .transpose()
                .map_err(|_| Unreadable("templates.provider_id"))?,
            status: TemplateStatus::parse(&state.status)
                .map_err(|_| Unreadable("templates.status"))?,
            reason: state.reason,
            status_since: read_optional(state.status_since),
            time_to_live: state.ttl_seconds.map(time_to_live).transpose()?,
            code_expiry: state.code_expiry_minutes.map(code_expiry).transpose()?,
            created_at: row.created_at.into(),
        })
    }
}
