//! Connections that are kept for the next mail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use otp_core::ids::NoticeId;
use otp_core::ports::{NoticeSender, TestMail};
use otp_core::recipient::EmailAddress;
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use otp_smtp::{DkimKey, DkimSigner, SmtpNoticeSender, SmtpOtpSender};
use uuid::Uuid;

use crate::support::{At, FakeServer, Treatment, mailer, say, send, signing_mailer};

const TIME: Duration = Duration::from_secs(20);

#[tokio::test]
async fn passcodes_and_notices_share_a_connection() {
    let server = FakeServer::start(|_| Treatment::Answer).await;
    let mailer = mailer(server.address);
    let passcodes = SmtpOtpSender::new(Arc::clone(&mailer));
    let notices = SmtpNoticeSender::new(mailer);
    send(&passcodes, 1, TIME).await.expect("accepted");
    let test = TestMail {
        id: NoticeId(Uuid::from_u128(2)),
        to: EmailAddress::parse("amal@example.com").expect("an address"),
        language: UiLanguage::Arabic,
        at: Timestamp::from_unix_millis(1_800_000_000_000),
    };
    notices.send_test(&test).await.expect("accepted");
    send(&passcodes, 3, TIME).await.expect("accepted");
    assert_eq!((server.mails().len(), server.connections()), (3, 1));
}

#[tokio::test]
async fn a_mail_is_signed_for_the_domain_of_the_gateway_whatever_its_sender() {
    let server = FakeServer::start(|_| Treatment::Answer).await;
    let key = DkimKey::from_pem(include_str!("../keys/ed25519.pem")).expect("a key");
    let signer = DkimSigner::new("gateway.example", "otp", key).expect("a signer");
    let sender = SmtpOtpSender::new(signing_mailer(server.address, Some(Arc::new(signer))));
    send(&sender, 1, TIME).await.expect("accepted");
    let mail = server.mails().remove(0);
    assert!(
        mail.starts_with("DKIM-Signature: v=1; a=ed25519-sha256;"),
        "{mail}"
    );
    assert!(mail.contains(" d=gateway.example;"), "{mail}");
    assert!(mail.contains("<codes@shop.example>"), "{mail}");
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_no_mail() {
    let server = FakeServer::start(|at| match at {
        At::Content => Treatment::SayAndClose("250 taken".to_owned()),
        At::Greeting | At::Ehlo | At::Mail | At::Rcpt | At::Data => Treatment::Answer,
    })
    .await;
    let sender = SmtpOtpSender::new(mailer(server.address));
    for number in 1..=3 {
        send(&sender, number, TIME).await.expect("accepted");
    }
    assert_eq!((server.mails().len(), server.connections()), (3, 3));
}

#[tokio::test]
async fn a_server_that_is_busy_for_a_while_takes_the_mail_later_and_once() {
    let is_busy = Arc::new(AtomicBool::new(true));
    let busy = Arc::clone(&is_busy);
    let server = FakeServer::start(move |at| {
        if at == At::Rcpt && busy.load(Ordering::Relaxed) {
            say("450 4.2.0 greylisted")
        } else {
            Treatment::Answer
        }
    })
    .await;
    let sender = SmtpOtpSender::new(mailer(server.address));
    for _ in 0..3 {
        send(&sender, 1, TIME).await.expect_err("not now");
    }
    is_busy.store(false, Ordering::Relaxed);
    let accepted = send(&sender, 1, TIME).await.expect("accepted");
    let id = "00000000-0000-0000-0000-000000000001@shop.example";
    assert_eq!(accepted.provider_message_id.0, id);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_burst_of_mails_has_few_connections_and_loses_none() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (Arc::clone(&now), Arc::clone(&most));
    let server = FakeServer::start(move |at| {
        match at {
            At::Mail => {
                let now = counted.fetch_add(1, Ordering::SeqCst) + 1;
                highest.fetch_max(now, Ordering::SeqCst);
            }
            At::Content => {
                counted.fetch_sub(1, Ordering::SeqCst);
            }
            At::Greeting | At::Ehlo | At::Rcpt | At::Data => {}
        }
        Treatment::Answer
    })
    .await;
    let sender = SmtpOtpSender::new(mailer(server.address));
    let sends = (1..=100).map(|number| send(&sender, number, TIME));
    for sent in join_all(sends).await {
        sent.expect("accepted");
    }
    assert_eq!(server.mails().len(), 100);
    let (most, connections) = (most.load(Ordering::SeqCst), server.connections());
    assert!(
        most <= 8 && connections <= 8,
        "{most} mails at a time, {connections} connections"
    );
}
