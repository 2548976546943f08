//! The JSON of webhooks, in the shape Meta uses from version 24 on.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::{
    accounts::BusinessNumber,
    codes::look_up,
    life::{Contacts, Event, Facts, Reply, ReplyForm},
};

/// A name that has to be escaped on its way, so that nobody can get the signature right by chance.
const PROFILE_NAME: &str = "Sara سارة 🌙";

/// The business number that an event is about.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) waba_id: String,
    pub(crate) phone_number_id: String,
    pub(crate) display_phone_number: String,
}

impl Line {
    pub(crate) fn of(number: &BusinessNumber) -> Self {
        Self {
            waba_id: number.waba_id.clone(),
            phone_number_id: number.id.clone(),
            display_phone_number: number.digits(),
        }
    }

    /// The value of a `messages` change, still without what happened.
    pub(crate) fn value(&self) -> Value {
        json!({
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.display_phone_number,
                "phone_number_id": self.phone_number_id,
            },
        })
    }
}

/// The value that reports a status. `pricing` belongs to `sent` and one of the others.
pub(crate) fn status(facts: &Facts, event: &Event, at: OffsetDateTime, pricing: bool) -> Value {
    let user_id = user_id(&facts.to);
    let mut status = json!({
        "id": facts.wamid,
        "status": event.name(),
        "timestamp": at.unix_timestamp().to_string(),
        "recipient_id": facts.to,
        "recipient_user_id": user_id,
    });
    if let Some(data) = facts
        .callback_data
        .as_ref()
        .filter(|_| facts.life.callback_data)
    {
        status["biz_opaque_callback_data"] = json!(data);
    }
    if pricing {
        status["pricing"] = json!({
            "billable": true,
            "pricing_model": "PMP",
            "type": "regular",
            "category": facts.category,
        });
    }
    let failed = if let Event::Failed(code) = event {
        status["errors"] = json!([error(*code)]);
        true
    } else {
        false
    };
    let mut value = facts.line.value();
    let contacts = match facts.life.contacts {
        Contacts::Always => true,
        Contacts::NotOnFailed => !failed,
        Contacts::Never => false,
    };
    if contacts {
        value["contacts"] = json!([{
            "profile": {"name": PROFILE_NAME},
            "wa_id": facts.to,
            "user_id": user_id,
        }]);
    }
    value["statuses"] = json!([status]);
    value
}

/// The value that reports what a recipient answered, to the message with the id `context`.
pub(crate) fn reply(
    line: &Line,
    from: &str,
    wamid: &str,
    context: Option<&str>,
    reply: &Reply,
    at: OffsetDateTime,
) -> Value {
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
        message["context"] = json!({"from": line.display_phone_number, "id": context});
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
    let mut value = line.value();
    value["contacts"] = json!([contact]);
    value["messages"] = json!([message]);
    value
}

/// An error as webhooks give it.
pub(crate) fn error(code: u32) -> Value {
    let title = look_up(code).title;
    json!({
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": format!("{title}.")},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    })
}

/// The business-scoped user id of a phone: always the same, and without its digits in it.
pub(crate) fn user_id(digits: &str) -> String {
    let hash = digits
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("US.{hash:020}")
}

/// One request for several changes. Changes about the same line of the same account are one
/// change with several statuses or messages, unless every one is to have its own entry.
pub(crate) fn envelope(
    changes: Vec<(String, String, Value)>,
    separate: bool,
    now: OffsetDateTime,
) -> Value {
    let mut entries: Vec<Value> = Vec::new();
    for (waba_id, field, value) in changes {
        let same = entries
            .iter_mut()
            .find(|entry| !separate && entry["id"] == waba_id);
        let Some(entry) = same else {
            entries.push(entry(&waba_id, &field, value, now));
            continue;
        };
        let Some(changes) = entry["changes"].as_array_mut() else {
            continue;
        };
        let alike = changes
            .iter_mut()
            .find(|change| change["field"] == field && may_merge(&change["value"], &value));
        match alike {
            Some(change) => merge(&mut change["value"], value),
            None => changes.push(json!({"field": field, "value": value})),
        }
    }
    json!({"object": "whatsapp_business_account", "entry": entries})
}

fn entry(waba_id: &str, field: &str, value: Value, now: OffsetDateTime) -> Value {
    let mut entry = json!({"id": waba_id, "changes": [{"field": field, "value": value}]});
    // Meta dates the entries of everything but messages.
    if field != "messages" {
        entry["time"] = json!(now.unix_timestamp());
    }
    entry
}

/// Whether two values are lists of the same kind about the same line.
fn may_merge(one: &Value, other: &Value) -> bool {
    one["metadata"].is_object()
        && one["metadata"] == other["metadata"]
        && ["statuses", "messages"]
            .into_iter()
            .any(|list| one[list].is_array() && other[list].is_array())
}

fn merge(into: &mut Value, mut from: Value) {
    for list in ["contacts", "statuses", "messages"] {
        let Value::Array(more) = from[list].take() else {
            continue;
        };
        if let Some(there) = into[list].as_array_mut() {
            for one in more {
                if list != "contacts" || !there.contains(&one) {
                    there.push(one);
                }
            }
        } else {
            into[list] = Value::Array(more);
        }
    }
}
