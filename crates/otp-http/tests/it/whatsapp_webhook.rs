//! `GET` and `POST /webhooks/whatsapp`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use actix_web::test::TestRequest;
use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::MessageId;
use otp_core::opt_out::{ConsentRequest, ConsentSource, InboundConsent};
use otp_core::ports::{
    AnsweredMessage, ConsentTargets, MockProviderWebhook, MockReceipts, MockSendLedger, PortError,
    ProviderWebhook, WebhookRefusal,
};
use otp_core::provider_webhook_payload::ProviderWebhookPayload;
use otp_core::receipt::{
    DeliveryReceipt, LocatedMessage, MessageReference, ReceiptFacts, Report, ReportedMessage,
};
use otp_core::recipient_identity::ProviderIdentities;
use otp_core::sealing::{ProviderMessageIndex, RecipientIndex};
use otp_core::time::Timestamp;
use otp_testkit::LogCapture;
use tokio::sync::Notify;
use uuid::Uuid;

use super::support::{ACCOUNT, Answer, NOW, World, ask, installation};

const PATH: &str = "/webhooks/whatsapp";
const LIMIT: usize = 4 * 1_024 * 1_024;

/// Meta, as far as this crate knows it. `signed` is the only valid signature and `forged` has its form;
/// `nonsense` is malformed, and any other body than the special ones reports that one message was delivered.
#[derive(Default)]
struct Provider {
    opened: Arc<AtomicUsize>,
}

impl ProviderWebhook for Provider {
    fn handshake<'a>(
        &self,
        mode: Option<&'a str>,
        token: Option<&'a str>,
        challenge: Option<&'a str>,
    ) -> Option<String> {
        let known = mode == Some("subscribe") && token == Some("our token&");
        challenge.filter(|_| known).map(str::to_owned)
    }

    fn may_be_signed(&self, signature: Option<&str>) -> bool {
        matches!(signature, Some("signed" | "forged"))
    }

    fn open(
        &self,
        signature: Option<&str>,
        raw_body: &[u8],
        received_at: Timestamp,
    ) -> Result<ProviderWebhookPayload, WebhookRefusal> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        assert_eq!(received_at, NOW);
        match (signature, raw_body) {
            (Some("signed"), b"nonsense") => Err(WebhookRefusal::Malformed),
            (Some("signed"), b"nothing") => Ok(ProviderWebhookPayload::default()),
            (Some("signed"), b"STOP") => Ok(ProviderWebhookPayload {
                consents: vec![request()],
                ..ProviderWebhookPayload::default()
            }),
            (Some("signed"), _) => Ok(ProviderWebhookPayload {
                receipts: vec![receipt()],
                ..ProviderWebhookPayload::default()
            }),
            _ => Err(WebhookRefusal::InvalidSignature),
        }
    }
}

fn number(digits: &str) -> ProviderId {
    ProviderId::parse(digits).expect("digits")
}

fn receipt() -> DeliveryReceipt {
    DeliveryReceipt {
        reference: MessageReference {
            phone_number_id: number("106540352242922"),
            message_id: Some(MessageId(Uuid::from_u128(1))),
            provider_index: ProviderMessageIndex([1; 32]),
        },
        report: Report::Delivered,
        recipient: ProviderIdentities::default(),
        provider_time: NOW,
        received_at: NOW,
    }
}

fn request() -> InboundConsent {
    InboundConsent {
        request: ConsentRequest::Stop,
        source: ConsentSource::Typed,
        phone_number_id: None,
        message: ProviderMessageIndex([2; 32]),
        context: Some(ProviderMessageIndex([9; 32])),
        from: ProviderIdentities::default(),
        number: None,
        provider_time: NOW,
        received_at: NOW,
    }
}

/// A world whose store must not be called.
fn world() -> World {
    world_with(MockReceipts::new())
}

fn world_with(receipts: MockReceipts) -> World {
    let mut world = World::without_directory();
    world.webhook = Some((Arc::new(Provider::default()), receipts));
    world
}

/// A store that knows the message.
fn knowing() -> MockReceipts {
    knowing_sender("106540352242922")
}

/// A store that knows the message as one of this number.
fn knowing_sender(phone_number_id: &'static str) -> MockReceipts {
    let mut receipts = MockReceipts::new();
    receipts.expect_locate().returning(|references| {
        assert_eq!(references, [receipt().reference]);
        Ok(vec![ReceiptFacts::Known(ReportedMessage {
            message: LocatedMessage {
                message_id: MessageId(Uuid::from_u128(1)),
                account_id: ACCOUNT,
            },
            phone_number_id: Some(number(phone_number_id)),
            provider_index: None,
        })])
    });
    receipts
}

/// The facts about a receipt of ours whose message is unknown.
fn unknown() -> Vec<ReceiptFacts> {
    vec![ReceiptFacts::Unknown {
        is_our_number: true,
    }]
}

fn shake(query: &str) -> TestRequest {
    TestRequest::get().uri(&format!("{PATH}?{query}"))
}

fn notify(body: impl Into<actix_web::web::Bytes>) -> TestRequest {
    TestRequest::post()
        .uri(PATH)
        .insert_header(("X-Hub-Signature-256", "signed"))
        .set_payload(body)
}

#[track_caller]
fn assert_error(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.error(), (status, code.to_owned()));
}

#[actix_web::test]
async fn the_challenge_is_answered_verbatim_as_plain_text() {
    let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=our+token%26";
    let answer = world().ask(shake(query)).await;
    assert_eq!(
        (answer.status.as_u16(), &*answer.body),
        (200, &b"1158201444"[..])
    );
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn a_handshake_without_the_token_is_refused() {
    for query in [
        "",
        "hub.mode=subscribe&hub.challenge=1158201444",
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=another",
        "hub.mode=unsubscribe&hub.challenge=1158201444&hub.verify_token=our+token%26",
        "hub.mode=subscribe&hub.verify_token=our+token%26",
        "hub.mode=a&hub.mode=subscribe&hub.challenge=1&hub.verify_token=our+token%26",
        "%",
    ] {
        let answer = world().ask(shake(query)).await;
        assert_error(&answer, 403, "InvalidVerifyToken");
        assert!(!String::from_utf8_lossy(&answer.body).contains("1158201444"));
    }
}

#[actix_web::test]
async fn a_notification_without_the_form_of_a_signature_is_not_read() {
    let provider = Provider::default();
    let opened = Arc::clone(&provider.opened);
    let mut world = world();
    world.webhook = Some((Arc::new(provider), MockReceipts::new()));
    let api = world.api();
    let unsigned = TestRequest::post().uri(PATH).set_payload("{}");
    assert_error(&ask(&api, unsigned).await, 403, "InvalidSignature");
    for signature in ["", "sha256=00", "Signed"] {
        // A body that would be refused for its size if it were looked at.
        let wrongly = notify(vec![b' '; LIMIT + 1]);
        let wrongly = wrongly.insert_header(("X-Hub-Signature-256", signature));
        assert_error(&ask(&api, wrongly).await, 403, "InvalidSignature");
    }
    assert_eq!(opened.load(Ordering::Relaxed), 0);
    let forged = notify("{}").insert_header(("X-Hub-Signature-256", "forged"));
    assert_error(&ask(&api, forged).await, 403, "InvalidSignature");
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}

/// Whoever knows the address of the webhook could fill the disk.
#[actix_web::test]
async fn a_thousand_refusals_write_a_line_at_once_and_one_a_minute() {
    tokio::time::pause();
    let log = LogCapture::start();
    let lines = |text: &str| {
        let log = log.text();
        let lines = log.lines().filter(|line| line.contains("WARN"));
        lines.filter(|line| line.contains(text)).count()
    };
    let api = world().api();
    let refuse = async || {
        for _ in 0..500 {
            let forged = notify("{}").insert_header(("X-Hub-Signature-256", "forged"));
            assert_eq!(ask(&api, forged).await.status, 403);
            assert_eq!(ask(&api, shake("")).await.status, 403);
        }
    };
    let a_minute = || tokio::time::sleep(std::time::Duration::from_millis(60_001));
    refuse().await;
    assert_eq!((lines("count=1"), lines("")), (2, 2), "{}", log.text());
    a_minute().await;
    assert_eq!((lines("count=499"), lines("")), (2, 4), "{}", log.text());
    refuse().await;
    a_minute().await;
    assert_eq!((lines("count=500"), lines("")), (2, 6), "{}", log.text());
    // A minute without a refusal ends it: the next one is a first one again.
    a_minute().await;
    assert_eq!(ask(&api, shake("")).await.status, 403);
    assert_eq!((lines("count=1"), lines("")), (3, 7), "{}", log.text());
    assert!(!log.text().contains("answered"), "{}", log.text());
    assert_eq!(ask(&api, notify("nothing")).await.status, 200);
    assert!(log.text().contains("answered"), "{}", log.text());
}

#[actix_web::test]
async fn the_port_receives_the_raw_bytes_and_their_time() {
    let mut provider = MockProviderWebhook::new();
    provider.expect_may_be_signed().return_const(true);
    provider
        .expect_open()
        .withf(|signature, body, at| {
            *signature == Some("signed") && body == b"{\"a\": \"\\u0631\"}\n" && *at == NOW
        })
        .once()
        .returning(|_, _, _| Ok(ProviderWebhookPayload::default()));
    let mut world = world();
    world.webhook = Some((Arc::new(provider), MockReceipts::new()));
    let answer = world.ask(notify("{\"a\": \"\\u0631\"}\n")).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn signed_nonsense_is_malformed() {
    let answer = world().ask(notify("nonsense")).await;
    assert_error(&answer, 400, "MalformedRequestBody");
}

#[actix_web::test]
async fn an_empty_notification_is_accepted_without_the_store() {
    let answer = world().ask(notify("nothing")).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
}

#[actix_web::test]
async fn a_receipt_of_an_unknown_message_is_kept() {
    let mut receipts = MockReceipts::new();
    receipts.expect_locate().returning(|_| Ok(unknown()));
    receipts
        .expect_keep_unmatched()
        .withf(|kept| matches!(kept, [kept] if kept.open(&installation()) == receipt()))
        .once()
        .returning(|_| Ok(()));
    assert_eq!(world_with(receipts).ask(notify("{}")).await.status, 200);
}

/// Meta would repeat it for days if it were refused.
#[actix_web::test]
async fn a_dropped_receipt_is_acknowledged_and_settles_nothing() {
    let mut world = world_with(knowing_sender("8"));
    world.ledger = MockSendLedger::new();
    world.ledger.expect_settle().never();
    assert_eq!(world.ask(notify("{}")).await.status, 200);
}

/// A store that settles after `go_on`, and reports whether it has.
struct Slow {
    asked: Arc<Notify>,
    go_on: Arc<Notify>,
    settled: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl otp_core::ports::SendLedger for Slow {
    async fn admit(
        &self,
        _: Arc<[otp_core::send::SendAttempt]>,
    ) -> Result<Vec<otp_core::send::Admission>, PortError> {
        Err(PortError::Backend("no test sends".into()))
    }

    async fn settle(&self, _: Arc<[otp_core::send::Settlement]>) -> Result<(), PortError> {
        self.asked.notify_one();
        self.go_on.notified().await;
        self.settled.store(true, Ordering::SeqCst);
        Ok(())
    }
}

#[actix_web::test]
async fn the_answer_waits_for_the_store() {
    let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let settled = Arc::new(AtomicBool::new(false));
    let mut world = world_with(knowing());
    world.slow_ledger = Some(Arc::new(Slow {
        asked: asked.clone(),
        go_on: go_on.clone(),
        settled: settled.clone(),
    }));
    let answered = world.ask(notify("{}"));
    let mut answered = std::pin::pin!(answered);
    tokio::select! {
        answer = &mut answered => panic!("{} before the store has it", answer.status),
        () = asked.notified() => {}
    }
    assert!(!settled.load(Ordering::SeqCst));
    go_on.notify_one();
    assert_eq!(answered.await.status, 200);
    assert!(settled.load(Ordering::SeqCst));
}

#[actix_web::test]
async fn an_unreachable_store_makes_meta_repeat() {
    let down = || PortError::Unavailable("the database is down".into());

    let mut receipts = MockReceipts::new();
    receipts.expect_locate().returning(move |_| Err(down()));
    let answer = world_with(receipts).ask(notify("{}")).await;
    assert_error(&answer, 503, "InternalServerError");
    assert_eq!(answer.header("retry-after"), "1");

    let mut world = world_with(knowing());
    world.ledger = MockSendLedger::new();
    world.ledger.expect_settle().returning(move |_| Err(down()));
    assert_error(&world.ask(notify("{}")).await, 503, "InternalServerError");

    let mut receipts = MockReceipts::new();
    receipts.expect_locate().returning(|_| Ok(unknown()));
    receipts
        .expect_keep_unmatched()
        .returning(move |_| Err(down()));
    let answer = world_with(receipts).ask(notify("{}")).await;
    assert_error(&answer, 503, "InternalServerError");

    let mut receipts = MockReceipts::new();
    receipts
        .expect_locate()
        .returning(|_| Err(PortError::Backend("the disk is full".into())));
    let answer = world_with(receipts).ask(notify("{}")).await;
    assert_error(&answer, 500, "InternalServerError");
}

#[actix_web::test]
async fn a_body_may_have_four_mebibytes() {
    let mut receipts = MockReceipts::new();
    receipts.expect_locate().returning(|_| Ok(unknown()));
    receipts.expect_keep_unmatched().returning(|_| Ok(()));
    let api = world_with(receipts).api();
    assert_eq!(ask(&api, notify(vec![b' '; LIMIT])).await.status, 200);
    // Refused and accepted bodies alike give their room back.
    for _ in 0..40 {
        let answer = ask(&api, notify(vec![b' '; LIMIT + 1])).await;
        assert_error(&answer, 413, "NotificationTooLarge");
        let wrongly = notify(vec![b' '; LIMIT]).insert_header(("X-Hub-Signature-256", "forged"));
        assert_error(&ask(&api, wrongly).await, 403, "InvalidSignature");
    }
    let declared = notify("{}").insert_header(("Content-Length", "4194305"));
    assert_error(&ask(&api, declared).await, 413, "NotificationTooLarge");
    assert_eq!(ask(&api, notify(vec![b' '; LIMIT])).await.status, 200);
}

#[actix_web::test]
async fn without_settings_the_path_does_not_exist() {
    for request in [
        shake("hub.mode=subscribe&hub.challenge=1&hub.verify_token=our+token%26"),
        notify("{}"),
        TestRequest::put().uri(PATH),
    ] {
        let answer = World::without_directory().ask(request).await;
        assert_error(&answer, 404, "NotFound");
    }
}

#[actix_web::test]
async fn another_method_is_refused_with_the_supported_ones() {
    let answer = world().ask(TestRequest::put().uri(PATH)).await;
    assert_error(&answer, 405, "MethodNotAllowed");
    assert_eq!(answer.header("allow"), "GET, POST");
}

#[actix_web::test]
async fn metas_bursts_are_not_limited_per_address() {
    let one = std::num::NonZeroU32::MIN;
    let mut world = world();
    world.options.per_ip = Some(otp_edge::PerIpQuota::per_second(one, one));
    let api = world.api();
    for _ in 0..20 {
        assert_eq!(ask(&api, notify("nothing")).await.status, 200);
    }
}

/// Meta does not repeat what was answered with 200: a STOP that is not recorded by then is lost.
#[tokio::test]
async fn a_request_is_acknowledged_only_when_it_is_recorded() {
    for (is_away, status) in [(false, 200), (true, 503)] {
        let mut world = world();
        world
            .opt_outs
            .expect_find_consent_targets()
            .returning(|numbers, answered| {
                let context = ProviderMessageIndex([9; 32]);
                assert!(numbers.is_empty());
                assert_eq!(*answered, BTreeSet::from([context]));
                let message = AnsweredMessage {
                    account_id: ACCOUNT,
                    recipient_index: Some(RecipientIndex([3; 32])),
                    recipient: None,
                };
                Ok(ConsentTargets {
                    answered: HashMap::from([(context, message)]),
                    ..ConsentTargets::default()
                })
            });
        let contacted = world.opt_outs.expect_find_contacted();
        contacted.returning(|_| Ok(HashMap::new()));
        let record = world.opt_outs.expect_record_consent().times(1);
        record.returning(move |entries| {
            assert_eq!(entries[0].request, ConsentRequest::Stop);
            match is_away {
                true => Err(PortError::Unavailable("gone".into())),
                false => Ok(()),
            }
        });
        assert_eq!(ask(&world.api(), notify("STOP")).await.status, status);
    }
}
