//! Tests of single statuses: required parts, optional parts, and implausible values.

use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys};
use otp_core::ports::Randomness;
use serde_json::{Value, json};

use super::*;

const NOW: Timestamp = Timestamp::from_unix_millis(1_750_030_100_000);
const NUMBER: &str = "106540352242922";
const OUR_ID: &str = "0199c2f0-7a3b-7c11-8d2e-3f4a5b6c7d8e";

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

fn read(status: &Value) -> Result<DeliveryReceipt, Unusable> {
    let node = serde_json::from_str(&status.to_string()).expect("JSON");
    let number = ProviderId::parse(NUMBER).expect("digits");
    receipt(&node, Some(&number), NOW, &sealer())
}

/// Returns a status whose usual fields are replaced or completed by `fields`.
fn status(fields: &Value) -> Value {
    let mut status = json!({"id": "wamid.A", "status": "sent", "timestamp": "1750030073"});
    for (name, value) in fields.as_object().expect("an object") {
        status[name] = value.clone();
    }
    status
}

#[test]
fn a_status_needs_its_id_and_its_name_and_no_other_field() {
    let bare = read(&json!({"id": "wamid.A", "status": "delivered"})).expect("a receipt");
    assert_eq!(bare.report, Report::Delivered);
    assert_eq!((bare.provider_time, bare.received_at), (NOW, NOW));
    assert_eq!(bare.reference.message_id, None);

    for id in [
        json!(null),
        json!(""),
        json!(7),
        json!("a b"),
        json!("é"),
        json!([]),
    ] {
        assert_eq!(
            read(&status(&json!({"id": id}))),
            Err(Unusable::Incomplete),
            "{id}"
        );
    }
    let endless = json!({"id": "a".repeat(513)});
    assert_eq!(read(&status(&endless)), Err(Unusable::Incomplete));
    for name in [json!(null), json!(""), json!(1), json!({})] {
        let nameless = status(&json!({"status": name}));
        assert_eq!(read(&nameless), Err(Unusable::Incomplete), "{name}");
    }
}

#[test]
fn a_receipt_has_the_number_it_came_from_and_does_not_exist_without() {
    let receipt = read(&status(&json!({}))).expect("a receipt");
    assert_eq!(receipt.reference.phone_number_id.as_str(), NUMBER);
    let node = serde_json::from_str(&status(&json!({})).to_string()).expect("JSON");
    let nowhere = super::receipt(&node, None, NOW, &sealer());
    assert_eq!(nowhere, Err(Unusable::Incomplete));
}

#[test]
fn every_status_has_its_report() {
    for (name, report) in [
        ("sent", Report::Sent),
        ("delivered", Report::Delivered),
        ("read", Report::Read),
        ("played", Report::Read),
        ("deleted", Report::Deleted),
    ] {
        let receipt = read(&status(&json!({"status": name}))).expect("a receipt");
        assert_eq!(receipt.report, report);
    }
    for name in ["SENT", "pending", "warning", "of a later version"] {
        let strange = read(&status(&json!({"status": name})));
        assert_eq!(strange, Err(Unusable::UnknownStatus), "{name}");
    }
}

#[test]
fn only_a_uuid_in_36_characters_is_our_id() {
    let message_id = |text: Value| {
        let receipt = read(&status(&json!({"biz_opaque_callback_data": text})));
        receipt.expect("a receipt").reference.message_id
    };
    let ours = message_id(json!(OUR_ID)).expect("ours");
    assert_eq!(ours.to_string(), OUR_ID);
    for foreign in [
        json!(null),
        json!(""),
        json!(7),
        json!("order-4711"),
        json!(OUR_ID.replace('-', "")),
        json!(format!("{{{OUR_ID}}}")),
        json!(format!("urn:uuid:{OUR_ID}")),
    ] {
        assert_eq!(message_id(foreign.clone()), None, "{foreign}");
    }
}

#[test]
fn metas_id_becomes_the_index_that_a_store_keeps() {
    let stored = sealer().provider_message_index(&ProviderMessageId("wamid.A".to_owned()));
    let receipt = read(&status(&json!({}))).expect("a receipt");
    assert_eq!(receipt.reference.provider_index, stored);
}

#[test]
fn a_time_is_seconds_as_text_or_number() {
    let time = |timestamp: Value| {
        let receipt = read(&status(&json!({"timestamp": timestamp})));
        receipt.expect("a receipt").provider_time.unix_millis()
    };
    assert_eq!(time(json!("1750030073")), 1_750_030_073_000);
    assert_eq!(time(json!(1_750_030_073)), 1_750_030_073_000);
    assert_eq!(time(json!("1230768000")), 1_230_768_000_000);
    // Meta's clock, or ours, may be wrong by several hours.
    assert_eq!(time(json!("1750116500")), 1_750_116_500_000);
    for absurd in [
        json!(null),
        json!(""),
        json!("soon"),
        json!(0),
        json!(-1),
        json!("1230767999"),
        json!("1750116501"),
        json!(1_750_030_073_000_i64),
        json!(1_750_030_073.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!("99999999999999999999"),
        json!({}),
    ] {
        assert_eq!(time(absurd.clone()), NOW.unix_millis(), "{absurd}");
    }
}

#[track_caller]
fn check_failure(fields: &Value, code: Option<i32>, title: &str, reason: &str) {
    let mut fields = fields.clone();
    fields["status"] = json!("failed");
    let expected = Failure {
        code,
        title: title.to_owned(),
        reason: reason.to_owned(),
    };
    let receipt = read(&status(&fields)).expect("a receipt");
    assert_eq!(receipt.report, Report::Failed(expected), "{fields}");
}

#[test]
fn a_failure_has_metas_texts() {
    let whole = json!({"errors": [{
        "code": 131026, "title": "Message undeliverable", "message": "Message undeliverable",
        "error_data": {"details": "Message Undeliverable."}, "href": "https://example.com"
    }]});
    check_failure(
        &whole,
        Some(131_026),
        "Message undeliverable",
        "Message Undeliverable.",
    );
    let without_details = json!({"errors": [{"code": "131026", "title": "T", "message": "M"}]});
    check_failure(&without_details, Some(131_026), "T", "M");
    let title_only = json!({"errors": [{"code": 131_999, "title": "T"}]});
    check_failure(&title_only, Some(131_999), "T", "T");
}

#[test]
fn every_part_of_an_error_is_optional() {
    let known = codes::look_up(131_026, None).expect("listed").title;
    check_failure(
        &json!({"errors": [{"code": 131026}]}),
        Some(131_026),
        known,
        known,
    );
    for errors in [
        json!(null),
        json!([]),
        json!({}),
        json!("no"),
        json!([7]),
        json!([{}]),
    ] {
        check_failure(
            &json!({"errors": errors}),
            None,
            "Unknown error",
            "Unknown error",
        );
    }
    let odd = json!({"errors": [{
        "code": 9_999_999_999_i64, "title": 7, "message": [], "error_data": "x"
    }]});
    check_failure(&odd, None, "Unknown error", "Unknown error");
}

#[test]
fn a_failures_texts_contain_no_personal_data_and_are_bounded() {
    let echo = json!({"recipient_id": "966551234567", "errors": [{
        "code": 1, "title": "+966 55 123 4567\n", "message": "m",
        "error_data": {"details": "wamid.HBgMOTY2NTUxMjM0NTY3FQIAERgS to 0551234567"}
    }], "id": "wamid.HBgMOTY2NTUxMjM0NTY3FQIAERgS"});
    check_failure(&echo, Some(1), "+…", "… to …");
    let nameless = json!({"errors": [{"code": 1, "title": "to 966551234567"}]});
    check_failure(&nameless, Some(1), "to …", "to …");
    let long = json!({"errors": [{"code": 1, "title": "x".repeat(5_000)}]});
    let cut = format!("{}…", "x".repeat(999));
    check_failure(&long, Some(1), &cut, &cut);
}
