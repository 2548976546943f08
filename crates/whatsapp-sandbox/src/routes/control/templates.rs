//! The reviewer of templates: how long a review takes, and how it ends.

use std::time::Duration;

use actix_web::{HttpResponse, web::Data};
use serde::Deserialize;
use serde_json::json;

use super::request::{Answer, Body, ControlError, read};
use crate::Sandbox;

/// The statuses that Meta gives a template.
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

const MAX_REVIEW_MS: u64 = 600_000;

/// The body of `PUT control/templates`. Without a language it is about every language of the name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusRequest {
    name: String,
    language: Option<String>,
    status: String,
}

/// `PUT control/templates`: sets the status of templates, and reports it.
pub(super) async fn set_status(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: StatusRequest = read(body)?;
    let status = request.status.to_ascii_uppercase();
    if !STATUSES.contains(&status.as_str()) {
        return Err(ControlError::bad(format!(
            "\"status\" is one of {}",
            STATUSES.join(", ")
        )));
    }
    let mut ids = Vec::new();
    {
        let state = &mut *sandbox.state();
        let named = state.templates.iter_mut().filter(|template| {
            let language = request.language.as_ref();
            template.draft.name == request.name
                && language.is_none_or(|language| *language == template.draft.language)
        });
        for template in named {
            template.set_status(&status);
            ids.push(template.id.clone());
            state.outbox.plan_now(template.status_update(&status));
        }
    }
    if ids.is_empty() {
        return Err(ControlError::not_found("no such template"));
    }
    sandbox.wake_worker();
    Ok(HttpResponse::Ok().json(json!({"status": status, "ids": ids})))
}

/// The body of `PUT control/review`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewRequest {
    /// With `null` a review ends only by [`set_status`].
    delay_ms: Option<u64>,
}

/// `PUT control/review`: sets how long templates stay `PENDING` that are created from now on.
pub(super) async fn put_review(sandbox: Data<Sandbox>, body: Body) -> Answer {
    let request: ReviewRequest = read(body)?;
    let delay_ms = request.delay_ms.map(|delay| delay.min(MAX_REVIEW_MS));
    let delay = delay_ms.map_or(Duration::MAX, Duration::from_millis);
    sandbox.state().templates.set_review(delay);
    Ok(HttpResponse::Ok().json(json!({ "delay_ms": delay_ms })))
}
