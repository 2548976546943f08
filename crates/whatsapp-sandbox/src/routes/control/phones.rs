//! The phones of recipients: what they received, and what the person does.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    MAX_LISTED,
    request::{Answer, Body, ByNumber, ControlError, number, read, timeout},
};
use crate::{
    DEFAULT_PHONE_NUMBER_ID, Sandbox, clock,
    life::{Event, Facts, Life, Reply, ReplyForm},
    sandbox::LiveEvent,
    webhook::shape,
};

/// WhatsApp's limit for a text message.
const MAX_REPLY_CHARS: usize = 4_096;

/// `GET control/phones`: the phones with a message, latest first.
pub(super) async fn list(sandbox: Data<Sandbox>) -> HttpResponse {
    let phones = sandbox.state().phones.latest(MAX_LISTED);
    HttpResponse::Ok().json(json!({ "phones": phones }))
}

/// `GET control/phones/{number}/messages`: the messages and replies of a phone, oldest first.
pub(super) async fn messages(sandbox: Data<Sandbox>, path: Path<ByNumber>) -> Answer {
    let digits = ByNumber::digits(&path)?;
    let state = sandbox.state();
    let messages = state.phones.messages(&digits);
    let messages: Vec<Value> = messages.map(|message| message.to_json()).collect();
    Ok(HttpResponse::Ok().json(json!({
        "number": format!("+{digits}"),
        "messages": messages,
        "replies": state.phones.replies(&digits),
        "opted_out": state.phones.has_opted_out(&digits),
    })))
}

/// The query of `GET control/phones/{number}/messages/next`.
#[derive(Debug, Deserialize)]
pub(super) struct NextQuery {
    timeout_ms: Option<u64>,
}

/// `GET control/phones/{number}/messages/next`: waits for a message, and returns each message once.
pub(super) async fn next_message(
    sandbox: Data<Sandbox>,
    path: Path<ByNumber>,
    query: Query<NextQuery>,
) -> Answer {
    let digits = ByNumber::digits(&path)?;
    let wait = timeout(query.timeout_ms);
    let message = sandbox
        .wait_for(wait, |state| state.phones.take_next(&digits))
        .await;
    let message = message.ok_or_else(|| {
        ControlError::not_found(format!(
            "no message for +{digits} within {} ms",
            wait.as_millis()
        ))
    })?;
    Ok(HttpResponse::Ok().json(message.to_json()))
}

/// The body of `POST control/phones/{number}/replies`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyRequest {
    text: String,
    #[serde(default)]
    form: ReplyForm,
    #[serde(default)]
    only_user_id: bool,
}

/// `POST control/phones/{number}/replies`: the person writes to the business, or presses a button of
/// the latest message.
pub(super) async fn reply(sandbox: Data<Sandbox>, path: Path<ByNumber>, body: Body) -> Answer {
    let digits = ByNumber::digits(&path)?;
    let request: ReplyRequest = read(body)?;
    if !(1..=MAX_REPLY_CHARS).contains(&request.text.chars().count()) {
        return Err(ControlError::bad("\"text\" has 1 to 4096 characters"));
    }
    let reply = Reply {
        text: request.text,
        form: request.form,
        only_user_id: request.only_user_id,
    };
    let (wamid, shown) = {
        let state = &mut *sandbox.state();
        let latest = state.phones.messages(&digits).next_back();
        let context = latest
            .filter(|_| reply.form != ReplyForm::Text)
            .map(|message| message.wamid.as_str());
        let business = latest.map_or(DEFAULT_PHONE_NUMBER_ID, |message| &message.phone_number_id);
        let now = clock::now();
        let change = shape::reply(business, &digits, context, &reply, now);
        let wamid = change.wamid.clone();
        state.outbox.plan_now(change);
        (wamid, state.phones.add_reply(&digits, &reply.text, now))
    };
    sandbox.wake_worker();
    sandbox.notify_pages(LiveEvent::Reply {
        to: digits,
        reply: Arc::new(shown),
    });
    Ok(HttpResponse::Ok().json(json!({ "wamid": wamid })))
}

/// The path of a message on a phone.
#[derive(Debug, Deserialize)]
pub(super) struct ByMessage {
    number: String,
    id: u64,
}

/// `POST control/phones/{number}/messages/{id}/read`: the person opens a message.
pub(super) async fn mark_read(sandbox: Data<Sandbox>, path: Path<ByMessage>) -> Answer {
    let digits = number(&path.number)?;
    let missing = || ControlError::not_found("no such message on this phone");
    let (shown, event) = {
        let state = &mut *sandbox.state();
        let message = state.phones.message(&digits, path.id).ok_or_else(missing)?;
        let mut statuses = message.statuses.iter();
        if statuses.any(|status| status.event == Event::Read) {
            return Ok(HttpResponse::Ok().json(message.to_json()));
        }
        let facts = Facts::of(message, &digits, Arc::new(Life::default()));
        let (now, pricing) = (clock::now(), !message.has_arrived());
        let change = shape::status(&facts, &Event::Read, now, pricing);
        state.outbox.plan_now(change);
        let event = state.add_status(&digits, path.id, &Event::Read, now);
        let message = state.phones.message(&digits, path.id);
        (message.map(|message| message.to_json()), event)
    };
    sandbox.wake_worker();
    if let Some(event) = event {
        sandbox.notify_pages(event);
    }
    Ok(HttpResponse::Ok().json(shown))
}
