//! The message templates of an account: list, create, create in bulk, delete.

use std::collections::{BTreeSet, HashMap};

use actix_web::{HttpRequest, HttpResponse, web::Data};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::graph::{Body, ObjectPath, Parameters, answer, json_body, only_fields};
use crate::{
    Sandbox,
    graph_error::GraphError,
    request::string,
    template::{Template, TemplateDraft},
    webhook::Due,
};

const DEFAULT_PAGE: usize = 25;
const LARGEST_PAGE: usize = 1_000;

/// `GET /{waba_id}/message_templates`.
pub(crate) async fn list(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, now| {
        state
            .accounts
            .waba(id)
            .ok_or_else(|| GraphError::unknown_object("GET", id))?;
        let all: Vec<&Template> = state.templates.of(id).collect();
        let matching: Vec<&Template> = all
            .iter()
            .copied()
            .filter(|template| matches(template, &query, now))
            .collect();
        let limit = query
            .get("limit")
            .and_then(|limit| limit.parse().ok())
            .unwrap_or(DEFAULT_PAGE);
        let limit = limit.clamp(1, LARGEST_PAGE);
        let start = match query.get("after") {
            Some(cursor) => read_cursor(cursor)?,
            None => 0,
        };
        let page: Vec<Value> = matching
            .iter()
            .skip(start)
            .take(limit)
            .map(|template| only_fields(template.to_graph(now), query.get("fields")))
            .collect();
        let end = start.saturating_add(page.len());
        let mut answer = json!({ "data": page });
        if !page.is_empty() {
            answer["paging"] = json!({"cursors": {"before": cursor(start), "after": cursor(end)}});
        }
        if end < matching.len() && !page.is_empty() {
            answer["paging"]["next"] = json!(next_url(&request, &query, end));
        }
        if query.contains_key("summary") {
            let names: BTreeSet<&str> = all.iter().map(|t| t.draft.name.as_str()).collect();
            answer["summary"] = json!({
                "total_count": matching.len(),
                "message_template_count": names.len(),
                "message_template_limit": 6_000,
                "are_translations_complete": true,
            });
        }
        Ok(answer)
    })
}

/// `POST /{waba_id}/message_templates`.
pub(crate) async fn create(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let id = &path.id;
    let response = answer(&sandbox, &request, |state, now| {
        state
            .accounts
            .waba(id)
            .ok_or_else(|| GraphError::unknown_object("POST", id))?;
        let body = json_body(body)?;
        let language = string(&body, "language")?
            .ok_or_else(|| GraphError::parameter("The parameter language is required."))?;
        let draft = TemplateDraft::parse(&body, &language)?;
        let template = state.templates.create(&mut state.ids, id, draft, now)?;
        // Review has not even begun when Meta answers, however fast it is.
        let answer =
            json!({"id": template.id, "status": "PENDING", "category": template.draft.category});
        state.outbox.plan_review(template, now);
        Ok(answer)
    });
    sandbox.wake();
    response
}

/// `POST /{waba_id}/upsert_message_templates`.
pub(crate) async fn upsert(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let id = &path.id;
    let response = answer(&sandbox, &request, |state, now| {
        state
            .accounts
            .waba(id)
            .ok_or_else(|| GraphError::unknown_object("POST", id))?;
        let body = json_body(body)?;
        let languages: Vec<&str> = match body.get("languages") {
            Some(Value::Array(languages)) if !languages.is_empty() && languages.len() <= 150 => {
                languages
                    .iter()
                    .map(|language| language.as_str().unwrap_or_default())
                    .collect()
            }
            Some(_) | None => {
                return Err(GraphError::parameter(
                    "The parameter languages is required.",
                ));
            }
        };
        // All or nothing: a bad language must not leave half of them created.
        let drafts: Result<Vec<_>, _> = languages
            .iter()
            .map(|language| TemplateDraft::parse(&body, language))
            .collect();
        let mut data = Vec::new();
        for draft in drafts? {
            let template = state.templates.upsert(&mut state.ids, id, draft, now)?;
            data.push(json!({
                "id": template.id,
                "status": template.status(now),
                "language": template.draft.language,
                "category": template.draft.category,
            }));
            state.outbox.plan_review(template, now);
        }
        Ok(json!({ "data": data }))
    });
    sandbox.wake();
    response
}

/// `DELETE /{waba_id}/message_templates?name=&hsm_id=`.
pub(crate) async fn delete(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let id = &path.id;
    let response = answer(&sandbox, &request, |state, _| {
        state
            .accounts
            .waba(id)
            .ok_or_else(|| GraphError::unknown_object("DELETE", id))?;
        let name = query
            .get("name")
            .ok_or_else(|| GraphError::parameter("The parameter name is required."))?;
        let deleted = state
            .templates
            .delete(id, name, query.get("hsm_id").map(String::as_str));
        if deleted.is_empty() {
            return Err(GraphError::parameter_subcode(
                2_593_002,
                "Message Template Not Found",
            ));
        }
        for template in deleted {
            let notice = template.notice("DELETED");
            state.outbox.plan(Instant::now(), Due::Notice(notice));
        }
        Ok(json!({"success": true}))
    });
    sandbox.wake();
    response
}

/// Filters take one value or several with commas. A name matches in part, which is why callers
/// must compare names themselves.
fn matches(template: &Template, query: &HashMap<String, String>, now: OffsetDateTime) -> bool {
    let draft = &template.draft;
    let part = |filter: &str, text: &str| {
        query
            .get(filter)
            .is_none_or(|wanted| text.contains(&wanted.to_lowercase()))
    };
    let one_of = |filter: &str, is: &str| {
        query.get(filter).is_none_or(|wanted| {
            wanted
                .split(',')
                .any(|wanted| wanted.trim().eq_ignore_ascii_case(is))
        })
    };
    let text = draft.body_text().to_lowercase();
    part("name", &draft.name)
        && part("content", &text)
        && part("name_or_content", &format!("{}\n{text}", draft.name))
        && one_of("status", template.status(now))
        && one_of("category", &draft.category)
        && one_of("language", &draft.language)
}

fn cursor(place: usize) -> String {
    URL_SAFE_NO_PAD.encode(place.to_string())
}

fn read_cursor(cursor: &str) -> Result<usize, GraphError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    place.ok_or_else(|| GraphError::parameter("Invalid cursors values"))
}

/// The address of the next page, with the caller's own filters but without their token.
fn next_url(request: &HttpRequest, query: &HashMap<String, String>, end: usize) -> String {
    let connection = request.connection_info();
    let mut url = format!(
        "{}://{}{}",
        connection.scheme(),
        connection.host(),
        request.path()
    );
    let kept = query
        .iter()
        .filter(|(name, _)| !["after", "access_token"].contains(&name.as_str()));
    let mut separator = '?';
    for (name, value) in kept {
        url.push(separator);
        url.push_str(&format!("{}={}", encode(name), encode(value)));
        separator = '&';
    }
    url.push_str(&format!("{separator}after={}", cursor(end)));
    url
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte);
    text.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
