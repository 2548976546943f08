//! Templates at Meta: the list of a business account, and new ones.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::draft::TemplateDraft;
use otp_core::channel::whatsapp::template::listed::ListedTemplate;
use otp_core::channel::whatsapp::template::{CodeExpiry, TemplateName, TemplateStatus, TimeToLive};
use otp_core::language::LanguageTag;
use otp_core::ports::{BusinessAccount, CreatedTemplate, ProviderError, TemplateRegistry};
use serde_json::{Value, json};

use crate::graph::Graph;
use crate::options::{CloudApiOptions, InvalidOptions};
use crate::redaction::Redaction;

const EDGE: &str = "message_templates";

/// The fields that are requested of each template.
const FIELDS: &str =
    "id,name,language,status,category,components,message_send_ttl_seconds,rejected_reason";

/// The templates of business accounts at Meta.
#[derive(Clone)]
pub struct CloudApiTemplates {
    graph: Graph,
}

impl CloudApiTemplates {
    /// Creates the client; each call may take at most `timeout`.
    pub fn new(options: &CloudApiOptions, timeout: Duration) -> Result<Self, InvalidOptions> {
        Ok(Self {
            graph: Graph::new(options, timeout)?,
        })
    }
}

impl fmt::Debug for CloudApiTemplates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudApiTemplates").finish_non_exhaustive()
    }
}

#[async_trait]
impl TemplateRegistry for CloudApiTemplates {
    async fn list(&self, account: &BusinessAccount) -> Result<Vec<ListedTemplate>, ProviderError> {
        let items = self
            .graph
            .list(
                &account.access_token,
                (&account.waba_id, EDGE),
                &[("fields", FIELDS)],
            )
            .await?;
        let redaction = Redaction::of_token(&account.access_token);
        let mut templates = Vec::new();
        for item in &items {
            let Some((name, language)) = named(item) else {
                // It is not one of ours, whose names and languages are all readable.
                continue;
            };
            let listed = listed(item, name, language, &redaction).ok_or_else(|| {
                ProviderError::Unavailable("a template in the list cannot be read".to_owned())
            })?;
            templates.push(listed);
        }
        Ok(templates)
    }

    async fn create(
        &self,
        account: &BusinessAccount,
        draft: &TemplateDraft,
        language: &LanguageTag,
    ) -> Result<CreatedTemplate, ProviderError> {
        let answer = self
            .graph
            .post(
                &account.access_token,
                (&account.waba_id, Some(EDGE)),
                &creation(draft, language),
            )
            .await?;
        let created = provider_id(&answer).map(|provider_id| CreatedTemplate {
            provider_id,
            status: status(&answer).unwrap_or(TemplateStatus::PENDING),
        });
        created.ok_or_else(|| {
            let what = "the answer lacks the template's id; the template may exist now";
            ProviderError::Unavailable(what.to_owned())
        })
    }
}

/// Returns the request for a new template. Meta writes the texts of authentication templates
/// itself, in each language; the request only names the parts.
fn creation(draft: &TemplateDraft, language: &LanguageTag) -> Value {
    json!({
        "name": draft.name().as_str(),
        "language": language.as_str(),
        "category": "AUTHENTICATION",
        "message_send_ttl_seconds": draft.time_to_live().seconds(),
        "components": [
            {"type": "BODY", "add_security_recommendation": true},
            {"type": "FOOTER", "code_expiration_minutes": draft.code_expiry().minutes()},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        ],
    })
}

/// Reads the name and the language of an item of the list.
fn named(item: &Value) -> Option<(TemplateName, LanguageTag)> {
    let name = TemplateName::parse(text(item, "name")?).ok()?;
    let language = LanguageTag::parse(text(item, "language")?).ok()?;
    Some((name, language))
}

/// Reads an item of the list; `None` if it lacks a required field.
fn listed(
    item: &Value,
    name: TemplateName,
    language: LanguageTag,
    redaction: &Redaction,
) -> Option<ListedTemplate> {
    let components = item.get("components").and_then(Value::as_array);
    let components = components.map(Vec::as_slice).unwrap_or_default();
    let expiry = components
        .iter()
        .find_map(|component| component.get("code_expiration_minutes")?.as_i64());
    let ttl = item.get("message_send_ttl_seconds").and_then(Value::as_i64);
    let reason = text(item, "rejected_reason").filter(|reason| *reason != "NONE");
    Some(ListedTemplate {
        provider_id: provider_id(item)?,
        name,
        language,
        status: status(item)?,
        reason: reason.map(|reason| redaction.clean(reason)),
        category: redaction.clean(text(item, "category")?),
        has_code_button: components.iter().any(has_code_button),
        time_to_live: ttl.and_then(TimeToLive::from_seconds),
        code_expiry: expiry.and_then(|minutes| CodeExpiry::from_minutes(minutes).ok()),
    })
}

/// Returns whether a component has the button of a passcode. Meta lists a button that was created
/// as OTP as a URL that contains the code.
fn has_code_button(component: &Value) -> bool {
    let buttons = component.get("buttons").and_then(Value::as_array);
    buttons.is_some_and(|buttons| {
        buttons.iter().any(|button| {
            text(button, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("OTP"))
                || text(button, "url").is_some_and(|url| url.contains("otp"))
        })
    })
}

fn provider_id(item: &Value) -> Option<ProviderId> {
    ProviderId::parse(text(item, "id")?).ok()
}

fn status(item: &Value) -> Option<TemplateStatus> {
    TemplateStatus::parse(text(item, "status")?).ok()
}

fn text<'a>(item: &'a Value, field: &str) -> Option<&'a str> {
    item.get(field)?.as_str()
}
