//! The JSON of webhooks, in Meta's shape from version 24 on.

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::change::Change;
use crate::{
    DEFAULT_WABA_ID,
    account::sender_digits,
    codes::look_up,
    ids,
    life::{Contacts, Event, Facts, Reply, ReplyForm},
};

/// A sample name that needs escapes, so that a receiver cannot match the signature by chance.
const PROFILE_NAME: &str = "Sara سارة 🌙";

/// Returns the change that reports a status.
pub(crate) fn status(facts: &Facts, event: &Event, at: OffsetDateTime, pricing: bool) -> Change {
    let user_id = user_id(&facts.to);
    let mut status = json!({
        "id": facts.wamid,
        "status": event.name(),
        "timestamp": at.unix_timestamp().to_string(),
        "recipient_id": facts.to,
        "recipient_user_id": user_id,
    });
    if let Some(data) = &facts.callback_data
        && facts.life.callback_data
    {
        status["biz_opaque_callback_data"] = json!(data);
    }
    if pricing {
        status["pricing"] = json!({
            "billable": true,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "authentication",
        });
    }
    if let Event::Failed(code) = event {
        status["errors"] = json!([error(*code)]);
    }
    let contacts = match facts.life.contacts {
        Contacts::Always => true,
        Contacts::NotOnFailed => !matches!(event, Event::Failed(_)),
        Contacts::Never => false,
    };
    let mut value = value_of(&facts.phone_number_id);
    if contacts {
        value["contacts"] = json!([{
            "profile": {"name": PROFILE_NAME},
            "wa_id": facts.to,
            "user_id": user_id,
        }]);
    }
    value["statuses"] = json!([status]);
    Change {
        wamid: Some(facts.wamid.clone()),
        status: Some(event.name()),
        ..Change::new("messages", value)
    }
}

/// Returns the change that reports a reply to the message with the id `context`.
pub(crate) fn reply(
    phone_number_id: &str,
    from: &str,
    context: Option<&str>,
    reply: &Reply,
    at: OffsetDateTime,
) -> Change {
    let wamid = ids::inbound_wamid(from);
    let user_id = user_id(from);
    let mut contact = json!({"profile": {"name": PROFILE_NAME}, "user_id": user_id});
    let mut message = json!({
        "from_user_id": user_id,
        "id": wamid,
        "timestamp": at.unix_timestamp().to_string(),
    });
    if !reply.only_user_id {
        contact["wa_id"] = json!(from);
        message["from"] = json!(from);
    }
    if let Some(context) = context {
        message["context"] = json!({"from": sender_digits(), "id": context});
    }
    match reply.form {
        ReplyForm::Text => {
            message["type"] = json!("text");
            message["text"] = json!({"body": reply.text});
        }
        ReplyForm::Button => {
            message["type"] = json!("button");
            message["button"] = json!({"payload": reply.text, "text": reply.text});
        }
        ReplyForm::ButtonReply => {
            message["type"] = json!("interactive");
            message["interactive"] = json!({
                "type": "button_reply",
                "button_reply": {"id": reply.text, "title": reply.text},
            });
        }
    }
    let mut value = value_of(phone_number_id);
    value["contacts"] = json!([contact]);
    value["messages"] = json!([message]);
    Change {
        wamid: Some(wamid),
        ..Change::new("messages", value)
    }
}

/// Returns one request for these changes. Consecutive statuses of one number share a change.
pub(super) fn envelope(changes: Vec<Change>, now: OffsetDateTime) -> Value {
    // Meta adds the time to every entry except those about messages.
    let is_dated = changes.iter().any(|change| change.field != "messages");
    let mut merged: Vec<Value> = Vec::new();
    for mut change in changes {
        match merged.last_mut().map(|last| &mut last["value"]) {
            Some(last) if may_merge(last, &change.value) => {
                if change.value["contacts"].is_array() {
                    last["contacts"] = change.value["contacts"].take();
                }
                if let (Value::Array(into), Value::Array(from)) =
                    (&mut last["statuses"], change.value["statuses"].take())
                {
                    into.extend(from);
                }
            }
            Some(_) | None => merged.push(json!({"field": change.field, "value": change.value})),
        }
    }
    let mut entry = json!({"id": DEFAULT_WABA_ID, "changes": merged});
    if is_dated {
        entry["time"] = json!(now.unix_timestamp());
    }
    json!({"object": "whatsapp_business_account", "entry": [entry]})
}

fn may_merge(one: &Value, other: &Value) -> bool {
    let has_statuses = |value: &Value| value["statuses"].is_array();
    has_statuses(one) && has_statuses(other) && one["metadata"] == other["metadata"]
}

/// Returns the value of a `messages` change, without its statuses or messages.
fn value_of(phone_number_id: &str) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": sender_digits(),
            "phone_number_id": phone_number_id,
        },
    })
}

fn error(code: u32) -> Value {
    let title = look_up(code).title;
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": format!("{title}.")},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

/// Returns the business-scoped user id of a phone. It is stable and does not contain the digits.
fn user_id(digits: &str) -> String {
    let hash = digits
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("US.{hash:020}")
}
