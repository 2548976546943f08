//! What the recipient sees: a template with its parameters filled in.

use serde_json::{Value, json};

use super::{TemplateDraft, text};
use crate::graph_error::GraphError;

/// The longest code an authentication template takes.
const LONGEST_CODE: usize = 15;

/// The parameters of one send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// Of the body, in order; the name is there for templates with named parameters.
    pub(crate) body: Vec<(Option<String>, String)>,
    /// Of the button at index 0.
    pub(crate) button: Option<String>,
}

/// A message as the phone shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) language: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) footer: Option<String>,
    /// The label of the button and the code that it copies.
    pub(crate) button: Option<(String, String)>,
    pub(crate) code_expiration_minutes: Option<u8>,
}

/// A stretch of the body; parameters are kept apart so that a page can isolate their direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words of the template.
    Text(String),
    /// A parameter of the send.
    Parameter(String),
}

impl TemplateDraft {
    /// Fills the parameters in, or says what is wrong with them.
    pub(crate) fn render(&self, given: &Parameters) -> Result<Rendered, GraphError> {
        let (parts, expected) = fill(&self.body_text(), &given.body);
        if given.body.len() != expected {
            return Err(GraphError::of(132_000).because(format!(
                "body: number of localizable_params ({}) does not match the expected number of \
                 params ({expected})",
                given.body.len()
            )));
        }
        let button = match (self.code_button(), &given.button) {
            (Some(label), Some(code)) => Some((label, code.clone())),
            (Some(_), None) => {
                return Err(GraphError::of(131_008)
                    .because("buttons: Button at index 0 of type Url requires a parameter"));
            }
            (None, Some(_)) => {
                return Err(GraphError::of(132_000).because(
                    "buttons: number of localizable_params (1) does not match the expected number \
                     of params (0)",
                ));
            }
            (None, None) => None,
        };
        if self.is_authentication() {
            let codes = given.body.iter().map(|(_, text)| text).chain(&given.button);
            for code in codes {
                check_code(code)?;
            }
        }
        Ok(Rendered {
            language: self.language.clone(),
            parts,
            footer: self.footer_text(),
            button,
            code_expiration_minutes: self.code_expiration_minutes(),
        })
    }
}

impl Rendered {
    /// The body as one text.
    pub(crate) fn body(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(text) | Part::Parameter(text) => text.clone(),
        };
        self.parts.iter().map(text).collect()
    }

    pub(crate) fn to_json(&self) -> Value {
        let part = |part: &Part| match part {
            Part::Text(text) => json!({"kind": "text", "text": text}),
            Part::Parameter(text) => json!({"kind": "parameter", "text": text}),
        };
        json!({
            "language": self.language,
            "dir": text::direction(&self.language),
            "body": self.body(),
            "parts": self.parts.iter().map(part).collect::<Vec<_>>(),
            "footer": self.footer,
            "code": self.button.as_ref().map(|(_, code)| code),
            "button": self.button.as_ref().map(|(label, _)| label),
            "code_expiration_minutes": self.code_expiration_minutes,
        })
    }
}

fn check_code(code: &str) -> Result<(), GraphError> {
    if code.is_empty() {
        return Err(GraphError::of(131_008).because("A template parameter is empty"));
    }
    if code.chars().count() > LONGEST_CODE {
        return Err(GraphError::of(132_005).because(format!(
            "An authentication code has at most {LONGEST_CODE} characters"
        )));
    }
    Ok(())
}

/// Splits the text at its `{{…}}` and counts how many different ones there are. A placeholder
/// that no parameter fills stays in the text; the count tells the caller about it.
fn fill(text: &str, given: &[(Option<String>, String)]) -> (Vec<Part>, usize) {
    let mut parts = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        let name = name.trim();
        let place = names
            .iter()
            .position(|seen| *seen == name)
            .unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        let by_name = given
            .iter()
            .find(|(given, _)| given.as_deref() == Some(name));
        let value = by_name
            .or_else(|| given.get(place))
            .map(|(_, value)| value.clone());
        parts.push(Part::Parameter(value.unwrap_or_default()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    (parts, names.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn otp(language: &str) -> TemplateDraft {
        let body = json!({
            "name": "otp_code", "category": "authentication",
            "components": [
                {"type": "body", "add_security_recommendation": true},
                {"type": "footer", "code_expiration_minutes": 5},
                {"type": "buttons", "buttons": [{"type": "otp", "otp_type": "copy_code"}]},
            ],
        });
        TemplateDraft::parse(&body, language).expect("a good template")
    }

    fn parameters(code: &str) -> Parameters {
        Parameters {
            body: vec![(None, code.into())],
            button: Some(code.into()),
        }
    }

    #[test]
    fn english_and_arabic_read_as_the_recipient_reads_them() {
        let english = otp("en_US")
            .render(&parameters("123456"))
            .expect("rendered");
        assert_eq!(
            english.body(),
            "123456 is your verification code. For your security, do not share this code."
        );
        assert_eq!(
            english.footer.as_deref(),
            Some("This code expires in 5 minutes.")
        );
        assert_eq!(english.button, Some(("Copy code".into(), "123456".into())));
        let arabic = otp("ar")
            .render(&parameters("123456"))
            .expect("rendered")
            .to_json();
        assert_eq!(arabic["dir"], "rtl");
        assert_eq!(
            arabic["parts"][0],
            json!({"kind": "parameter", "text": "123456"})
        );
    }

    #[test]
    fn missing_and_long_parameters_are_named_as_meta_names_them() {
        let code = |parameters: Parameters| otp("en").render(&parameters).map_err(|e| e.code);
        assert_eq!(code(Parameters::default()), Err(132_000));
        let no_button = Parameters {
            button: None,
            ..parameters("1")
        };
        assert_eq!(code(no_button), Err(131_008));
        assert_eq!(code(parameters("1234567890123456")), Err(132_005));
        assert_eq!(code(parameters("")), Err(131_008));
        assert!(code(parameters("123456789012345")).is_ok());
    }

    #[test]
    fn other_templates_take_numbered_and_named_parameters() {
        let template = |text: &str| {
            let body = json!({"name": "hello", "category": "UTILITY",
                "components": [{"type": "BODY", "text": text}]});
            TemplateDraft::parse(&body, "en").expect("a good template")
        };
        let given = Parameters {
            body: vec![(None, "Sara".into()), (None, "7".into())],
            button: None,
        };
        let rendered = template("Hi {{1}}, {{2}} left, {{1}}.")
            .render(&given)
            .expect("rendered");
        assert_eq!(rendered.body(), "Hi Sara, 7 left, Sara.");
        let named = Parameters {
            body: vec![(Some("who".into()), "Omar".into())],
            button: None,
        };
        let rendered = template("Hi {{ who }}").render(&named).expect("rendered");
        assert_eq!(rendered.body(), "Hi Omar");
    }
}
