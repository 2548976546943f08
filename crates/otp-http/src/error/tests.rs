//! Every error answer, complete, in both languages.

use std::collections::BTreeMap;

use actix_web::body::MessageBody;
use otp_core::ui_language::UiLanguage;
use otp_edge::RequestContext;
use serde_json::{Value, json};

use super::documentation::{example_context, sample};
use super::{ApiError, ErrorCode, FieldFault, InvalidField};
use crate::body::MalformedBody;
use crate::endpoints::list_messages;
use crate::parameter::InvalidQuery;

/// Returns status, headers and body of every error.
fn answers(language: UiLanguage) -> BTreeMap<String, Value> {
    let context = example_context(language);
    let of_codes = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_str(), sample(*code)));
    let of_bodies = MalformedBody::ALL
        .iter()
        .map(|problem| (problem.text_key(), ApiError::MalformedRequestBody(*problem)));
    let of_queries = invalid_queries()
        .into_iter()
        .map(|(name, query)| (name, ApiError::InvalidQueryParameter(query)));
    let of_fields = FieldFault::ALL.iter().map(|fault| {
        let field = InvalidField::new("outcome", *fault);
        (fault.text_key(), ApiError::InvalidRequest(field))
    });
    let unavailable = ("Unavailable", ApiError::Unavailable("the cause".into()));
    let internal = ("Internal", ApiError::Internal("the cause".into()));
    of_codes
        .chain(of_bodies)
        .chain(of_queries)
        .chain(of_fields)
        .chain([unavailable, internal])
        .map(|(name, error)| (name.to_owned(), answer(&error, &context)))
        .collect()
}

/// Returns every kind of query that the list of messages refuses.
fn invalid_queries() -> Vec<(&'static str, InvalidQuery)> {
    let known: Vec<_> = list_messages::QUERY
        .iter()
        .map(|known| known.name())
        .collect();
    let of_values = list_messages::QUERY.iter().map(|parameter| {
        let (name, text_key) = (parameter.name(), parameter.text_key());
        (name, InvalidQuery::Value { name, text_key })
    });
    let unknown = InvalidQuery::Unknown {
        name: "colour".to_owned(),
        known,
    };
    let duplicate = InvalidQuery::Duplicate { name: "status" };
    let others = [unknown, duplicate].map(|query| (query.text_key(), query));
    of_values.chain(others).collect()
}

fn answer(error: &ApiError, context: &RequestContext) -> Value {
    let answer = error.answer(context);
    let status = answer.status().as_u16();
    let text = |value: &actix_web::http::header::HeaderValue| value.to_str().map(str::to_owned);
    let headers: BTreeMap<_, _> = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), text(value).expect("text")))
        .collect();
    let bytes = answer.into_body().try_into_bytes().expect("a whole body");
    let body: Value = serde_json::from_slice(&bytes).expect("JSON");
    json!({"status": status, "headers": headers, "body": body})
}

#[test]
fn every_error_in_english() {
    insta::assert_json_snapshot!(answers(UiLanguage::English));
}

#[test]
fn every_error_in_arabic() {
    insta::assert_json_snapshot!(answers(UiLanguage::Arabic));
}

#[test]
fn no_answer_contains_the_cause() {
    let context = example_context(UiLanguage::English);
    for error in [
        ApiError::Unavailable("canary".into()),
        ApiError::Internal("canary".into()),
    ] {
        assert!(!answer(&error, &context).to_string().contains("canary"));
    }
}
