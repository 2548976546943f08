//! The control API's part that plays the person with the phone: reading and answering.

use std::sync::Arc;

use actix_web::{
    HttpResponse,
    web::{Bytes, Data, Path},
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::{
    wait::{ByNumber, ControlError, number, read},
    webhook::line,
};
use crate::{
    Sandbox, clock,
    life::{Event, Facts, Reply, ReplyForm},
    sandbox::LiveEvent,
    webhook::{Due, Notice, shape},
};

/// Longer replies than this cannot be sent on WhatsApp either.
const LONGEST_REPLY: usize = 4_096;

type Answer = Result<HttpResponse, ControlError>;
type Body = Result<Bytes, actix_web::Error>;

/// The body of `POST control/phones/{number}/replies`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplyRequest {
    text: String,
    #[serde(default)]
    form: ReplyForm,
    #[serde(default)]
    only_user_id: bool,
    /// The message that is answered; a button always belongs to one, by default the latest.
    message_id: Option<u64>,
}

/// `POST control/phones/{number}/replies`: the person with this phone writes to the business.
pub(crate) async fn reply(sandbox: Data<Sandbox>, path: Path<ByNumber>, body: Body) -> Answer {
    let digits = number(&path.number)?;
    let request: ReplyRequest = read(body)?;
    if request.text.is_empty() || request.text.chars().count() > LONGEST_REPLY {
        return Err(ControlError::bad("\"text\" has 1 to 4096 characters"));
    }
    let reply = Reply {
        text: request.text,
        form: request.form,
        only_user_id: request.only_user_id,
    };
    let (wamid, shown) = {
        let state = &mut *sandbox.state();
        let message = state
            .phones
            .messages(&digits)
            .filter(|message| request.message_id.is_none_or(|id| message.id == id))
            .last();
        if message.is_none() && request.message_id.is_some() {
            return Err(ControlError::not_found("no such message on this phone"));
        }
        let context = message
            .filter(|_| request.message_id.is_some() || request.form != ReplyForm::Text)
            .map(|message| message.wamid.clone());
        let id = message.map_or(&sandbox.options().phone_number_id, |message| {
            &message.phone_number_id
        });
        let line = line(state, id)?;
        let (wamid, now) = (state.ids.inbound_wamid(&digits), clock::now());
        let value = shape::reply(&line, &digits, &wamid, context.as_deref(), &reply, now);
        let notice = Notice {
            wamid: Some(wamid.clone()),
            ..Notice::about(&line.waba_id, "messages", value)
        };
        state.outbox.plan(Instant::now(), Due::Notice(notice));
        (wamid, state.phones.reply(&digits, &reply.text, now))
    };
    sandbox.wake();
    sandbox.tell_pages(LiveEvent::Reply {
        to: digits,
        reply: Arc::new(shown),
    });
    Ok(HttpResponse::Ok().json(json!({ "wamid": wamid })))
}

/// The path of a message on a phone.
#[derive(Debug, Deserialize)]
pub(crate) struct ByMessage {
    number: String,
    id: u64,
}

/// `POST control/phones/{number}/messages/{id}/read`: the person looks at a message.
pub(crate) async fn mark_read(sandbox: Data<Sandbox>, path: Path<ByMessage>) -> Answer {
    let digits = number(&path.number)?;
    let (shown, event) = {
        let state = &mut *sandbox.state();
        let message = state
            .phones
            .messages(&digits)
            .find(|message| message.id == path.id)
            .ok_or_else(|| ControlError::not_found("no such message on this phone"))?;
        let already = message.ticks.iter().any(|tick| tick.event == Event::Read);
        if already {
            return Ok(HttpResponse::Ok().json(message.to_json()));
        }
        let pricing = !message.has_arrived();
        let facts = Facts {
            line: line(state, &message.phone_number_id)?,
            message_id: message.id,
            wamid: message.wamid.clone(),
            to: digits.clone(),
            callback_data: message.callback_data.clone(),
            category: message.category.to_ascii_lowercase(),
            life: Arc::clone(&state.life),
        };
        let now = clock::now();
        let notice = Notice {
            wamid: Some(facts.wamid.clone()),
            status: Some(Event::Read.name()),
            ..Notice::about(
                &facts.line.waba_id,
                "messages",
                shape::status(&facts, &Event::Read, now, pricing),
            )
        };
        state.outbox.plan(Instant::now(), Due::Notice(notice));
        let event = state.tick(&digits, path.id, &Event::Read, now);
        let shown = state
            .phones
            .messages(&digits)
            .find(|message| message.id == path.id)
            .map(|message| message.to_json());
        (shown, event)
    };
    sandbox.wake();
    if let Some(event) = event {
        sandbox.tell_pages(event);
    }
    Ok(HttpResponse::Ok().json(shown))
}
