//! The templates of all accounts.

use serde_json::json;
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::{
    DEFAULT_TEMPLATE_LANGUAGES, DEFAULT_TEMPLATE_NAME,
    graph_error::GraphError,
    ids::Ids,
    template::{Template, TemplateDraft},
};

/// Meta's own limit for a verified business.
const MOST_TEMPLATES: usize = 6_000;

/// All templates, oldest first.
#[derive(Debug)]
pub(crate) struct Templates {
    all: Vec<Template>,
    approval_delay: Duration,
}

impl Templates {
    pub(crate) fn new(approval_delay: std::time::Duration) -> Self {
        let approval_delay = Duration::try_from(approval_delay).unwrap_or(Duration::MAX);
        Self {
            all: Vec::new(),
            approval_delay,
        }
    }

    /// Reviews take so long from now on.
    pub(crate) fn review_within(&mut self, delay: std::time::Duration) {
        self.approval_delay = Duration::try_from(delay).unwrap_or(Duration::MAX);
    }

    /// Gives an account the authentication template that needs no set-up.
    pub(crate) fn add_defaults(&mut self, ids: &mut Ids, waba_id: &str, now: OffsetDateTime) {
        for language in DEFAULT_TEMPLATE_LANGUAGES {
            let body = json!({
                "name": DEFAULT_TEMPLATE_NAME,
                "category": "AUTHENTICATION",
                "message_send_ttl_seconds": 300,
                "components": [
                    {"type": "BODY", "add_security_recommendation": true},
                    {"type": "FOOTER", "code_expiration_minutes": 5},
                    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
                ],
            });
            let draft = TemplateDraft::parse(&body, language);
            debug_assert!(draft.is_ok(), "the default template is well formed");
            if let Ok(draft) = draft {
                self.all
                    .push(Template::submitted(ids.object(), waba_id, draft, now, now));
            }
        }
    }

    /// Adds a template; one name has each language once.
    pub(crate) fn create(
        &mut self,
        ids: &mut Ids,
        waba_id: &str,
        draft: TemplateDraft,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        if self.find(waba_id, &draft.name, &draft.language).is_some() {
            return Err(GraphError::parameter_subcode(
                2_388_024,
                "Content in this language already exists",
            ));
        }
        if self.all.len() >= MOST_TEMPLATES {
            return Err(GraphError::parameter_subcode(
                2_388_039,
                "Message template limit exceeded",
            ));
        }
        // A test may ask for a delay that never ends; the latest moment there is will do.
        let approved_from = now
            .checked_add(self.approval_delay)
            .unwrap_or(datetime!(9999-12-31 0:00 UTC));
        self.all.push(Template::submitted(
            ids.object(),
            waba_id,
            draft,
            now,
            approved_from,
        ));
        Ok(&self.all[self.all.len() - 1])
    }

    /// Creates the template or replaces the contents of the one with its name and language.
    pub(crate) fn upsert(
        &mut self,
        ids: &mut Ids,
        waba_id: &str,
        draft: TemplateDraft,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        let same = |template: &Template| is(template, waba_id, &draft.name, &draft.language);
        match self.all.iter().position(same) {
            Some(place) => {
                self.all[place].draft = draft;
                Ok(&self.all[place])
            }
            None => self.create(ids, waba_id, draft, now),
        }
    }

    /// Removes every language of a name, or one template of it.
    pub(crate) fn delete(&mut self, waba_id: &str, name: &str, id: Option<&str>) -> Vec<Template> {
        let is_meant = |template: &mut Template| {
            template.waba_id == waba_id
                && template.draft.name == name
                && id.is_none_or(|id| template.id == id)
        };
        self.all.extract_if(.., is_meant).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Template> {
        self.all.iter().find(|template| template.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Template> {
        self.all.iter_mut().find(|template| template.id == id)
    }

    pub(crate) fn find(&self, waba_id: &str, name: &str, language: &str) -> Option<&Template> {
        self.all
            .iter()
            .find(|template| is(template, waba_id, name, language))
    }

    pub(crate) fn of(&self, waba_id: &str) -> impl Iterator<Item = &Template> {
        self.all
            .iter()
            .filter(move |template| template.waba_id == waba_id)
    }

    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Template> {
        self.all.iter_mut()
    }

    /// The template a message may use, or the error that says why not.
    pub(crate) fn sendable(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
        now: OffsetDateTime,
    ) -> Result<&Template, GraphError> {
        let missing = || {
            GraphError::of(132_001).because(format!(
                "template name ({name}) does not exist in {language}"
            ))
        };
        let template = self.find(waba_id, name, language).ok_or_else(missing)?;
        match template.status(now) {
            "APPROVED" => Ok(template),
            "PAUSED" => Err(GraphError::of(132_015)
                .because("Template is paused due to low quality and cannot be sent")),
            "DISABLED" => Err(GraphError::of(132_016).because("Template is disabled for good")),
            _ => Err(missing()),
        }
    }
}

fn is(template: &Template, waba_id: &str, name: &str, language: &str) -> bool {
    template.waba_id == waba_id
        && template.draft.name == name
        && template.draft.language == language
}
