//! One message template: its status, and the messages it produces.

mod draft;
mod render;
pub(crate) mod text;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::webhook::Change;

pub(crate) use draft::TemplateDraft;
pub(crate) use render::{Parameters, Rendered};

/// A template in one language.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) draft: TemplateDraft,
    status: String,
    created_at: OffsetDateTime,
    /// The end of the review of a pending template.
    approved_from: Option<OffsetDateTime>,
}

impl Template {
    /// Returns a new template, whose review ends at `approved_from`.
    pub(crate) fn submitted(
        id: String,
        draft: TemplateDraft,
        created_at: OffsetDateTime,
        approved_from: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            draft,
            status: "PENDING".to_owned(),
            created_at,
            approved_from: Some(approved_from),
        }
    }

    /// Returns the status at this time. A review ends by itself.
    pub(crate) fn status(&self, now: OffsetDateTime) -> &str {
        match self.approved_from {
            Some(from) if from <= now => "APPROVED",
            Some(_) | None => &self.status,
        }
    }

    /// Sets the status as a reviewer does, which ends the review.
    pub(crate) fn set_status(&mut self, status: &str) {
        status.clone_into(&mut self.status);
        self.approved_from = None;
    }

    /// Returns the end of the review of a pending template.
    pub(crate) fn approved_from(&self) -> Option<OffsetDateTime> {
        self.approved_from
    }

    /// Returns the webhook that reports this status.
    pub(crate) fn status_update(&self, event: &str) -> Change {
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
            "message_template_category": TemplateDraft::CATEGORY,
            "reason": reason,
        });
        Change::new("message_template_status_update", value)
    }

    /// Returns the template as Graph lists it.
    pub(crate) fn to_graph(&self, now: OffsetDateTime) -> Value {
        let status = self.status(now);
        let mut value = json!({
            "id": self.id,
            "name": self.draft.name,
            "language": self.draft.language,
            "status": status,
            "category": TemplateDraft::CATEGORY,
            "parameter_format": "POSITIONAL",
            "components": self.draft.listed_components(),
            "quality_score": {"score": "UNKNOWN", "date": self.created_at.unix_timestamp()},
            "rejected_reason": if status == "REJECTED" { "INVALID_FORMAT" } else { "NONE" },
        });
        if let Some(seconds) = self.draft.message_send_ttl_seconds {
            value["message_send_ttl_seconds"] = json!(seconds);
        }
        value
    }
}
