//! The request: an authentication template with the passcode in two places.

use otp_core::channel::whatsapp::OutgoingMessage;
use serde_json::json;

/// Returns the JSON of the request to send this message.
///
/// The passcode appears in the text and behind the button. The form is the same for copy-code,
/// one-tap and zero-tap buttons. Every receipt repeats our id of the message, so that it is
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
