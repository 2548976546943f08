//! Errors as problems (RFC 9457): the same error in the form that general clients read.

use actix_web::http::StatusCode;
use otp_edge::{ErrorHelp, RequestContext};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::code::ErrorCode;
use crate::wire::ErrorBody;

/// The descriptions of errors in the guide.
pub(crate) const IN_GUIDE: ErrorHelp = ErrorHelp("/guide/errors#");

/// The descriptions of errors on the page of the API reference.
pub(crate) const IN_REFERENCE: ErrorHelp = ErrorHelp("/docs#error-");

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// An error as a problem (RFC 9457), if `Accept` asks for `application/problem+json`. Every member of
/// `ErrorBody` but `description` is a member here as well.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Problem {
    /// A reference to the description of the error, as in the header `Link`; `about:blank` if the status says
    /// it all.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// The kind of error in one sentence, in the language of `Accept-Language`.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Explanation and remedy, in the language of `Accept-Language`.
    detail: String,
    /// The stable code, or a sentence, as in `ErrorBody`.
    error_message: String,
    /// Id of this request, as in `X-Request-Id`.
    request_id: String,
    /// The field with an invalid value.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// How many wrong guesses are still allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<usize>,
    /// Id of the message that the provider refused; it is recorded, not charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// `Failed`, beside `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_status: Option<&'static str>,
}

impl Problem {
    /// A problem with the members of `body`. `help` is the address of the description of its code, which `general` says in a
    /// sentence, whatever the details.
    pub(super) fn new(
        help: Option<String>,
        status: StatusCode,
        general: &str,
        body: ErrorBody,
    ) -> Self {
        // Names every member, so that a new one is not forgotten.
        let ErrorBody {
            error_message,
            description,
            request_id,
            field,
            attempts_left,
            id,
            message_status,
        } = body;
        Self {
            r#type: help.unwrap_or_else(|| "about:blank".to_owned()),
            title: first_sentence(general).to_owned(),
            status: status.as_u16(),
            detail: description,
            error_message,
            request_id,
            field,
            attempts_left,
            id,
            message_status,
        }
    }
}

/// Returns the address of the description of a code.
pub(super) fn help(code: ErrorCode, context: &RequestContext) -> Option<String> {
    let beginning = context.error_help?;
    // It is the answer of a path without an operation, so no operation of the reference has it.
    let is_described = code != ErrorCode::NotFound || beginning != IN_REFERENCE.0;
    is_described.then(|| format!("{beginning}{}", code.as_str()))
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").map(|end| end + 1);
    end.map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests {
    use otp_core::ui_language::UiLanguage;

    use super::*;
    use crate::text::TEXTS;

    #[test]
    fn the_title_is_one_short_sentence_in_every_language() {
        for code in ErrorCode::ALL {
            for language in UiLanguage::ALL {
                let general = TEXTS.text(language, code.as_str(), &[]);
                let title = first_sentence(&general);
                assert!(title.ends_with(['.', '؟']), "{title}");
                assert!(
                    title.chars().count() <= 150 && !title.contains(". "),
                    "{title}"
                );
            }
        }
        assert_eq!(first_sentence("Only one."), "Only one.");
        assert_eq!(first_sentence("One. Two."), "One.");
    }
}
