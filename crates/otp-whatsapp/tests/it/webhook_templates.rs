//! Tests of changes of templates in notifications: their content, and the required fields.

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::template::event::{TemplateEvent, TemplateSubject};
use otp_core::channel::whatsapp::template::{TemplateName, TemplateStatus};
use otp_core::language::LanguageTag;
use otp_core::time::Timestamp;
use serde_json::{Value, json};

use crate::webhook::{NOW, fixtures, read};

#[test]
fn a_change_of_a_template_has_its_subject_status_and_reason() {
    let expected = [
        ("template_approved", "APPROVED", None),
        ("template_rejected", "REJECTED", Some("INCORRECT_CATEGORY")),
        ("template_deleted", "DELETED", None),
        ("template_disabled", "DISABLED", Some("FIRST_PAUSE")),
    ];
    for (name, status, reason) in expected {
        let read = read(&fixtures()[name]).expect(name);
        let event = TemplateEvent {
            waba_id: ProviderId::parse("102290129340398").expect("digits"),
            subject: TemplateSubject {
                provider_id: ProviderId::parse("1689556908129832").ok(),
                name: Some((
                    TemplateName::parse("otp_code").expect("a name"),
                    LanguageTag::parse("ar").expect("a tag"),
                )),
            },
            status: TemplateStatus::parse(status).expect("a status"),
            reason: reason.map(str::to_owned),
            at: NOW,
        };
        // Meta's example is more than a day after the tests' current time, so it counts as received
        // now.
        assert_eq!(read.said.templates, [event], "{name}");
    }
}

#[test]
fn a_change_of_a_template_needs_its_account_its_id_and_its_event() {
    let value = json!({"event": "PAUSED", "message_template_id": 7});
    let take = |entry: Value| {
        let body = json!({"object": "whatsapp_business_account", "entry": [entry]});
        read(body.to_string().as_bytes()).expect("a notification")
    };
    let entry = |id: Value, value: &Value| {
        json!({"id": id, "time": 1_750_030_073, "changes": [
            {"field": "message_template_status_update", "value": value}]})
    };
    let good = take(entry(json!("1"), &value)).said.templates;
    assert_eq!(good.len(), 1);
    assert_eq!(good[0].subject.name, None, "the id is enough");
    assert_eq!(good[0].at, Timestamp::from_unix_millis(1_750_030_073_000));
    let without = |field: &str| {
        let mut value = value.clone();
        value[field] = json!({});
        value
    };
    for entry in [
        entry(json!("me"), &value),
        entry(json!(null), &value),
        entry(json!("1"), &json!([])),
        entry(json!("1"), &without("event")),
        entry(json!("1"), &without("message_template_id")),
        entry(
            json!("1"),
            &json!({"event": "A B", "message_template_id": 7}),
        ),
        entry(
            json!("1"),
            &json!({"event": "PAUSED", "message_template_id": -7}),
        ),
    ] {
        let taken = take(entry.clone());
        assert_eq!(taken.said.templates, [], "{entry}");
        assert_eq!(taken.ignored.malformed_changes, 1, "{entry}");
    }
}
