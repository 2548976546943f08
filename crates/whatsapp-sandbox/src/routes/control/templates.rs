//! The control API's reviewer: how long a review takes, and how it ends.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::wait::{ControlError, read};
use crate::{Sandbox, webhook::Due};

/// Statuses Meta gives a template.
const STATUSES: &[&str] = &[
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "IN_APPEAL",
    "REINSTATED",
    "FLAGGED",
    "LIMIT_EXCEEDED",
    "LOCKED",
    "PENDING_DELETION",
    "DELETED",
    "ARCHIVED",
    "UNARCHIVED",
];

/// No review that ends takes longer than this.
const LONGEST_REVIEW_MS: u64 = 600_000;

type Answer = Result<HttpResponse, ControlError>;
type Body = Result<Bytes, actix_web::Error>;

/// The body of `PUT control/templates`: the templates meant, and their new status.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusRequest {
    status: String,
    waba_id: Option<String>,
    id: Option<String>,
    name: Option<String>,
    language: Option<String>,
}

/// `PUT control/templates`: approves, rejects, pauses or disables templates.
pub(crate) async fn set_template_status(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: StatusRequest = read(body)?;
    let status = request.status.to_ascii_uppercase();
    if !STATUSES.contains(&status.as_str()) {
        return Err(ControlError::bad(format!(
            "\"status\" is one of {}",
            STATUSES.join(", ")
        )));
    }
    let is =
        |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    let mut state = sandbox.state();
    let mut ids = Vec::new();
    let mut notices = Vec::new();
    for template in state.templates.all_mut() {
        if is(&request.waba_id, &template.waba_id)
            && is(&request.id, &template.id)
            && is(&request.name, &template.draft.name)
            && is(&request.language, &template.draft.language)
        {
            template.set_status(&status);
            ids.push(template.id.clone());
            notices.push(template.notice(&status));
        }
    }
    if ids.is_empty() {
        return Err(ControlError::not_found("no such template"));
    }
    for notice in notices {
        state.outbox.plan(Instant::now(), Due::Notice(notice));
    }
    drop(state);
    sandbox.wake();
    Ok(HttpResponse::Ok().json(json!({"status": status, "ids": ids})))
}

/// The body of `PUT control/review`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewRequest {
    /// `null` is a review that ends only by [`set_template_status`].
    delay_ms: Option<u64>,
}

/// `PUT control/review`: how long templates that are created from now on stay `PENDING`.
pub(crate) async fn put_review(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: ReviewRequest = read(body)?;
    let delay_ms = request.delay_ms.map(|delay| delay.min(LONGEST_REVIEW_MS));
    let delay = delay_ms.map_or(Duration::MAX, Duration::from_millis);
    sandbox.state().templates.review_within(delay);
    Ok(HttpResponse::Ok().json(json!({ "delay_ms": delay_ms })))
}
