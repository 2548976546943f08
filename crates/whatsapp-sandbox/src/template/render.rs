//! The message that the recipient sees: a template with the code filled in.

use serde_json::{Value, json};

use super::{TemplateDraft, text};
use crate::graph_error::GraphError;

/// Meta's limit for the code of an authentication template.
const MAX_CODE_CHARS: usize = 15;

/// The parameters of one send.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters {
    /// The parameters of the body, in order.
    pub(crate) body: Vec<String>,
    /// The parameter of the button at index 0.
    pub(crate) button: Option<String>,
}

/// A message as the phone shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rendered {
    language: String,
    parts: Vec<Part>,
    footer: Option<String>,
    button: String,
    /// The code that the button copies.
    code: String,
}

/// A piece of the body. Parameters are separate so that the page can isolate their direction.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Parameter(String),
}

impl TemplateDraft {
    /// Fills the parameters in, or returns the error that Meta has for them.
    pub(crate) fn render(&self, given: &Parameters) -> Result<Rendered, GraphError> {
        let [body] = given.body.as_slice() else {
            return Err(GraphError::of(132_000).because(format!(
                "body: number of localizable_params ({}) does not match the expected number of \
                 params (1)",
                given.body.len()
            )));
        };
        let Some(code) = &given.button else {
            return Err(GraphError::of(131_008)
                .because("buttons: Button at index 0 of type Url requires a parameter"));
        };
        check_code(body)?;
        check_code(code)?;
        let text = self.body_text();
        let (before, after) = text.split_once("{{1}}").unwrap_or((&text, ""));
        let parts = [
            Part::Text(before.to_owned()),
            Part::Parameter(body.clone()),
            Part::Text(after.to_owned()),
        ];
        let is_empty = |part: &Part| matches!(part, Part::Text(text) if text.is_empty());
        Ok(Rendered {
            language: self.language.clone(),
            parts: parts.into_iter().filter(|part| !is_empty(part)).collect(),
            footer: self.footer_text(),
            button: self.button_label(),
            code: code.clone(),
        })
    }
}

impl Rendered {
    /// Returns the body as one text.
    fn body(&self) -> String {
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
            "code": self.code,
            "button": self.button,
        })
    }
}

fn check_code(code: &str) -> Result<(), GraphError> {
    if code.is_empty() {
        return Err(GraphError::of(131_008).because("A template parameter is empty"));
    }
    if code.chars().count() > MAX_CODE_CHARS {
        return Err(GraphError::of(132_005).because(format!(
            "An authentication code has at most {MAX_CODE_CHARS} characters"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(language: &str) -> TemplateDraft {
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
            body: vec![code.into()],
            button: Some(code.into()),
        }
    }

    #[test]
    fn a_message_has_the_texts_of_its_language() {
        let render = |language| template(language).render(&parameters("123456"));
        let english = render("en_US").expect("rendered").to_json();
        assert_eq!(
            english["body"],
            "123456 is your verification code. For your security, do not share this code."
        );
        assert_eq!(english["footer"], "This code expires in 5 minutes.");
        assert_eq!(
            (&english["button"], &english["code"]),
            (&json!("Copy code"), &json!("123456"))
        );
        let arabic = render("ar").expect("rendered").to_json();
        assert_eq!(arabic["dir"], "rtl");
        assert_eq!(
            arabic["parts"][0],
            json!({"kind": "parameter", "text": "123456"})
        );
    }

    #[test]
    fn missing_and_long_parameters_have_metas_codes() {
        let code = |parameters: Parameters| {
            template("en")
                .render(&parameters)
                .map_err(|error| error.code)
        };
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
}
