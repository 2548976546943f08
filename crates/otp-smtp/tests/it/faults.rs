//! A server that misbehaves at each step: what is reported, and that nothing is sent twice.

use std::time::{Duration, Instant};

use otp_core::ports::{Accepted, SendError};
use otp_smtp::SmtpOtpSender;

use crate::support::{At, FakeServer, Treatment, mailer, say, send};

/// The outcome of a send, as far as its caller acts on it.
#[derive(Debug, PartialEq, Eq)]
enum Ends {
    Refused(i32),
    Retry(Option<i32>),
    Unknown,
}

fn ends(outcome: Result<Accepted, SendError>) -> Option<Ends> {
    match outcome {
        Ok(_) => None,
        Err(SendError::Refused(refusal)) => Some(Ends::Refused(refusal.failure.code?)),
        Err(SendError::Retry { refusal, .. }) => Some(Ends::Retry(refusal.failure.code)),
        Err(SendError::Unknown) => Some(Ends::Unknown),
    }
}

/// Sends one mail to a server that does this at one step, and checks the outcome.
async fn check(at: At, treatment: Treatment, expected: Ends) {
    let described = format!("{at:?}: {treatment:?}");
    let hangs = treatment == Treatment::Hang;
    let server = FakeServer::start(move |step| {
        if step == at {
            treatment.clone()
        } else {
            Treatment::Answer
        }
    })
    .await;
    let sender = SmtpOtpSender::new(mailer(server.address));
    // A server that hangs is given up at the end of the time; for any other it must not matter.
    let time = Duration::from_millis(if hangs { 500 } else { 20_000 });
    let started = Instant::now();
    let outcome = send(&sender, 1, time).await;
    // A line without an end is given up at its bound, long before the time is over.
    assert!(started.elapsed() < Duration::from_secs(10), "{described}");
    assert_eq!(ends(outcome), Some(expected), "{described}");
    let arrived = usize::from(at == At::Content);
    assert_eq!(server.mails().len(), arrived, "{described}");
    assert_eq!(server.connections(), 1, "{described}");
}

#[tokio::test]
async fn before_the_mail_is_sent_a_broken_dialogue_may_be_repeated() {
    for at in At::ALL.into_iter().filter(|at| *at != At::Content) {
        for treatment in [
            Treatment::Close,
            Treatment::Hang,
            Treatment::Endless,
            say("<html>"),
            say("99 balloons"),
            say("250-one\r\n251 two"),
        ] {
            check(at, treatment, Ends::Retry(None)).await;
        }
    }
}

#[tokio::test]
async fn after_the_mail_was_sent_a_broken_dialogue_is_unknown() {
    for treatment in [
        Treatment::Close,
        Treatment::Hang,
        Treatment::Endless,
        say("<html>"),
        say("99 balloons"),
        say("354 go on"),
    ] {
        check(At::Content, treatment, Ends::Unknown).await;
    }
    // It asks for the mail and does not read it.
    let closes = Treatment::SayAndClose("354 go on".to_owned());
    check(At::Data, closes, Ends::Unknown).await;
}

#[tokio::test]
async fn a_refusal_is_reported_with_its_code_wherever_it_comes() {
    for at in At::ALL {
        for code in [421, 450, 451, 452] {
            let refusal = say(&format!("{code} 4.7.1 not now"));
            check(at, refusal, Ends::Retry(Some(code))).await;
        }
        for code in [550, 552, 554] {
            let refusal = say(&format!("{code} 5.7.1 <amal.qasim@example.com> no"));
            check(at, refusal, Ends::Refused(code)).await;
        }
        // The gateway may not send before an operator has fixed its password.
        check(at, say("530 5.7.0 sign in"), Ends::Retry(Some(530))).await;
    }
}

#[tokio::test]
async fn a_refusal_has_the_servers_codes_and_none_of_its_words() {
    let server = FakeServer::start(|at| match at {
        At::Rcpt => say("550 5.1.1 <amal.qasim@example.com> Q7xK93Zt unknown"),
        At::Greeting | At::Ehlo | At::Mail | At::Data | At::Content => Treatment::Answer,
    })
    .await;
    let sender = SmtpOtpSender::new(mailer(server.address));
    let Err(SendError::Refused(refusal)) = send(&sender, 1, Duration::from_secs(20)).await else {
        panic!("it is refused");
    };
    assert_eq!(refusal.failure.title, "550 5.1.1");
    assert_eq!(
        refusal.message,
        "The mail server refused the mail (550 5.1.1)."
    );
    assert_eq!(refusal.failure.reason, "The mail server refused the mail.");
}
