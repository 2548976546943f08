//! A submitted template, checked as Meta checks it.

use serde_json::{Value, json};

use super::text;
use crate::graph_error::GraphError;

/// Upper bound of all components of a template as JSON.
const MAX_COMPONENTS_BYTES: usize = 16 * 1024;

/// The well-formed contents of an authentication template.
#[derive(Clone, Debug)]
pub(crate) struct TemplateDraft {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) message_send_ttl_seconds: Option<i64>,
    /// The submitted components; [`TemplateDraft::listed_components`] returns what Meta lists.
    components: Vec<Value>,
}

impl TemplateDraft {
    /// The only category of the sandbox.
    pub(crate) const CATEGORY: &str = "AUTHENTICATION";

    /// Parses a request body. `language` is separate because the bulk call lists several.
    pub(crate) fn parse(body: &Value, language: &str) -> Result<Self, GraphError> {
        let name = required(body, "name")?;
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 512 || !name.chars().all(allowed) {
            return Err(GraphError::parameter(
                "Param name must be at most 512 lower-case letters, digits and underscores.",
            ));
        }
        if !is_language_code(language) {
            return Err(GraphError::parameter(
                "Param language must be one of the supported codes.",
            ));
        }
        if !required(body, "category")?.eq_ignore_ascii_case(Self::CATEGORY) {
            return Err(GraphError::parameter(
                "Param category must be AUTHENTICATION in the sandbox.",
            ));
        }
        let components = match body.get("components") {
            Some(Value::Array(components)) if components.len() <= 10 => components.clone(),
            Some(_) => return Err(GraphError::parameter("Param components must be an array.")),
            None => {
                return Err(GraphError::parameter(
                    "The parameter components is required.",
                ));
            }
        };
        let size: usize = components.iter().map(|one| one.to_string().len()).sum();
        if size > MAX_COMPONENTS_BYTES {
            return Err(GraphError::parameter("Param components is too long."));
        }
        let draft = Self {
            name: name.to_owned(),
            language: language.to_owned(),
            message_send_ttl_seconds: body.get("message_send_ttl_seconds").and_then(Value::as_i64),
            components,
        };
        draft.check()?;
        Ok(draft)
    }

    /// Returns the text of the body, with `{{1}}` in place of the code.
    pub(crate) fn body_text(&self) -> String {
        text::body(&self.language, self.recommends_security().unwrap_or(false))
    }

    pub(crate) fn footer_text(&self) -> Option<String> {
        let minutes = self.code_expiration_minutes()?;
        Some(text::footer(&self.language, minutes))
    }

    /// Returns the label of the button that copies the code.
    pub(crate) fn button_label(&self) -> String {
        let label = self.otp_button().and_then(|button| button.get("text"));
        let label = label.and_then(Value::as_str);
        label
            .unwrap_or_else(|| text::copy_code(&self.language))
            .to_owned()
    }

    /// Returns the components as Meta lists them: the OTP button as a URL button, and the preset
    /// texts written out.
    pub(crate) fn listed_components(&self) -> Value {
        let mut body = json!({
            "type": "BODY",
            "text": self.body_text().replace("{{1}}", "*{{1}}*"),
            "example": {"body_text": [["123456"]]},
        });
        if let Some(advice) = self.recommends_security() {
            body["add_security_recommendation"] = json!(advice);
        }
        let mut listed = vec![body];
        let minutes = self.code_expiration_minutes();
        if let Some(minutes) = minutes {
            listed.push(json!({
                "type": "FOOTER",
                "text": text::footer(&self.language, minutes),
                "code_expiration_minutes": minutes,
            }));
        }
        let kind = self.otp_button().and_then(|button| button.get("otp_type"));
        let kind = kind.and_then(Value::as_str).unwrap_or("COPY_CODE");
        let kind = kind.to_ascii_uppercase();
        let minutes = minutes.map_or(String::new(), |n| format!("&code_expiration_minutes={n}"));
        let url = format!(
            "https://www.whatsapp.com/otp/code/?otp_type={kind}{minutes}&code=otp{{{{1}}}}"
        );
        let example = url.replace("{{1}}", "123456");
        listed.push(json!({"type": "BUTTONS", "buttons": [
            {"type": "URL", "text": self.button_label(), "url": url, "example": [example]},
        ]}));
        json!(listed)
    }

    fn check(&self) -> Result<(), GraphError> {
        if self.component("BODY").is_none() {
            return Err(GraphError::parameter(
                "A template needs a component of type BODY.",
            ));
        }
        let footer = self.component("FOOTER");
        if let Some(minutes) = footer.and_then(|footer| footer.get("code_expiration_minutes"))
            && !minutes.as_u64().is_some_and(|n| (1..=90).contains(&n))
        {
            return Err(GraphError::parameter(
                "Param code_expiration_minutes must be between 1 and 90.",
            ));
        }
        let Some(button) = self.otp_button() else {
            return Err(GraphError::parameter(
                "An authentication template needs one OTP button.",
            ));
        };
        for label in ["text", "autofill_text"] {
            let label = button.get(label).and_then(Value::as_str);
            if label.unwrap_or_default().chars().count() > 25 {
                return Err(GraphError::parameter(
                    "A button's text has at most 25 characters.",
                ));
            }
        }
        if let Some(seconds) = self.message_send_ttl_seconds
            && seconds != -1
            && !(30..=900).contains(&seconds)
        {
            return Err(GraphError::parameter(
                "Param message_send_ttl_seconds must be between 30 and 900 for authentication.",
            ));
        }
        Ok(())
    }

    fn recommends_security(&self) -> Option<bool> {
        let body = self.component("BODY")?;
        body.get("add_security_recommendation")?.as_bool()
    }

    fn code_expiration_minutes(&self) -> Option<u8> {
        let minutes = self.component("FOOTER")?.get("code_expiration_minutes")?;
        u8::try_from(minutes.as_u64()?).ok()
    }

    fn component(&self, kind: &str) -> Option<&Value> {
        self.components
            .iter()
            .find(|component| is_kind(component, kind))
    }

    fn otp_button(&self) -> Option<&Value> {
        let buttons = self.component("BUTTONS")?.get("buttons")?.as_array()?;
        buttons.iter().find(|button| is_kind(button, "OTP"))
    }
}

fn is_kind(value: &Value, kind: &str) -> bool {
    value
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|is| is.eq_ignore_ascii_case(kind))
}

fn required<'a>(body: &'a Value, field: &str) -> Result<&'a str, GraphError> {
    match body.get(field) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(GraphError::parameter(format!(
            "Param {field} must be a string."
        ))),
        None => Err(GraphError::parameter(format!(
            "The parameter {field} is required."
        ))),
    }
}

/// Returns whether this is two or three lower-case letters, with or without a region as in `en_US`.
fn is_language_code(code: &str) -> bool {
    let (base, region) = code
        .split_once('_')
        .map_or((code, None), |(base, region)| (base, Some(region)));
    let lower = |c: char| c.is_ascii_lowercase();
    let upper = |c: char| c.is_ascii_uppercase();
    (2..=3).contains(&base.len())
        && base.chars().all(lower)
        && region.is_none_or(|region| region.len() == 2 && region.chars().all(upper))
}
