//! The attempt to sign in: no mail goes out, and a refusal differs from a server that is away.

use std::time::{Duration, Instant};

use otp_core::ports::{MailServerError, MailServerProbe};

use crate::support::{At, FakeServer, Treatment, mailer, say};

/// Tries a server that does this at one step.
async fn try_sign_in(at: At, treatment: Treatment) -> Result<(), MailServerError> {
    let server = FakeServer::start(move |step| {
        if step == at {
            treatment.clone()
        } else {
            Treatment::Answer
        }
    })
    .await;
    let tried = mailer(server.address).try_sign_in().await;
    assert!(server.mails().is_empty(), "no mail goes out");
    assert_eq!(server.connections(), 1);
    tried
}

#[tokio::test]
async fn a_server_that_works_is_left_without_a_mail() {
    // It would refuse a mail, so none is begun.
    let tried = try_sign_in(At::Mail, say("550 no mail")).await;
    assert_eq!(tried, Ok(()));
}

#[tokio::test]
async fn a_refusal_has_the_servers_code_and_not_its_words() {
    let tried = try_sign_in(At::Greeting, say("554 5.7.1 amal@example.com go away")).await;
    let Err(MailServerError::Refused(code)) = tried else {
        panic!("{tried:?}");
    };
    assert!(code.starts_with("554") && !code.contains("amal"), "{code}");
}

#[tokio::test]
async fn a_server_that_hangs_closes_or_talks_nonsense_is_unreachable_in_time() {
    for treatment in [Treatment::Close, Treatment::Hang, say("<html>")] {
        let started = Instant::now();
        let tried = try_sign_in(At::Greeting, treatment.clone()).await;
        assert!(
            matches!(tried, Err(MailServerError::Unreachable(_))),
            "{treatment:?} {tried:?}"
        );
        assert!(started.elapsed() < Duration::from_secs(15), "{treatment:?}");
    }
}
