//! Endpoints that are absent, stall, trickle, flood or lie: each costs one attempt and bounded memory.

use std::time::{Duration, Instant};

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{
    MAX_ANSWER, PrivateTargets, WebhookFailure, WebhookOutcome, WebhookVerdict,
};
use rustls::RootCertStore;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::{
    Connection, LONG, LOOPBACK, SHORT, ScriptedResolver, Server, assert_failed, call, caller_with,
    outcome_at,
};

/// A generous tolerance for busy machines; a call that hangs would take far longer.
const GRACE: Duration = Duration::from_secs(2);

/// The most that an endpoint may write before its connection is closed: what the client reads ahead, and
/// what the systems of both ends buffer. On Linux the latter is about 10 MiB, but can be set higher.
const MAX_WRITTEN: usize = 64 << 20;

/// Returns the outcome of a call to a server that reads the request and then runs `then`. There must be
/// exactly one request, and no connection left.
async fn outcome_of<F, Fut>(timeout: Duration, then: F) -> WebhookOutcome
where
    F: Fn(Connection) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let server = Server::start(move |mut connection| {
        let then = then.clone();
        async move {
            if connection.request().await.is_some() {
                then(connection).await;
            }
        }
    })
    .await;
    let started = Instant::now();
    let outcome = outcome_at(&server.url(), timeout).await;
    assert!(started.elapsed() < timeout + GRACE);
    server.wait(|counts| counts.ended == counts.accepted).await;
    let counts = server.counts();
    assert_eq!((counts.accepted, counts.requests), (1, 1), "one attempt");
    outcome
}

async fn outcome_of_bytes(answer: &'static str) -> WebhookOutcome {
    outcome_of(LONG, move |mut connection| async move {
        connection.write(answer).await;
    })
    .await
}

#[tokio::test]
async fn a_host_that_does_not_listen_refuses() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    drop(listener);
    assert_failed(
        &outcome_at(&url, LONG).await,
        WebhookFailure::ConnectionRefused,
    );
}

#[tokio::test]
async fn a_name_without_addresses_is_unknown() {
    for answers in [&[][..], &[&[][..]]] {
        let resolver = ScriptedResolver::new(answers);
        let roots = RootCertStore::empty();
        let caller = caller_with(PrivateTargets::Forbidden, LONG, resolver, roots);
        let outcome = caller.call(&call("https://hooks.test/")).await;
        assert_failed(&outcome, WebhookFailure::UnknownHost);
    }
}

#[tokio::test]
async fn a_server_that_never_answers_times_out() {
    let outcome = outcome_of(SHORT, Connection::closed).await;
    assert_failed(&outcome, WebhookFailure::Timeout);
    assert!(outcome.latency >= SHORT);
}

#[tokio::test]
async fn a_head_that_trickles_times_out() {
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection.write("HTTP/1.1 200 OK\r\nX-Filler: ").await;
        connection.trickle().await;
    })
    .await;
    assert_failed(&outcome, WebhookFailure::Timeout);
}

#[tokio::test]
async fn a_success_whose_body_trickles_is_too_slow() {
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection
            .write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            .await;
        connection.trickle().await;
    })
    .await;
    assert_failed(&outcome, WebhookFailure::AnswerTooSlow);
}

#[tokio::test]
async fn a_refusal_whose_body_trickles_or_breaks_off_is_a_refusal() {
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection
            .write("HTTP/1.1 410 Gone\r\nContent-Length: 100000\r\n\r\n")
            .await;
        connection.trickle().await;
    })
    .await;
    assert_eq!(outcome.verdict(), WebhookVerdict::Gone);
    assert!(
        outcome
            .answer
            .expect("an answer")
            .excerpt()
            .starts_with("xx")
    );
    let outcome = outcome_of_bytes("HTTP/1.1 429 Slow\r\nContent-Length: 9\r\n\r\nslow").await;
    assert_eq!(
        outcome.verdict(),
        WebhookVerdict::Throttled { retry_after: None }
    );
    assert_eq!(outcome.answer.expect("an answer").excerpt(), "slow");
}

#[tokio::test]
async fn a_connection_that_ends_early_is_lost() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    ] {
        let outcome = outcome_of_bytes(answer).await;
        assert_failed(&outcome, WebhookFailure::ConnectionLost);
    }
    let outcome = outcome_of(LONG, |connection| async move { connection.reset() }).await;
    assert_failed(&outcome, WebhookFailure::ConnectionLost);
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_nonsense() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X-Filler: x\r\n".repeat(101));
    for answer in [
        "hello\r\n\r\n",
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n",
        &many,
    ] {
        let server = Server::writing(answer).await;
        let outcome = outcome_at(&server.url(), LONG).await;
        assert_failed(&outcome, WebhookFailure::NotHttp);
        assert_eq!(server.counts().requests, 1);
    }
}

/// Runs an endpoint that would write 1 GiB after this head. Returns the outcome and the bytes that it
/// could write before the connection was closed.
async fn flooded(head: &'static str, chunk: &'static [u8]) -> (WebhookOutcome, usize) {
    let (sender, mut written) = mpsc::unbounded_channel();
    let outcome = outcome_of(LONG, move |mut connection| {
        let sender = sender.clone();
        async move {
            connection.write(head).await;
            let chunks = connection.flood(chunk, (1 << 30) / chunk.len()).await;
            sender.send(chunks * chunk.len()).expect("the test waits");
        }
    })
    .await;
    (outcome, written.recv().await.expect("the endpoint ended"))
}

#[tokio::test]
async fn an_answer_of_a_gigabyte_is_given_up() {
    static BODY: [u8; 65_536] = [b'y'; 65_536];
    // One announces its size, the other ends with its connection.
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n",
    ] {
        let (outcome, written) = flooded(head, &BODY).await;
        assert_failed(&outcome, WebhookFailure::AnswerTooLarge);
        assert!(written < MAX_WRITTEN, "{written} bytes");
    }
    let refusal = "HTTP/1.1 500 No\r\nContent-Length: 1073741824\r\n\r\n";
    let (outcome, written) = flooded(refusal, &BODY).await;
    let answer = outcome.answer.expect("an answer");
    let beginning = "y".repeat(1_024);
    assert_eq!(
        (answer.status(), answer.excerpt()),
        (500, beginning.as_str())
    );
    assert!(written < MAX_WRITTEN, "{written} bytes");
}

#[tokio::test]
async fn an_answer_of_a_mebibyte_arrives_as_a_whole() {
    for (size, expected) in [
        (MAX_ANSWER, None),
        (MAX_ANSWER + 1, Some(WebhookFailure::AnswerTooLarge)),
    ] {
        for head in [
            format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n"),
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(),
        ] {
            let server = Server::writing([head.into_bytes(), vec![b'y'; size]].concat()).await;
            let outcome = outcome_at(&server.url(), LONG).await;
            assert_eq!(outcome.answer.err(), expected, "{size}");
        }
    }
}

#[tokio::test]
async fn a_head_of_a_gigabyte_is_given_up() {
    static LINE: [u8; 65_536] = [b'y'; 65_536];
    let (outcome, written) = flooded("HTTP/1.1 200 OK\r\nX-Filler: ", &LINE).await;
    assert_failed(&outcome, WebhookFailure::NotHttp);
    assert!(written < MAX_WRITTEN, "{written} bytes");
}

#[tokio::test]
async fn an_answer_is_not_decompressed() {
    // The beginning of a gzip file: its second byte is not UTF-8, the others are control characters.
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03";
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n";
    let server = Server::writing([head.as_bytes(), gzip].concat()).await;
    let outcome = outcome_at(&server.url(), LONG).await;
    assert_eq!(outcome.answer.expect("an answer").excerpt(), "\u{fffd}");
}
