//! The phone numbers of an account, their registration, and the subscription to webhooks.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::{Value, json};

use super::graph::{Body, ObjectPath, Parameters, answer, json_body, only_fields};
use crate::{
    Sandbox, accounts::Subscription, graph_error::GraphError, request::string, state::State,
    webhook::Override,
};

/// `GET /{waba_id}/phone_numbers`.
pub(crate) async fn list(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    query: Parameters,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, _| {
        state
            .accounts
            .waba(id)
            .ok_or_else(|| GraphError::unknown_object("GET", id))?;
        let fields = query.get("fields");
        let numbers = state.accounts.numbers_of(id);
        let numbers: Vec<Value> = numbers
            .map(|number| only_fields(number.to_graph(), fields))
            .collect();
        let mut answer = json!({ "data": numbers });
        if !numbers.is_empty() {
            answer["paging"] = json!({"cursors": {"before": "QVFI", "after": "QVFI"}});
        }
        Ok(answer)
    })
}

/// `POST /{phone_number_id}/register`.
pub(crate) async fn register(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
    body: Body,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, _| {
        let number = state.accounts.number_mut(id);
        let number = number.ok_or_else(|| GraphError::unknown_object("POST", id))?;
        let body = json_body(body)?;
        if string(&body, "messaging_product")?.as_deref() != Some("whatsapp") {
            return Err(GraphError::parameter(
                "The parameter messaging_product is required.",
            ));
        }
        let pin = string(&body, "pin")?
            .ok_or_else(|| GraphError::parameter("The parameter pin is required."))?;
        if pin.len() != 6 || !pin.chars().all(|c| c.is_ascii_digit()) {
            return Err(GraphError::parameter("Param pin must be 6 digits."));
        }
        number.registered = true;
        Ok(json!({"success": true}))
    })
}

/// `POST /{phone_number_id}/deregister`.
pub(crate) async fn deregister(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, _| {
        let number = state.accounts.number_mut(id);
        number
            .ok_or_else(|| GraphError::unknown_object("POST", id))?
            .registered = false;
        Ok(json!({"success": true}))
    })
}

/// `GET /{waba_id}/subscribed_apps`.
pub(crate) async fn subscriptions(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
) -> HttpResponse {
    let id = &path.id;
    answer(&sandbox, &request, |state, _| {
        let waba = state.accounts.waba(id);
        Ok(waba
            .ok_or_else(|| GraphError::unknown_object("GET", id))?
            .subscribed_apps())
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
        let (uri, token) = match json_body(body) {
            Ok(body) => (
                string(&body, "override_callback_uri")?,
                string(&body, "verify_token")?,
            ),
            // The ordinary call has no body at all.
            Err(_) => (None, None),
        };
        if uri.as_ref().is_some_and(|uri| uri.len() > 2_000) {
            return Err(GraphError::parameter(
                "Param override_callback_uri is too long.",
            ));
        }
        let subscription = Subscription {
            override_callback_uri: uri.clone(),
        };
        let done = set_subscription(state, "POST", &path.id, Some(subscription))?;
        let to = uri.map(|uri| (uri, token.unwrap_or_default()));
        state
            .outbox
            .set_override(Override::Account(&path.id), to)
            .map_err(GraphError::parameter)?;
        Ok(done)
    });
    sandbox.wake();
    answer
}

/// `DELETE /{waba_id}/subscribed_apps`.
pub(crate) async fn unsubscribe(
    sandbox: Data<Sandbox>,
    request: HttpRequest,
    path: ObjectPath,
) -> HttpResponse {
    answer(&sandbox, &request, |state, _| {
        let done = set_subscription(state, "DELETE", &path.id, None)?;
        // Taking an override away needs no room.
        let _ = state.outbox.set_override(Override::Account(&path.id), None);
        Ok(done)
    })
}

/// `POST /{phone_number_id}` with `webhook_configuration`: where this number's webhooks go; an empty
/// address is where the others go. Other settings are accepted and change nothing.
pub(super) fn configure(state: &mut State, id: &str, settings: &Value) -> Result<(), GraphError> {
    let Some(configuration) = settings.get("webhook_configuration") else {
        return Ok(());
    };
    let uri = string(configuration, "override_callback_uri")?.filter(|uri| !uri.is_empty());
    let token = string(configuration, "verify_token")?;
    let to = uri.map(|uri| (uri, token.unwrap_or_default()));
    state
        .outbox
        .set_override(Override::Number(id), to)
        .map_err(GraphError::parameter)
}

fn set_subscription(
    state: &mut State,
    method: &str,
    id: &str,
    subscription: Option<Subscription>,
) -> Result<Value, GraphError> {
    let waba = state.accounts.waba_mut(id);
    waba.ok_or_else(|| GraphError::unknown_object(method, id))?
        .subscription = subscription;
    Ok(json!({"success": true}))
}
