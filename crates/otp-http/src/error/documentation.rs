//! Error answers in the OpenAPI document. The code that answers them generates them, so both always
//! agree.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::header::HeaderValue;
use otp_core::ids::MessageId;
use otp_core::ui_language::UiLanguage;
use otp_edge::{Exceeded, RequestContext};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::{
    ContentBuilder, Header, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder,
};
use uuid::Uuid;

use super::api_error::ApiError;
use super::code::ErrorCode;
use super::invalid_field::{FieldFault, InvalidField};
use super::negotiation::OFFERED_BELOW;
use super::problem::{IN_GUIDE, PROBLEM_JSON};
use crate::body::MalformedBody;
use crate::parameter::{InvalidQuery, MESSAGE_STATUS};
use crate::text::TEXTS;

/// Checked before anything of an operation's own.
const BEFORE: [ErrorCode; 4] = [
    ErrorCode::TooManyRequests,
    ErrorCode::ApiKeyIsRequired,
    ErrorCode::ApiKeyNotFound,
    ErrorCode::ApiKeyExpired,
];

/// Faults of a body that are found before its fields are read.
const BODY: [ErrorCode; 4] = [
    ErrorCode::UnsupportedMediaType,
    ErrorCode::RequestBodyTooLarge,
    ErrorCode::RequestTimeout,
    ErrorCode::MalformedRequestBody,
];

/// Faults and judgements of an idempotency key.
const REPEATED: [ErrorCode; 3] = [
    ErrorCode::InvalidRequest,
    ErrorCode::IdempotencyKeyReused,
    ErrorCode::RequestInProgress,
];

/// Errors that do not depend on the operation.
const ANYWHERE: [ErrorCode; 2] = [ErrorCode::MethodNotAllowed, ErrorCode::InternalServerError];

/// Returns the error answers of an operation that needs neither a key nor a body, by status.
pub(crate) fn responses_without_key() -> BTreeMap<String, RefOr<Response>> {
    by_status(&ANYWHERE)
}

/// Returns the error answers of an operation without a body, by status. `own` are its own codes.
pub(crate) fn responses(own: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    by_status(&[&BEFORE, own, &ANYWHERE].concat())
}

/// Returns the error answers of an operation with a body, by status. `own` are its own codes.
pub(crate) fn responses_to_a_body(own: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    by_status(&[&BEFORE, &BODY, own, &ANYWHERE].concat())
}

/// Returns the error answers of an operation with a body that may be repeated with an idempotency key, by
/// status. `own` are its own codes.
pub(crate) fn responses_to_a_repeatable(own: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    by_status(&[&BEFORE[..], &BODY, &REPEATED, own, &ANYWHERE].concat())
}

fn by_status(codes: &[ErrorCode]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<String, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        by_status.entry(status_of(*code)).or_default().push(*code);
    }
    let response = |codes: Vec<ErrorCode>| RefOr::T(response(&codes));
    by_status
        .into_iter()
        .map(|(status, codes)| (status, response(codes)))
        .collect()
}

/// Adds `application/problem+json` to the error answers of every path that offers it.
pub(crate) fn offer_problems(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        if !path.starts_with(OFFERED_BELOW) {
            continue;
        }
        let PathItem {
            get,
            put,
            post,
            delete,
            patch,
            ..
        } = item;
        let operations = [get, put, post, delete, patch].into_iter().flatten();
        for response in operations.flat_map(|one| one.responses.responses.values_mut()) {
            if let RefOr::T(response) = response {
                offer_problem(response);
            }
        }
    }
}

/// Adds the problem of the first code that a response has an example of; success has none.
fn offer_problem(response: &mut Response) {
    let Some(RefOr::T(json)) = response.content.get("application/json") else {
        return;
    };
    let mut names = json.examples.keys();
    let Some(code) = names.find_map(|name| ErrorCode::parse(name)) else {
        return;
    };
    let english = example_context(UiLanguage::English);
    let problem = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(sample(code).problem_example(&english)))
        .build();
    response
        .content
        .insert(PROBLEM_JSON.to_owned(), problem.into());
}

/// Returns an error with this code, as an example.
pub(super) fn sample(code: ErrorCode) -> ApiError {
    let special = [
        ApiError::MalformedRequestBody(MalformedBody::NotText("otpCode")),
        ApiError::InvalidQueryParameter(InvalidQuery::Value {
            name: "status",
            text_key: MESSAGE_STATUS.text_key,
        }),
        ApiError::InvalidRequest(InvalidField::new(
            "lifetimeSeconds",
            FieldFault::NotBetween(30, 600),
        )),
        ApiError::CodeIncorrect { attempts_left: 4 },
        ApiError::TooManyAttempts {
            wait: Duration::from_secs(60),
        },
        ApiError::TooManyRequests(Exceeded {
            burst: NonZeroU32::new(20).unwrap_or(NonZeroU32::MIN),
            window_seconds: 2,
            wait_seconds: 1,
        }),
        ApiError::RequestInProgress,
        ApiError::MethodNotAllowed {
            allow: HeaderValue::from_static("POST"),
        },
        ApiError::CoolingDown {
            wait: Duration::from_secs(30),
        },
        ApiError::RefusedByProvider {
            id: MessageId(Uuid::from_u128(0xf5b2_d2e9_2c1f_4f1d_9c89_2c41_f3d9_a4e2)),
            status: None,
            message: "Message undeliverable".to_owned(),
        },
    ];
    let special = special.into_iter().find(|error| error.code() == code);
    special.unwrap_or(ApiError::Plain(code))
}

/// Returns a context without anything of a client, for examples.
pub(super) fn example_context(language: UiLanguage) -> RequestContext {
    RequestContext {
        request_id: Uuid::from_u128(0x7b0c_4a52_9d3e_4f6a_8a51_c2d9_e07f_1b34).to_string(),
        preferred_language: Some(language),
        problem_json: false,
        error_help: Some(IN_GUIDE.0),
    }
}

/// Returns the status under which an answer is documented: a refusal of the provider has the provider's
/// own 4xx.
fn status_of(code: ErrorCode) -> String {
    if code == ErrorCode::RefusedByProvider {
        "4XX".to_owned()
    } else if code == ErrorCode::InternalServerError {
        "5XX".to_owned()
    } else {
        code.status().as_str().to_owned()
    }
}

fn response(codes: &[ErrorCode]) -> Response {
    let english = example_context(UiLanguage::English);
    let meanings: Vec<_> = codes.iter().map(|code| meaning(*code)).collect();
    let examples = codes.iter().map(|code| {
        let text = TEXTS.text(UiLanguage::English, code.as_str(), &[]);
        let example = ExampleBuilder::new().summary(text);
        let example = example.value(Some(sample(*code).example(&english)));
        (code.as_str(), example.build())
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ErrorBody")))
        .examples_from_iter(examples)
        .build();
    let mut response = ResponseBuilder::new()
        .description(meanings.join("\n"))
        .content("application/json", content)
        .header("X-Request-Id", header("Id of this request."))
        .header(
            "Link",
            header("The description of the error: `</guide/errors#ApiKeyExpired>; rel=\"help\"`."),
        )
        .header(
            "Content-Language",
            header("The language of the texts: `ar` or `en`."),
        );
    let with_a_wait = [
        ErrorCode::CoolingDown,
        ErrorCode::TooManyRequests,
        ErrorCode::TooManyAttempts,
        ErrorCode::RequestInProgress,
        ErrorCode::InternalServerError,
    ];
    if codes.iter().any(|code| with_a_wait.contains(code)) {
        response = response.header("Retry-After", header("Seconds to wait, if waiting helps."));
    }
    if codes.contains(&ErrorCode::TooManyRequests) {
        response = response
            .header(
                "RateLimit",
                header("The rest of the quota: `\"ip\";r=0;t=1`."),
            )
            .header("RateLimit-Policy", header("The quota: `\"ip\";q=20;w=2`."));
    }
    if codes.contains(&ErrorCode::MethodNotAllowed) {
        response = response.header("Allow", header("The methods this path supports."));
    }
    response.build()
}

/// Returns one line of an answer's description.
fn meaning(code: ErrorCode) -> String {
    let text = TEXTS.text(UiLanguage::English, code.as_str(), &[]);
    let worded = [ErrorCode::CoolingDown, ErrorCode::RefusedByProvider];
    if worded.contains(&code) {
        format!("- `errorMessage` is a sentence: {text}")
    } else if code == ErrorCode::InternalServerError {
        let temporary = TEXTS.text(UiLanguage::English, "InternalServerError-temporary", &[]);
        let code = code.as_str();
        format!("- `{code}` with 500: {text}\n- `{code}` with 503: {temporary}")
    } else {
        format!("- `{}`: {text}", code.as_str())
    }
}

fn header(description: &str) -> Header {
    HeaderBuilder::new().description(Some(description)).build()
}
