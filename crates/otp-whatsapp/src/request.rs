//! The request: an authentication template with its two places for the passcode.

use otp_core::channel::whatsapp::OutgoingMessage;
use serde_json::json;

/// The JSON that asks Meta to send this message.
///
/// The passcode stands in the text and behind the button, and the form is the same whether the button
/// copies, fills in by one tap or by none. Our id of the message comes back with every receipt: it is
/// recognised even if the answer to this call, and with it Meta's own id, is lost.
pub(crate) fn encode(message: &OutgoingMessage) -> Vec<u8> {
    let passcode = || json!([{"type": "text", "text": message.passcode.expose()}]);
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to.digits(),
        "type": "template",
        "biz_opaque_callback_data": message.message_id.to_string(),
        "template": {
            "name": message.template.as_str(),
            "language": {"code": message.language.as_str()},
            "components": [
                {"type": "body", "parameters": passcode()},
                {"type": "button", "sub_type": "url", "index": "0", "parameters": passcode()},
            ],
        },
    })
    .to_string()
    .into_bytes()
}
