//! Tests of the webhook: every form of Meta's notifications, malformed bodies, and the log of them.

mod consents;

use std::collections::BTreeMap;
use std::path::Path;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::channel::whatsapp::health::SenderEvent;
use otp_core::keyring::{KeyOwner, MasterKey, MasterKeys};
use otp_core::message::{Failure, ProviderMessageId};
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{ProviderWebhook, Randomness, WebhookRefusal};
use otp_core::receipt::{DeliveryReceipt, Report};
use otp_core::sealing::InstallationSealer;
use otp_core::time::Timestamp;
use otp_whatsapp::CloudApiWebhook;
use otp_whatsapp::webhook::{AppSecret, Ignored, Malformed, Notification, VerifyToken, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::logging::captured;
use crate::support::MESSAGE_ID;

pub(crate) const NOW: Timestamp = Timestamp::from_unix_millis(1_750_030_100_000);
const WAMID: &str = "wamid.HBgMOTY2NTUxMjM0NTY3FQIAERgSNEFENjIwODRGMkZBMTYzMkRF";

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

pub(crate) fn read(body: &[u8]) -> Result<Notification, Malformed> {
    parse(body, NOW, &sealer())
}

pub(crate) fn fixtures() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/webhooks");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| {
        let path = file.expect("a file").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        (name.into_owned(), std::fs::read(&path).expect("readable"))
    });
    files.collect()
}

fn metadata() -> Value {
    json!({"phone_number_id": "106540352242922"})
}

/// Abbreviates a receipt: the last letter of Meta's id, whether it has our id, its report, its
/// time.
fn short(receipt: &DeliveryReceipt) -> (char, bool, &'static str, i64) {
    let index = receipt.reference.provider_index;
    let letter = ('A'..='Z').find(|letter| {
        let id = ProviderMessageId(format!("{WAMID}{letter}"));
        sealer().provider_message_index(&id) == index
    });
    assert_eq!(
        receipt.reference.phone_number_id.as_str(),
        "106540352242922"
    );
    let ours = receipt.reference.message_id.map(|id| id.to_string());
    assert!(ours.as_deref().is_none_or(|id| id == MESSAGE_ID));
    let report = match &receipt.report {
        Report::Sent => "sent",
        Report::Delivered => "delivered",
        Report::Read => "read",
        Report::Deleted => "deleted",
        Report::Failed(failure) => {
            let expected = Failure {
                code: Some(131_026),
                title: "Message undeliverable".to_owned(),
                reason: "Message to … Undeliverable. تعذر".to_owned(),
            };
            assert_eq!(*failure, expected);
            "failed"
        }
    };
    let time = receipt.provider_time.unix_millis() / 1_000 - 1_750_030_000;
    assert_eq!(receipt.received_at, NOW);
    (letter.expect("one of ours"), ours.is_some(), report, time)
}

#[test]
fn every_form_of_metas_notifications_is_read() {
    let nothing = Ignored::default();
    let message = Ignored {
        inbound_messages: 1,
        ..nothing
    };
    let batch = vec![
        ('A', true, "read", 80),
        ('B', false, "delivered", 75),
        ('B', false, "sent", 73),
        ('A', true, "sent", 73),
        ('C', false, "failed", 74),
    ];
    let expected = [
        ("status_sent", vec![('A', true, "sent", 73)], nothing),
        (
            "status_delivered",
            vec![('A', true, "delivered", 75)],
            nothing,
        ),
        (
            "status_read_without_contacts",
            vec![('A', true, "read", 80)],
            nothing,
        ),
        ("status_played", vec![('A', true, "read", 90)], nothing),
        ("status_deleted", vec![('A', true, "deleted", 95)], nothing),
        ("status_failed", vec![('A', true, "failed", 74)], nothing),
        (
            "status_failed_with_contacts",
            vec![('A', true, "failed", 74)],
            nothing,
        ),
        ("status_before_v24", vec![('A', false, "sent", 73)], nothing),
        (
            "status_bsuid_only",
            vec![('A', true, "delivered", 73)],
            nothing,
        ),
        ("batch", batch, message),
        (
            "account_error",
            vec![],
            Ignored {
                errors: 1,
                ..nothing
            },
        ),
        ("inbound_text", vec![], nothing),
        ("inbound_button", vec![], nothing),
        ("inbound_interactive", vec![], nothing),
        ("inbound_bsuid_only", vec![], nothing),
        ("inbound_changed_number", vec![], message),
        ("inbound_unsupported", vec![], message),
        ("template_approved", vec![], nothing),
        ("template_rejected", vec![], nothing),
        ("template_deleted", vec![], nothing),
        ("template_disabled", vec![], nothing),
        ("account_restricted", vec![], nothing),
        ("account_violation", vec![], nothing),
        ("phone_number_quality", vec![], nothing),
        (
            "business_capability",
            vec![],
            Ignored {
                capability_updates: 1,
                ..nothing
            },
        ),
        (
            "unknown_field",
            vec![],
            Ignored {
                unknown_changes: 1,
                ..nothing
            },
        ),
    ];
    let fixtures = fixtures();
    assert_eq!(fixtures.len(), expected.len(), "the table has every file");
    for (name, receipts, ignored) in expected {
        let body = fixtures.get(name).expect(name);
        assert!(body.is_ascii(), "{name}: Meta escapes everything else");
        let read = read(body).expect(name);
        let found: Vec<_> = read.said.receipts.iter().map(short).collect();
        assert_eq!((found, read.ignored), (receipts, ignored), "{name}");
    }
}

#[test]
fn a_malformed_status_does_not_affect_its_neighbours() {
    let good = |letter: char| json!({"id": format!("{WAMID}{letter}"), "status": "sent"});
    let bad = [
        json!(null),
        json!(7),
        json!("sent"),
        json!([]),
        json!({}),
        json!({"id": [], "status": "sent"}),
        json!({"id": "wamid.X"}),
        json!({"id": "wamid.X", "status": {"name": "sent"}}),
        json!({"status": "failed", "errors": [{"code": {}}]}),
        json!({"id": "wamid.X", "status": "of a later version"}),
    ];
    let mut statuses = vec![good('A')];
    statuses.extend(bad);
    statuses.push(good('B'));
    let odd_entries = json!([
        null, 7, {}, {"changes": null}, {"changes": {"field": "messages"}},
        {"changes": [null, {"field": "messages"}, {"field": "messages", "value": []},
            {"field": "messages", "value": {"statuses": {"id": "wamid.X"}, "messages": 7}}]},
        {"changes": [{"field": "messages", "value": {"metadata": metadata(), "statuses": statuses}}]},
        {"changes": [{"field": "messages", "value": {"statuses": [good('C')]}}]},
    ]);
    let body = json!({"object": "whatsapp_business_account", "entry": odd_entries});
    let read = read(body.to_string().as_bytes()).expect("a notification");
    let letters: Vec<_> = read
        .said
        .receipts
        .iter()
        .map(|receipt| short(receipt).0)
        .collect();
    assert_eq!(letters, ['A', 'B']);
    let ignored = Ignored {
        unknown_changes: 1,
        unknown_statuses: 1,
        malformed_statuses: 10,
        ..Ignored::default()
    };
    assert_eq!(read.ignored, ignored);
}

/// Programs that count in halves of characters may cut a name in the middle of one.
#[test]
fn half_an_emoji_in_a_name_does_not_lose_a_receipt() {
    let body = format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"changes":[{{"field":"messages","value":{{
            "metadata":{{"phone_number_id":"106540352242922"}},
            "contacts":[{{"profile":{{"name":"Sheena \ud83c"}}}}],
            "statuses":[{{"id":"{WAMID}A","status":"sent"}}]}}}}]}}]}}"#
    );
    assert_eq!(
        read(body.as_bytes())
            .expect("a notification")
            .said
            .receipts
            .len(),
        1
    );
}

#[test]
fn a_thousand_updates_are_one_notification() {
    let status =
        json!({"id": format!("{WAMID}A"), "status": "sent", "recipient_id": "966551234567"});
    let value = json!({"metadata": metadata(), "statuses": vec![status; 1_000]});
    let body = json!({"object": "whatsapp_business_account",
        "entry": [{"changes": [{"field": "messages", "value": value}]}]});
    let read = read(body.to_string().as_bytes()).expect("a notification");
    assert_eq!(read.said.receipts.len(), 1_000);
}

#[test]
fn a_body_that_is_not_a_notification_is_malformed() {
    for body in [
        "",
        "null",
        "[]",
        "7",
        "{}",
        "<html>",
        r#"{"entry":null}"#,
        r#"{"entry":{}}"#,
        r#"{"entry":[]"#,
        r#"{"entry":[]}x"#,
    ] {
        assert_eq!(read(body.as_bytes()), Err(Malformed), "{body}");
    }
    assert_eq!(read(b"\xff\xfe"), Err(Malformed));
    assert_eq!(read("[".repeat(1_000_000).as_bytes()), Err(Malformed));
    let deep = format!(r#"{{"entry":{}"#, r#"[{"changes":"#.repeat(100_000));
    assert_eq!(read(deep.as_bytes()), Err(Malformed));
}

#[test]
fn a_notification_of_another_product_is_skipped() {
    let entry = json!([{"changes": [{"field": "messages", "value": {"statuses": [
        {"id": "wamid.A", "status": "sent"}]}}]}]);
    for object in [json!("page"), json!(null)] {
        let body = json!({"object": object, "entry": entry}).to_string();
        let read = read(body.as_bytes()).expect("a notification");
        assert!(read.said.receipts.is_empty());
        assert_eq!(read.ignored.unknown_changes, 1);
    }
}

/// Generates JSON of any shape with the names that are read.
fn strange() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "messages",
            "sent",
            "failed",
            "wamid.A",
            "1750030073",
            "text",
            "STOP"
        ])
        .prop_map(Value::from),
    ];
    let names = vec![
        "object",
        "entry",
        "changes",
        "field",
        "value",
        "statuses",
        "errors",
        "id",
        "status",
        "timestamp",
        "recipient_id",
        "biz_opaque_callback_data",
        "code",
        "title",
        "messages",
        "metadata",
        "contacts",
        "from",
        "from_user_id",
        "type",
        "text",
        "body",
        "button",
        "interactive",
        "context",
        "other",
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let name = prop::sample::select(names.clone()).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(read(&bytes));
        drop(webhook().open(Some(&String::from_utf8_lossy(&bytes)), &bytes, NOW));
    }

    #[test]
    fn no_damaged_notification_causes_a_panic(place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        for body in fixtures().values_mut() {
            let place = place.index(body.len());
            body[place] = byte;
            if cut {
                body.truncate(place);
            }
            drop(read(body));
        }
    }

    #[test]
    fn the_neighbour_of_any_status_is_read(strange in strange()) {
        let good = json!({"id": format!("{WAMID}A"), "status": "sent"});
        let stop = json!({"id": "wamid.M", "type": "text", "text": {"body": "STOP"}});
        let messages = json!([strange, stop]);
        let value = json!({"metadata": metadata(), "statuses": [strange, good],
            "messages": messages, "contacts": strange});
        let changes = json!([strange, {"field": "messages", "value": value}]);
        let body = json!({"object": "whatsapp_business_account",
            "entry": [strange, {"changes": changes}]});
        let read = read(body.to_string().as_bytes()).expect("a notification");
        prop_assert_eq!(read.said.receipts.last().map(short), Some(('A', false, "sent", 100)));
        prop_assert_eq!(read.said.consents.last().map(|request| request.request), Some(ConsentRequest::Stop));
    }
}

fn webhook() -> CloudApiWebhook {
    let secret = AppSecret::parse("sec").expect("valid");
    let token = VerifyToken::parse("canary-token").expect("valid");
    CloudApiWebhook::new(secret, token, sealer())
}

#[test]
fn nothing_is_read_before_its_signature_is_checked() {
    let signed = "sha256=ac4ad5349b234e7cca5bd81bfbec95e62212cba56acd6b16d6bcdd536f758480";
    let body = br#"{"a":"\u0631"}"#;
    let open = |signature, body: &[u8]| webhook().open(signature, body, NOW);
    assert_eq!(open(Some(signed), body), Err(WebhookRefusal::Malformed));
    for body in fixtures().values() {
        let refused = Err(WebhookRefusal::InvalidSignature);
        assert_eq!(open(None, body), refused);
        assert_eq!(open(Some(signed), body), refused);
    }
}

#[test]
fn reports_about_an_account_or_a_number_become_sender_events() {
    let waba = || SenderEvent::BusinessAccount(digits("102290129340398"));
    for (name, expected) in [
        ("account_restricted", vec![waba()]),
        ("account_violation", vec![waba()]),
        ("phone_number_quality", vec![waba()]),
        (
            "account_error",
            vec![SenderEvent::Number(digits("106540352242922"))],
        ),
        ("status_failed", vec![]),
        ("business_capability", vec![]),
    ] {
        let body = &fixtures()[name];
        let payload = webhook().open(Some(&signature(body)), body, NOW);
        assert_eq!(payload.expect("signed").senders, expected, "{name}");
    }
}

fn digits(text: &str) -> ProviderId {
    ProviderId::parse(text).expect("digits")
}

#[test]
fn only_a_caller_with_the_token_gets_the_challenge_back() {
    let answer = |token| webhook().handshake(Some("subscribe"), Some(token), Some("1158201444"));
    assert_eq!(answer("canary-token").as_deref(), Some("1158201444"));
    assert_eq!(answer("another"), None);
}

#[test]
fn no_log_line_contains_personal_data() {
    let log = captured(|| {
        for body in fixtures().values() {
            let signature = signature(body);
            let receipts = webhook().open(Some(&signature), body, NOW).expect("signed");
            tracing::info!(?receipts, webhook = ?webhook(), "read");
            drop(webhook().open(None, body, NOW));
        }
        let answer = webhook().handshake(Some("subscribe"), Some("canary-token"), Some("1"));
        assert!(answer.is_some());
    });
    assert!(
        log.contains("received a notification") && log.contains("receipts=5"),
        "{log}"
    );
    assert!(
        log.contains("WARN") && log.contains("report about a business account"),
        "{log}"
    );
    for secret in [
        "96655",
        "551234567",
        "HBgM",
        "Sheena",
        "شيناء",
        "STOP",
        "canary",
        "SA.1349",
    ] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// Signs a body as Meta does.
fn signature(body: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mac = Hmac::<sha2::Sha256>::new_from_slice(b"sec").expect("a key");
    let digest = mac.chain_update(body).finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}
