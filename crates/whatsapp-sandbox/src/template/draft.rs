//! What is submitted to create a template, checked as Meta checks it.

use serde_json::{Map, Value, json};

use super::text;
use crate::graph_error::GraphError;

/// The most that all components of a template take as JSON.
const LONGEST_COMPONENTS: usize = 16 * 1024;

/// The contents of a template, known to be well formed.
#[derive(Clone, Debug)]
pub(crate) struct TemplateDraft {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) category: String,
    pub(crate) parameter_format: String,
    pub(crate) message_send_ttl_seconds: Option<i64>,
    /// As submitted; [`TemplateDraft::listed_components`] is what Meta shows of them.
    components: Vec<Value>,
}

impl TemplateDraft {
    /// Reads a request body. `language` is separate because the bulk call names several.
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
        let category = required(body, "category")?.to_ascii_uppercase();
        if !["AUTHENTICATION", "MARKETING", "UTILITY"].contains(&category.as_str()) {
            return Err(GraphError::parameter(
                "Param category must be one of {AUTHENTICATION, MARKETING, UTILITY}.",
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
        let format = body
            .get("parameter_format")
            .and_then(Value::as_str)
            .unwrap_or("POSITIONAL");
        let draft = Self {
            name: name.to_owned(),
            language: language.to_owned(),
            category,
            parameter_format: format.to_ascii_uppercase(),
            message_send_ttl_seconds: body.get("message_send_ttl_seconds").and_then(Value::as_i64),
            components,
        };
        let size: usize = draft
            .components
            .iter()
            .map(|one| one.to_string().len())
            .sum();
        if size > LONGEST_COMPONENTS {
            return Err(GraphError::parameter("Param components is too long."));
        }
        draft.check()?;
        Ok(draft)
    }

    /// The same template with what an edit names replaced.
    pub(crate) fn edited(&self, body: &Value) -> Result<Self, GraphError> {
        let mut merged = Map::new();
        merged.insert("name".into(), json!(self.name));
        merged.insert("category".into(), json!(self.category));
        merged.insert("components".into(), json!(self.components));
        merged.insert("parameter_format".into(), json!(self.parameter_format));
        if let Some(seconds) = self.message_send_ttl_seconds {
            merged.insert("message_send_ttl_seconds".into(), json!(seconds));
        }
        for field in [
            "category",
            "components",
            "parameter_format",
            "message_send_ttl_seconds",
        ] {
            if let Some(value) = body.get(field) {
                merged.insert(field.into(), value.clone());
            }
        }
        Self::parse(&Value::Object(merged), &self.language)
    }

    pub(crate) fn is_authentication(&self) -> bool {
        self.category == "AUTHENTICATION"
    }

    /// The body's text with its placeholders.
    pub(crate) fn body_text(&self) -> String {
        let body = self.component("BODY");
        if self.is_authentication() {
            let advice = body.and_then(|body| body.get("add_security_recommendation"));
            return text::body(
                &self.language,
                advice.and_then(Value::as_bool).unwrap_or(false),
            );
        }
        let text = body
            .and_then(|body| body.get("text"))
            .and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }

    /// The footer's text, if there is one.
    pub(crate) fn footer_text(&self) -> Option<String> {
        if let Some(minutes) = self.code_expiration_minutes() {
            return Some(text::footer(&self.language, minutes));
        }
        let footer = self.component("FOOTER")?.get("text")?;
        footer.as_str().map(str::to_owned)
    }

    pub(crate) fn code_expiration_minutes(&self) -> Option<u8> {
        let minutes = self
            .component("FOOTER")?
            .get("code_expiration_minutes")?
            .as_u64()?;
        u8::try_from(minutes).ok()
    }

    /// The label of the button that carries the code.
    pub(crate) fn code_button(&self) -> Option<String> {
        let button = self.otp_button()?;
        let label = button.get("text").and_then(Value::as_str);
        Some(
            label
                .unwrap_or_else(|| text::copy_code(&self.language))
                .to_owned(),
        )
    }

    /// The components as Meta lists them: an OTP button comes back as a URL button, and the preset
    /// texts are spelled out.
    pub(crate) fn listed_components(&self) -> Value {
        if !self.is_authentication() {
            return json!(self.components);
        }
        let advice = self
            .component("BODY")
            .and_then(|body| body.get("add_security_recommendation"))
            .and_then(Value::as_bool);
        let mut body = json!({
            "type": "BODY",
            "text": self.body_text().replace("{{1}}", "*{{1}}*"),
            "example": {"body_text": [["123456"]]},
        });
        if let Some(advice) = advice {
            body["add_security_recommendation"] = json!(advice);
        }
        let mut listed = vec![body];
        if let Some(minutes) = self.code_expiration_minutes() {
            listed.push(json!({
                "type": "FOOTER",
                "text": text::footer(&self.language, minutes),
                "code_expiration_minutes": minutes,
            }));
        }
        if let (Some(label), Some(button)) = (self.code_button(), self.otp_button()) {
            let kind = button
                .get("otp_type")
                .and_then(Value::as_str)
                .unwrap_or("COPY_CODE");
            let kind = kind.to_ascii_uppercase();
            let minutes = self
                .code_expiration_minutes()
                .map_or(String::new(), |n| format!("&code_expiration_minutes={n}"));
            let url = format!(
                "https://www.whatsapp.com/otp/code/?otp_type={kind}{minutes}&code=otp{{{{1}}}}"
            );
            let example = url.replace("{{1}}", "123456");
            listed.push(json!({"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": label, "url": url, "example": [example]},
            ]}));
        }
        json!(listed)
    }

    fn check(&self) -> Result<(), GraphError> {
        if self.component("BODY").is_none() {
            return Err(GraphError::parameter(
                "A template needs a component of type BODY.",
            ));
        }
        if !self.is_authentication() {
            return if self.body_text().is_empty() {
                Err(GraphError::parameter("The component BODY needs a text."))
            } else {
                Ok(())
            };
        }
        if let Some(minutes) = self
            .component("FOOTER")
            .and_then(|f| f.get("code_expiration_minutes"))
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
            let label = button
                .get(label)
                .and_then(Value::as_str)
                .unwrap_or_default();
            if label.chars().count() > 25 {
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

/// Meta's codes are two or three lower-case letters and perhaps an underscore and a region.
fn is_language_code(code: &str) -> bool {
    let (base, region) = code
        .split_once('_')
        .map_or((code, None), |(b, r)| (b, Some(r)));
    let lower = |c: char| c.is_ascii_lowercase();
    let upper = |c: char| c.is_ascii_uppercase();
    (2..=3).contains(&base.len())
        && base.chars().all(lower)
        && region.is_none_or(|region| region.len() == 2 && region.chars().all(upper))
}
