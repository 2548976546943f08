//! Every error answer, whole, in both languages.

use std::collections::BTreeMap;

use actix_web::body::MessageBody;
use serde_json::{Value, json};

use super::documentation::sample;
use super::{ApiError, ErrorCode};
use crate::body::MalformedBody;
use crate::context::RequestContext;
use crate::query::InvalidQuery;
use crate::text::Language;

/// Status, headers and body of every error there is.
fn answers(language: Language) -> BTreeMap<String, Value> {
    let context = RequestContext::example(language);
    let of_codes = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_str(), sample(*code)));
    let of_bodies = MalformedBody::ALL
        .iter()
        .map(|problem| (problem.text_key(), ApiError::MalformedRequestBody(*problem)));
    let of_queries = InvalidQuery::all().into_iter().map(|query| {
        let name = match &query {
            InvalidQuery::Value(parameter) => parameter.name(),
            InvalidQuery::Unknown(_) | InvalidQuery::Duplicate(_) => query.text_key(),
        };
        (name, ApiError::InvalidQueryParameter(query.clone()))
    });
    let unavailable = ("Unavailable", ApiError::Unavailable("the cause".into()));
    let internal = ("Internal", ApiError::Internal("the cause".into()));
    of_codes
        .chain(of_bodies)
        .chain(of_queries)
        .chain([unavailable, internal])
        .map(|(name, error)| (name.to_owned(), answer(&error, &context)))
        .collect()
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
    insta::assert_json_snapshot!(answers(Language::English));
}

#[test]
fn every_error_in_arabic() {
    insta::assert_json_snapshot!(answers(Language::Arabic));
}

#[test]
fn no_answer_tells_the_cause() {
    let context = RequestContext::example(Language::English);
    for error in [
        ApiError::Unavailable("canary".into()),
        ApiError::Internal("canary".into()),
    ] {
        assert!(!answer(&error, &context).to_string().contains("canary"));
    }
}
