//! The templates of the account.

use serde_json::json;
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::{
    DEFAULT_TEMPLATE_LANGUAGES, DEFAULT_TEMPLATE_NAME,
    graph_error::GraphError,
    ids,
    template::{Template, TemplateDraft},
};

/// Meta's limit for a verified business.
const MAX_TEMPLATES: usize = 6_000;

/// All templates, oldest first.
#[derive(Debug)]
pub(crate) struct Templates {
    all: Vec<Template>,
    review: Duration,
}

impl Templates {
    /// Returns the default template in its languages, approved since `now`.
    pub(crate) fn new(now: OffsetDateTime) -> Self {
        let body = json!({
            "name": DEFAULT_TEMPLATE_NAME,
            "category": TemplateDraft::CATEGORY,
            "message_send_ttl_seconds": 300,
            "components": [
                {"type": "BODY", "add_security_recommendation": true},
                {"type": "FOOTER", "code_expiration_minutes": 5},
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
            ],
        });
        let drafts = DEFAULT_TEMPLATE_LANGUAGES
            .iter()
            .filter_map(|language| TemplateDraft::parse(&body, language).ok());
        let approved = |draft| Template::submitted(ids::object_id(), draft, now, now);
        Self {
            all: drafts.map(approved).collect(),
            review: Duration::ZERO,
        }
    }

    /// Sets how long the review of templates takes that are created from now on.
    pub(crate) fn set_review(&mut self, review: std::time::Duration) {
        self.review = Duration::try_from(review).unwrap_or(Duration::MAX);
    }

    /// Adds a template. A name and language exist at most once.
    pub(crate) fn create(
        &mut self,
        draft: TemplateDraft,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        if self.find(&draft.name, &draft.language).is_some() {
            return Err(GraphError::parameter_subcode(
                2_388_024,
                "Content in this language already exists",
            ));
        }
        if self.all.len() >= MAX_TEMPLATES {
            return Err(GraphError::parameter_subcode(
                2_388_039,
                "Message template limit exceeded",
            ));
        }
        // A review that never ends lasts until the latest possible time.
        let approved_from = now
            .checked_add(self.review)
            .unwrap_or(datetime!(9999-12-31 0:00 UTC));
        let template = Template::submitted(ids::object_id(), draft, now, approved_from);
        Ok(self.all.push_mut(template))
    }

    /// Creates the template, or replaces the contents of the one with its name and language.
    pub(crate) fn upsert(
        &mut self,
        draft: TemplateDraft,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        let same = |template: &Template| is(template, &draft.name, &draft.language);
        match self.all.iter().position(same) {
            Some(index) => {
                self.all[index].draft = draft;
                Ok(&self.all[index])
            }
            None => self.create(draft, now),
        }
    }

    /// Removes every language of a name, or only the template with this id.
    pub(crate) fn delete(&mut self, name: &str, id: Option<&str>) -> Vec<Template> {
        let is_meant = |template: &mut Template| {
            template.draft.name == name && id.is_none_or(|id| template.id == id)
        };
        self.all.extract_if(.., is_meant).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Template> {
        self.all.iter().find(|template| template.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Template> {
        self.all.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Template> {
        self.all.iter_mut()
    }

    /// Returns the template for a message, or the error that refuses the message.
    pub(crate) fn sendable(
        &self,
        name: &str,
        language: &str,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        let missing = || {
            GraphError::of(132_001).because(format!(
                "template name ({name}) does not exist in {language}"
            ))
        };
        let template = self.find(name, language).ok_or_else(missing)?;
        match template.status(now) {
            "APPROVED" => Ok(template),
            "PAUSED" => Err(GraphError::of(132_015)
                .because("Template is paused due to low quality and cannot be sent")),
            "DISABLED" => Err(GraphError::of(132_016).because("Template is permanently disabled")),
            _ => Err(missing()),
        }
    }

    fn find(&self, name: &str, language: &str) -> Option<&Template> {
        self.all
            .iter()
            .find(|template| is(template, name, language))
    }
}

fn is(template: &Template, name: &str, language: &str) -> bool {
    template.draft.name == name && template.draft.language == language
}
