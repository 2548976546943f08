//! The phone numbers of the account, and the subscription to webhooks.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::{Value, json};

use super::graph::{Body, ObjectPath, Parameters, answer, check_account, json_body, only_fields};
use crate::{
    Sandbox,
    account::{Subscription, number_to_graph},
    graph_error::GraphError,
    request::string,
    webhook::{Override, Target},
};

const MAX_URL_BYTES: usize = 2_000;

/// `GET /{waba_id}/phone_numbers`.
pub(crate) async fn list(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    answer(&sandbox, &request, |state, _| {
        check_account("GET", &path.id)?;
        let ids = state.account.phone_number_ids();
        let numbers: Vec<Value> = ids
            .map(|id| only_fields(number_to_graph(id), query.get("fields")))
            .collect();
        Ok(json!({
            "data": numbers,
            "paging": {"cursors": {"before": "QVFI", "after": "QVFI"}},
        }))
    })
}

/// `GET /{waba_id}/subscribed_apps`.
pub(crate) async fn subscriptions(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
) -> HttpResponse {
    answer(&sandbox, &request, |state, _| {
        check_account("GET", &path.id)?;
        Ok(state.account.subscribed_apps())
    })
}

/// `POST /{waba_id}/subscribed_apps`.
pub(crate) async fn subscribe(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let answer = answer(&sandbox, &request, |state, _| {
        check_account("POST", &path.id)?;
        // The usual call has no body at all.
        let target = match json_body(body) {
            Ok(body) => target(&body)?,
            Err(_) => None,
        };
        state.account.subscription = Some(Subscription {
            override_callback_uri: target.as_ref().map(|target| target.url.clone()),
        });
        state.outbox.set_override(Override::Account, target);
        Ok(json!({"success": true}))
    });
    sandbox.wake_worker();
    answer
}

/// `DELETE /{waba_id}/subscribed_apps`.
pub(crate) async fn unsubscribe(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
) -> HttpResponse {
    answer(&sandbox, &request, |state, _| {
        check_account("DELETE", &path.id)?;
        state.account.subscription = None;
        state.outbox.set_override(Override::Account, None);
        Ok(json!({"success": true}))
    })
}

/// `POST /{phone_number_id}` with `webhook_configuration`: sends the number's webhooks to another URL,
/// or to the app's URL again if the given one is empty.
pub(crate) async fn configure(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let id = &path.id;
    let answer = answer(&sandbox, &request, |state, _| {
        if !state.account.has_number(id) {
            return Err(GraphError::unknown_object("POST", id));
        }
        let body = json_body(body)?;
        let configuration = body.get("webhook_configuration").ok_or_else(|| {
            GraphError::parameter("The parameter webhook_configuration is required.")
        })?;
        let target = target(configuration)?;
        state.outbox.set_override(Override::Number(id), target);
        Ok(json!({"success": true}))
    });
    sandbox.wake_worker();
    answer
}

/// Reads the receiver of an override. `None` if the URL is missing or empty.
fn target(settings: &Value) -> Result<Option<Target>, GraphError> {
    let url = string(settings, "override_callback_uri")?.filter(|url| !url.is_empty());
    let Some(url) = url else {
        return Ok(None);
    };
    if url.len() > MAX_URL_BYTES {
        return Err(GraphError::parameter(
            "Param override_callback_uri is too long.",
        ));
    }
    let verify_token = string(settings, "verify_token")?.unwrap_or_default();
    Ok(Some(Target { url, verify_token }))
}
