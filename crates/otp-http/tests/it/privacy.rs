//! What must never reach the log: passcodes, keys, numbers, whatever a request is answered with.

use std::io;
use std::sync::{Arc, Mutex};

use otp_core::message::{Failure, ProviderMessageId};
use otp_core::ports::{Accepted, PortError, ProviderRefusal, SendError};
use otp_core::send::Admission;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use super::support::{World, live_key, post};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn refused() -> SendError {
    SendError::Refused(ProviderRefusal {
        http_status: Some(400),
        message: "refused".to_owned(),
        failure: Failure {
            code: None,
            title: "t".to_owned(),
            reason: "r".to_owned(),
        },
    })
}

#[actix_web::test]
async fn no_log_line_holds_a_passcode_a_key_or_a_number() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let outcomes: [fn() -> Result<Accepted, SendError>; 3] = [
        || {
            Ok(Accepted {
                provider_message_id: ProviderMessageId("wamid.1".to_owned()),
            })
        },
        || Err(refused()),
        || Err(SendError::Unknown),
    ];
    let body = json!({"otpCode": "cAnArY17", "toPhoneE164": "+966551234567"});
    for outcome in outcomes {
        let mut world = World::new();
        world
            .ledger
            .expect_admit()
            .returning(|_| Ok(vec![Admission::Admitted]));
        world.ledger.expect_settle().returning(|_| Ok(()));
        world.sender.expect_send().returning(move |_| outcome());
        world.ask(post("/SendMessage", &body)).await;
    }
    let mut world = World::new();
    world
        .ledger
        .expect_admit()
        .returning(|_| Err(PortError::Backend("the disk is full".into())));
    assert_eq!(world.ask(post("/SendMessage", &body)).await.status, 500);
    let mistyped = json!({"otpCode": "cAnArY17?", "toPhoneE164": "+966551234567"});
    World::new().ask(post("/SendMessage", &mistyped)).await;
    let malformed = body.to_string() + "cAnArY17";
    World::new()
        .ask(post("/SendMessage", &body).set_payload(malformed))
        .await;
    World::new()
        .ask(post("/cAnArY17/+966551234567", &body))
        .await;
    drop(guard);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("http.request") && log.contains("/SendMessage"),
        "{log}"
    );
    assert!(
        log.contains("the disk is full"),
        "the cause is logged: {log}"
    );
    assert_eq!(log.matches("the disk is full").count(), 1, "once: {log}");
    for secret in ["cAnArY17", "966551234567", "551234567", live_key().expose()] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
