//! Meta's side of the webhook: notifications in Meta's format, signed with the app secret.

use std::sync::atomic::{AtomicU32, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::process::Running;
use crate::world::client;

/// The app secret, which signs notifications.
pub const APP_SECRET: &str = "app-secret-of-the-tests";
/// The token that the handshake presents.
pub const VERIFY_TOKEN: &str = "verify-token-of-the-tests";

/// Returns a status in Meta's format, with our id and a made-up id of Meta's. The gateway believes it
/// only while Meta's own is unknown; [`Sandbox::status`](crate::Sandbox::status) has that one.
pub fn status(id: &str, status: &str) -> Value {
    let mut value = json!({
        "id": format!("wamid.{id}"),
        "status": status,
        "timestamp": "1750030073",
        "recipient_id": "966551234567",
        "biz_opaque_callback_data": id,
    });
    if status == "failed" {
        value["errors"] = json!([{
            "code": 131026,
            "title": "Message undeliverable",
            "message": "Message undeliverable",
            "error_data": {"details": "رسالة: not on WhatsApp"},
        }]);
    }
    value
}

/// Returns a notification with these statuses. Non-ASCII characters are escaped as Meta does.
pub fn notification(statuses: &[Value]) -> Vec<u8> {
    change("statuses", statuses)
}

/// Returns a notification about the sandbox's business account.
pub fn account_update(event: &str) -> Vec<u8> {
    let body = json!({"object": "whatsapp_business_account", "entry": [{
        "id": "102290129340398",
        "time": 1_750_030_073,
        "changes": [{"field": "account_update", "value": {"event": event}}],
    }]});
    body.to_string().into_bytes()
}

/// Returns a notification with messages that people wrote.
pub fn written(messages: &[Value]) -> Vec<u8> {
    change("messages", messages)
}

/// Returns a text message of a person known by user id only. Each call returns a new message. It
/// has no time of its own, so it counts as written when it is received.
pub fn typed(user_id: &str, text: &str) -> Value {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    json!({
        "from_user_id": user_id,
        "id": format!("wamid.inbound.{number}"),
        "type": "text",
        "text": {"body": text},
    })
}

fn change(list: &str, items: &[Value]) -> Vec<u8> {
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
            list: items,
        },
    }]}]});
    let escaped = |c: char| match c {
        ' '..='~' => c.to_string(),
        c => c
            .encode_utf16(&mut [0; 2])
            .iter()
            .map(|unit| format!("\\u{unit:04x}"))
            .collect(),
    };
    body.to_string()
        .chars()
        .map(escaped)
        .collect::<String>()
        .into_bytes()
}

/// Returns the value of `X-Hub-Signature-256` for this body.
pub fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).expect("any length");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    format!(
        "sha256={}",
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    )
}

/// Delivers a notification and returns the status of the answer, or `None` without an answer.
pub async fn deliver(url: &str, body: Vec<u8>) -> Option<u16> {
    deliver_by(&client(), url, body).await
}

/// The same, by this client.
pub async fn deliver_by(client: &Client, url: &str, body: Vec<u8>) -> Option<u16> {
    let request = client.post(format!("{url}/webhooks/whatsapp"));
    let request = request.header("X-Hub-Signature-256", signature(&body));
    let request = request
        .header("Content-Type", "application/json")
        .body(body);
    request
        .send()
        .await
        .ok()
        .map(|answer| answer.status().as_u16())
}

/// Reports statuses, and checks that the server acknowledges them.
pub async fn report(server: &Running, statuses: &[Value]) {
    assert_eq!(
        deliver(server.url(), notification(statuses)).await,
        Some(200)
    );
}

/// Reports messages that people wrote, and checks that the server acknowledges them.
pub async fn write(server: &Running, messages: &[Value]) {
    assert_eq!(deliver(server.url(), written(messages)).await, Some(200));
}
