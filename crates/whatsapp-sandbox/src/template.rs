//! One message template: its life, and the message it makes of parameters.

mod draft;
mod render;
pub(crate) mod text;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::webhook::Notice;

pub(crate) use draft::TemplateDraft;
pub(crate) use render::{Parameters, Rendered};

/// A template in one language.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) waba_id: String,
    pub(crate) draft: TemplateDraft,
    status: String,
    created_at: OffsetDateTime,
    /// When a pending template will count as approved.
    approved_from: Option<OffsetDateTime>,
}

impl Template {
    /// A new template, approved from the given moment on.
    pub(crate) fn submitted(
        id: String,
        waba_id: &str,
        draft: TemplateDraft,
        created_at: OffsetDateTime,
        approved_from: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            waba_id: waba_id.to_owned(),
            draft,
            status: "PENDING".to_owned(),
            created_at,
            approved_from: Some(approved_from),
        }
    }

    /// The status at this moment: review takes time, and nobody needs to tick a clock for it.
    pub(crate) fn status(&self, now: OffsetDateTime) -> &str {
        match self.approved_from {
            Some(from) if from <= now => "APPROVED",
            Some(_) | None => &self.status,
        }
    }

    /// Sets the status for good, as a reviewer would.
    pub(crate) fn set_status(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.approved_from = None;
    }

    /// The webhook that says the template is now in this status.
    pub(crate) fn notice(&self, event: &str) -> Notice {
        let id: Value = self.id.parse::<u64>().map_or(Value::Null, Value::from);
        let reason = match event {
            "REJECTED" => json!("INVALID_FORMAT"),
            "DELETED" => Value::Null,
            _ => json!("NONE"),
        };
        let value = json!({
            "event": event,
            "message_template_id": id,
            "message_template_name": self.draft.name,
            "message_template_language": self.draft.language,
            "message_template_category": self.draft.category,
            "reason": reason,
        });
        Notice::about(&self.waba_id, "message_template_status_update", value)
    }

    /// When a pending template will count as approved.
    pub(crate) fn approved_from(&self) -> Option<OffsetDateTime> {
        self.approved_from
    }

    /// The template as Graph lists it.
    pub(crate) fn to_graph(&self, now: OffsetDateTime) -> Value {
        let mut value = json!({
            "id": self.id,
            "name": self.draft.name,
            "language": self.draft.language,
            "status": self.status(now),
            "category": self.draft.category,
            "parameter_format": self.draft.parameter_format,
            "components": self.draft.listed_components(),
            "quality_score": {"score": "UNKNOWN", "date": self.created_at.unix_timestamp()},
            "rejected_reason": if self.status(now) == "REJECTED" { "INVALID_FORMAT" } else { "NONE" },
        });
        if let Some(seconds) = self.draft.message_send_ttl_seconds {
            value["message_send_ttl_seconds"] = json!(seconds);
        }
        value
    }
}
