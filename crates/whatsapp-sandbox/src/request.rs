//! The body of a send, read exactly as leniently as Meta reads it.
//!
//! Clients differ: some write types in upper case, an index as a number, a plus sign in `to`, or no
//! `recipient_type`. Meta accepts all of these, so the sandbox does too.

use serde_json::Value;

use crate::{graph_error::GraphError, template::Parameters};

/// A send is well under two kilobytes.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// Meta's limit for `biz_opaque_callback_data`.
const MAX_CALLBACK_DATA_CHARS: usize = 512;

/// The fields that the ledger records, read before the send is checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glimpse {
    pub(crate) to: Option<String>,
    pub(crate) callback_data: Option<String>,
    pub(crate) template: Option<String>,
    pub(crate) language: Option<String>,
}

/// A well-formed template message.
#[derive(Clone, Debug)]
pub(crate) struct TemplateSend {
    /// The recipient as the caller wrote it; the answer repeats it.
    pub(crate) input: String,
    /// The digits of the recipient.
    pub(crate) to: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) parameters: Parameters,
}

/// Parses a JSON object. One client sends it inside a JSON string, which Meta accepts too.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, GraphError> {
    if body.len() > MAX_BODY_BYTES {
        return Err(GraphError::parameter("The request body is too large."));
    }
    let invalid = |_| GraphError::parameter("The request body is not valid JSON.");
    let value: Value = serde_json::from_slice(body).map_err(invalid)?;
    let value = if let Value::String(inner) = &value {
        serde_json::from_str(inner).map_err(invalid)?
    } else {
        value
    };
    if !value.is_object() {
        return Err(GraphError::parameter(
            "The request body must be a JSON object.",
        ));
    }
    Ok(value)
}

impl Glimpse {
    pub(crate) fn of(body: &Value) -> Self {
        let text = |value: Option<&Value>| {
            let text: String = value?
                .as_str()?
                .chars()
                .take(MAX_CALLBACK_DATA_CHARS)
                .collect();
            Some(text)
        };
        let template = body.get("template");
        Self {
            to: string(body, "to").ok().flatten().and_then(|to| digits(&to)),
            callback_data: text(body.get("biz_opaque_callback_data")),
            template: text(template.and_then(|t| t.get("name"))),
            language: text(template.and_then(|t| t.get("language")?.get("code"))),
        }
    }
}

impl TemplateSend {
    pub(crate) fn parse(body: &Value) -> Result<Self, GraphError> {
        match string(body, "messaging_product")?.as_deref() {
            Some("whatsapp") => {}
            Some(_) => {
                return Err(GraphError::parameter(
                    "Param messaging_product must be one of {WHATSAPP}.",
                ));
            }
            None => return Err(missing("messaging_product")),
        }
        if let Some(kind) = string(body, "recipient_type")?
            && !kind.eq_ignore_ascii_case("individual")
        {
            return Err(GraphError::parameter(
                "Param recipient_type must be one of {INDIVIDUAL}.",
            ));
        }
        let input = string(body, "to")?.ok_or_else(|| missing("to"))?;
        let callback_data = string(body, "biz_opaque_callback_data")?;
        let kind = string(body, "type")?.unwrap_or_else(|| "text".to_owned());
        match kind.to_ascii_lowercase().as_str() {
            "template" => {}
            "text" => {
                return Err(GraphError::of(131_047).because(
                    "Message failed to send because more than 24 hours have passed since the \
                     customer last replied to this number.",
                ));
            }
            other => {
                let other: String = other.chars().take(32).collect();
                return Err(GraphError::of(131_051).because(format!(
                    "Message type {other} is not supported by the sandbox"
                )));
            }
        }
        let template = match body.get("template") {
            Some(template @ Value::Object(_)) => template,
            Some(_) => {
                return Err(GraphError::parameter(
                    "Param template must be a JSON object.",
                ));
            }
            None => return Err(missing("template")),
        };
        let name = string(template, "name")?.ok_or_else(|| missing("template['name']"))?;
        let language = match template.get("language") {
            Some(language @ Value::Object(_)) => string(language, "code")?,
            Some(_) => {
                return Err(GraphError::parameter(
                    "Param template['language'] is invalid.",
                ));
            }
            None => None,
        };
        let language = language.ok_or_else(|| missing("template['language']['code']"))?;
        let parameters = parameters(template.get("components"))?;
        let to = digits(&input)
            .ok_or_else(|| GraphError::of(131_009).because("Param to is not a phone number"))?;
        if callback_data
            .as_ref()
            .is_some_and(|data| data.chars().count() > MAX_CALLBACK_DATA_CHARS)
        {
            return Err(GraphError::of(131_009).because(format!(
                "Param biz_opaque_callback_data has at most {MAX_CALLBACK_DATA_CHARS} characters"
            )));
        }
        Ok(Self {
            input,
            to,
            callback_data,
            name,
            language,
            parameters,
        })
    }
}

/// Returns the digits of a number that may have a plus sign, spaces, hyphens and parentheses. Meta
/// requires a country code, and E.164 allows seven to fifteen digits.
pub(crate) fn digits(number: &str) -> Option<String> {
    let separator = |c: char| matches!(c, ' ' | '-' | '(' | ')' | '+');
    let rest = number.strip_prefix('+').unwrap_or(number);
    if rest.contains('+') || !rest.chars().all(|c| c.is_ascii_digit() || separator(c)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    ((7..=15).contains(&digits.len()) && !digits.starts_with('0')).then_some(digits)
}

fn parameters(components: Option<&Value>) -> Result<Parameters, GraphError> {
    let mut parameters = Parameters::default();
    let components = match components {
        None | Some(Value::Null) => return Ok(parameters),
        Some(Value::Array(components)) => components,
        Some(_) => {
            return Err(GraphError::parameter(
                "Param template['components'] must be an array.",
            ));
        }
    };
    for component in components {
        let kind = string(component, "type")?
            .ok_or_else(|| missing("template['components'][0]['type']"))?;
        let given = match component.get("parameters") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(given)) => given,
            Some(_) => {
                return Err(GraphError::parameter("Param parameters must be an array."));
            }
        };
        match kind.to_ascii_lowercase().as_str() {
            "body" => {
                for parameter in given {
                    parameters.body.push(text_parameter(parameter)?);
                }
            }
            "button" => {
                let sub_type = string(component, "sub_type")?.ok_or_else(|| missing("sub_type"))?;
                let index = string(component, "index")?.ok_or_else(|| missing("index"))?;
                if !sub_type.eq_ignore_ascii_case("url") || index != "0" {
                    return Err(GraphError::of(132_012).because(format!(
                        "buttons: Button at index {} of type {} is not in the template",
                        clip(&index),
                        clip(&sub_type)
                    )));
                }
                if let Some(parameter) = given.first() {
                    parameters.button = Some(text_parameter(parameter)?);
                }
            }
            "header" | "footer" => {}
            other => {
                return Err(GraphError::parameter(format!(
                    "Param template['components'] has a component of unknown type {}.",
                    clip(other)
                )));
            }
        }
    }
    Ok(parameters)
}

fn text_parameter(parameter: &Value) -> Result<String, GraphError> {
    let kind = string(parameter, "type")?.ok_or_else(|| missing("parameters['type']"))?;
    if !kind.eq_ignore_ascii_case("text") {
        return Err(GraphError::of(132_012).because(format!(
            "Parameter of type {} where text is expected",
            clip(&kind)
        )));
    }
    let text = string(parameter, "text")?.ok_or_else(|| missing("parameters['text']"))?;
    if text.chars().count() > 1024 {
        return Err(GraphError::of(132_005).because("A parameter has at most 1024 characters"));
    }
    Ok(text)
}

/// Reads a string field; Graph accepts numbers as well.
pub(crate) fn string(object: &Value, field: &str) -> Result<Option<String>, GraphError> {
    match object.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => Err(GraphError::parameter(
            format!("Param {field} must be a string."),
        )),
    }
}

fn missing(parameter: &str) -> GraphError {
    GraphError::parameter(format!("The parameter {parameter} is required."))
}

fn clip(text: &str) -> String {
    text.chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_separators_but_needs_a_country_code() {
        for (number, expected) in [
            ("966512345678", Some("966512345678")),
            ("+966 51-234 5678", Some("966512345678")),
            ("+1 (202) 555-0100", Some("12025550100")),
            ("", None),
            ("+", None),
            ("12345", None),
            ("1234567890123456", None),
            ("0512345678", None),
            ("++966512345678", None),
            ("٩٦٦٥١٢٣٤٥٦٧٨", None),
            ("96651234567a", None),
        ] {
            assert_eq!(digits(number).as_deref(), expected, "{number:?}");
        }
    }
}
