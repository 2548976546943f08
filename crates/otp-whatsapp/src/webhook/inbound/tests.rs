//! Tests of messages in Meta's forms: requests, their authors, and everything that has to be
//! skipped.

use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys};
use otp_core::message::ProviderMessageId;
use otp_core::ports::Randomness;
use serde_json::{Value, json};

use super::super::json::readable;
use super::*;

const NOW: Timestamp = Timestamp::from_unix_millis(1_750_030_100_000);
const NUMBER: &str = "966551234567";
const USER: &str = "SA.13491208655302741918";

struct Fixed;

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(5);
    }
}

fn sealer() -> InstallationSealer {
    let keys = MasterKeys::new(&MasterKey::generate(&Fixed), &[]);
    let key = keys.generate_key(KeyOwner::Installation, &Fixed);
    keys.installation_sealer(&key).expect("opens")
}

/// Returns a typed message with a number and a user id; `fields` replace its own, and null removes
/// one.
fn message(fields: &Value) -> Value {
    let mut message = json!({
        "from": NUMBER, "from_user_id": USER, "id": "wamid.M", "timestamp": "1750030073",
        "type": "text", "text": {"body": "STOP"},
    });
    for (name, value) in fields.as_object().expect("an object") {
        message[name] = value.clone();
    }
    message
}

fn read_in(message: &Value, contacts: &Value) -> Option<InboundConsent> {
    let value = json!({
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": contacts,
        "messages": [message],
    });
    let value: Node = serde_json::from_str(&readable(value.to_string().as_bytes())).expect("JSON");
    request(&value.items(Field::Messages)[0], &value, NOW, &sealer())
}

fn read(fields: &Value) -> Option<InboundConsent> {
    read_in(&message(fields), &Value::Null)
}

#[test]
fn every_form_of_a_message_is_read() {
    use ConsentRequest::{Start, Stop};
    use ConsentSource::{Button, Typed};
    let button = |payload: Value, text: &str| json!({"type": "button", "button": {"payload": payload, "text": text}});
    let interactive = |kind: &str, id: &str, title: &str| json!({"type": "interactive", "interactive": {"type": kind, kind: {"id": id, "title": title}}});
    let cases = [
        (json!({}), Some((Stop, Typed))),
        (json!({"text": {"body": "إيقاف"}}), Some((Stop, Typed))),
        (json!({"text": {"body": "ابدأ"}}), Some((Start, Typed))),
        (json!({"text": {"body": "Thank you"}}), None),
        (json!({"text": {"body": "482913"}}), None),
        (json!({"text": {"body": 7}}), None),
        (json!({"text": "STOP"}), None),
        (json!({"text": null}), None),
        (
            button(json!("STOP"), "أوقفوا الرسائل"),
            Some((Stop, Button)),
        ),
        (button(json!("btn-17"), "إيقاف"), Some((Stop, Button))),
        (button(Value::Null, "Arrêt"), Some((Stop, Button))),
        (button(json!("opt_in"), "Ja"), Some((Start, Button))),
        (button(json!("btn-17"), "Copy code"), None),
        (
            interactive("button_reply", "stop", "إيقاف"),
            Some((Stop, Button)),
        ),
        (
            interactive("button_reply", "0", "ABMELDEN"),
            Some((Stop, Button)),
        ),
        (
            interactive("list_reply", "START", "1"),
            Some((Start, Button)),
        ),
        (interactive("nfm_reply", "STOP", "STOP"), None),
        (json!({"type": "button", "button": null}), None),
        (json!({"type": "interactive", "interactive": []}), None),
        // Other kinds are never a request, whatever they contain.
        (
            json!({"type": "reaction", "reaction": {"emoji": "🛑"}}),
            None,
        ),
        (json!({"type": "image"}), None),
        (
            json!({"type": "system", "system": {"type": "user_changed_number", "body": "STOP", "wa_id": "966551234568"}}),
            None,
        ),
        (
            json!({"type": "unsupported", "errors": [{"code": 131_051}]}),
            None,
        ),
        (json!({"type": null}), None),
        (json!({"type": 7}), None),
        // Without an id, a repetition could not be recognised.
        (json!({"id": null}), None),
        (json!({"id": " "}), None),
    ];
    for (fields, expected) in cases {
        let found = read(&fields).map(|request| (request.request, request.source));
        assert_eq!(found, expected, "{fields}");
    }
}

/// Returns whether the author has a user id, a number of Meta's, and a valid number.
fn author(request: Option<InboundConsent>) -> (bool, bool, bool) {
    let request = request.expect("a request");
    let user = request.from.user_id().map(|id| assert_eq!(id, USER));
    let number = request.from.number();
    (user.is_some(), number.is_some(), request.number.is_some())
}

#[test]
fn the_author_is_identified_by_message_or_contact() {
    let contact = json!({"profile": {"name": "Sheena"}, "wa_id": NUMBER, "user_id": USER});
    let only_user = json!({"profile": {"name": "Sheena"}, "user_id": USER});
    let other = json!({"wa_id": "966551234568", "user_id": "SA.2"});
    let nobody = json!({"from": null, "from_user_id": null});
    let cases = [
        (json!({}), Value::Null, (true, true, true)),
        (
            json!({"from": null}),
            json!([only_user]),
            (true, false, false),
        ),
        (json!({"from": null}), Value::Null, (true, false, false)),
        (
            json!({"from_user_id": null}),
            Value::Null,
            (false, true, true),
        ),
        (
            json!({"from_user_id": null}),
            json!([contact]),
            (true, true, true),
        ),
        (
            json!({"from": null}),
            json!([other, contact]),
            (true, true, true),
        ),
        (json!({"from": null}), json!([other]), (true, false, false)),
        (nobody.clone(), json!([contact]), (true, true, true)),
        (
            nobody.clone(),
            json!([other, contact]),
            (false, false, false),
        ),
        (nobody.clone(), json!([7, null]), (false, false, false)),
        (nobody, Value::Null, (false, false, false)),
        // A spelling that Meta uses and libphonenumber refuses: Brazil without its nine.
        (
            json!({"from": "551187654321"}),
            Value::Null,
            (true, true, true),
        ),
        // A number that nobody can dial.
        (
            json!({"from": "999123456"}),
            Value::Null,
            (true, true, false),
        ),
        (
            json!({"from": "+966551234567"}),
            Value::Null,
            (true, false, false),
        ),
        (
            json!({"from": "9".repeat(21)}),
            Value::Null,
            (true, false, false),
        ),
        (
            json!({"from_user_id": "SA.1 2"}),
            Value::Null,
            (false, true, true),
        ),
        (
            json!({"from": 7, "from_user_id": {}}),
            Value::Null,
            (false, false, false),
        ),
    ];
    for (fields, contacts, expected) in cases {
        let found = author(read_in(&message(&fields), &contacts));
        assert_eq!(found, expected, "{fields} {contacts}");
    }
}

#[test]
fn numbers_and_ids_are_indexed_as_receipts_and_sends_index_them() {
    let index = |id: &str| sealer().provider_message_index(&ProviderMessageId(id.to_owned()));
    let context = json!({"context": {"from": "15550783881", "id": "wamid.A"}});
    let request = read(&context).expect("a request");
    let number = PhoneNumber::parse("+966551234567").expect("valid");
    assert_eq!(request.number, Some(number));
    assert_eq!(request.from, identities(Some(NUMBER), Some(USER)));
    assert_eq!(
        (request.message, request.context),
        (index("wamid.M"), Some(index("wamid.A")))
    );
    assert_eq!(
        request.phone_number_id,
        ProviderId::parse("106540352242922").ok()
    );
    assert_eq!(request.provider_time.unix_millis(), 1_750_030_073_000);
    assert_eq!(request.received_at, NOW);
    for fields in [
        json!({"context": null}),
        json!({"context": {"forwarded": true}}),
        json!({"context": 7}),
    ] {
        assert_eq!(read(&fields).expect("a request").context, None);
    }
    let timeless = read(&json!({"timestamp": null})).expect("a request");
    assert_eq!(timeless.provider_time, NOW);
}

#[test]
fn a_request_without_our_number_is_read_nevertheless() {
    let message: Node = serde_json::from_str(&message(&json!({})).to_string()).expect("JSON");
    for value in [
        "{}",
        r#"{"metadata":7}"#,
        r#"{"metadata":{"phone_number_id":"x"}}"#,
    ] {
        let value = serde_json::from_str(value).expect("JSON");
        let request = request(&message, &value, NOW, &sealer()).expect("a request");
        assert_eq!(request.phone_number_id, None);
    }
}

#[test]
fn nothing_of_the_author_is_printed() {
    let request = read(&json!({})).expect("a request");
    let printed = format!("{request:?}");
    for secret in [NUMBER, "51234567", "13491208655302741918", "STOP"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
