//! A test that compares the two tables of test numbers: that of the core, for test keys, and that of the
//! sandbox, as WhatsApp's transport understands its answers.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer};
use otp_core::channel::whatsapp::{self, ProviderId};
use otp_core::ids::{AccountId, MessageId};
use otp_core::keyring::{KeyOwner, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::ports::{Accepted, MessageSender, OutgoingMessage, SendError};
use otp_core::recipient::PhoneNumber;
use otp_core::test_inbox::{OutgoingTest, TestMessage};
use otp_core::test_number::{self, LifeEvent, TestNumber};
use otp_core::usecases::receive_test_message::ReceiveTestMessage;
use otp_testkit::contract::fixture::{START, master_key};
use otp_testkit::sender_contract::whatsapp_message;
use otp_testkit::{ManualClock, MemoryStore, SeededRandomness};
use otp_whatsapp::{CloudApiOptions, CloudApiSender};
use serde_json::{Value, json};
use uuid::Uuid;
use whatsapp_sandbox::{Sandbox, SandboxOptions};

use crate::inbox_bell::LocalBell;

/// A sandbox whose delays take no time, and its address.
fn sandbox() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let sandbox = Sandbox::new(SandboxOptions {
        pace: 0.0,
        ..SandboxOptions::default()
    });
    let routes = sandbox.configure();
    let server = HttpServer::new(move || App::new().configure(routes.clone()))
        .workers(1)
        .disable_signals()
        .listen(listener)
        .expect("listens")
        .run();
    actix_web::rt::spawn(server);
    format!("http://{address}")
}

/// Returns an outcome as its client sees it, in one form for both.
fn seen(outcome: Result<Accepted, SendError>) -> Value {
    let (kind, refusal, after) = match outcome {
        Ok(_) => return json!("accepted"),
        Err(SendError::Unknown) => return json!("unknown"),
        Err(SendError::Refused(refusal)) => ("refused", refusal, None),
        Err(SendError::Retry { refusal, after }) => ("retry", refusal, after),
    };
    json!({
        "kind": kind,
        "after": after.map(|after| after.as_secs()),
        "httpStatus": refusal.http_status,
        "message": refusal.message,
        "code": refusal.failure.code,
        "title": refusal.failure.title,
    })
}

async fn by_whatsapp(sender: &CloudApiSender, to: &PhoneNumber) -> Value {
    let message = whatsapp::OutgoingMessage {
        to: to.clone(),
        language: LanguageTag::parse("en_US").expect("a tag"),
        phone_number_id: ProviderId::parse(whatsapp_sandbox::DEFAULT_PHONE_NUMBER_ID)
            .expect("digits"),
        ..whatsapp_message(MessageId(Uuid::from_u128(1)))
    };
    seen(sender.send(&OutgoingMessage::WhatsApp(message)).await)
}

async fn by_test_key(receive: &ReceiveTestMessage, to: &PhoneNumber) -> Value {
    let account = AccountId(Uuid::from_u128(1));
    let randomness = SeededRandomness::new(1);
    let master_keys = MasterKeys::new(&master_key(), &[]);
    let key = master_keys.generate_key(KeyOwner::Account(account), &randomness);
    let sealer = master_keys.account_sealer(account, &key).expect("opens");
    let id = MessageId(Uuid::from_u128(1));
    let passcode = whatsapp_message(id).passcode;
    let content = (&to.clone().into(), &passcode);
    let outgoing = OutgoingTest {
        message: TestMessage::seal(id, content, START, &sealer, &randomness),
        number: TestNumber::of(to),
        timeout: Duration::from_secs(60),
    };
    seen(receive.execute(&outgoing).await)
}

fn reports(number: TestNumber) -> Value {
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).expect("fits");
    let steps = test_number::steps(Some(number)).iter().map(|step| {
        let event = match step.event {
            LifeEvent::Sent => "sent".to_owned(),
            LifeEvent::Delivered => "delivered".to_owned(),
            LifeEvent::Read => "read".to_owned(),
            LifeEvent::Failed(code) => format!("failed {code}"),
            LifeEvent::Replied(text) => format!("reply {text}"),
        };
        json!({
            "event": event,
            "after_ms": milliseconds(step.happens_after),
            "reported_after_ms": milliseconds(step.reported_after),
        })
    });
    steps.collect()
}

#[actix_web::test]
async fn a_test_key_gets_the_answers_and_reports_that_the_sandbox_gives() {
    let url = sandbox();
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let numbers = client
        .get(format!("{url}/control/test-numbers"))
        .send()
        .await;
    let numbers = numbers.expect("an answer").bytes().await.expect("a body");
    let numbers: Value = serde_json::from_slice(&numbers).expect("JSON");
    let rows = numbers["numbers"].as_array().expect("a list");
    let known: Vec<_> = TestNumber::all().map(|number| number.to_string()).collect();
    let listed: Vec<_> = rows.iter().map(|row| row["number"].as_str()).collect();
    assert_eq!(
        listed,
        known.iter().map(|n| Some(n.as_str())).collect::<Vec<_>>()
    );

    let sender = CloudApiSender::new(&CloudApiOptions {
        base_url: url,
        ..CloudApiOptions::default()
    });
    let sender = sender.expect("a client");
    let receive = ReceiveTestMessage {
        inbox: Arc::new(MemoryStore::default()),
        bell: Arc::new(LocalBell::default()),
        clock: Arc::new(ManualClock::starting_at(START)),
    };
    for (row, number) in rows.iter().zip(TestNumber::all()) {
        let to = PhoneNumber::parse(&number.to_string()).expect("a number");
        let answers = (
            by_test_key(&receive, &to).await,
            by_whatsapp(&sender, &to).await,
        );
        assert_eq!(answers.0, answers.1, "{number}");
        let answer = number.answer();
        assert_eq!(json!(answer.arrives), row["delivered"], "{number}");
        let delay = u64::try_from(answer.delay.as_millis()).expect("fits");
        assert_eq!(json!(delay), row["delay_ms"], "{number}");
        if answer.arrives {
            assert_eq!(reports(number), row["life"], "{number}");
        }
    }
}
