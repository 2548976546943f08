//! Tests with servers that close early, stall, lie or are absent. A message that may have been
//! accepted MUST NOT be reported as not sent, and MUST NOT be sent twice.

use std::time::{Duration, Instant};

use otp_core::ports::{Accepted, MessageSender, SendError};
use otp_whatsapp::CloudApiOptions;
use tokio::net::TcpListener;

use crate::support::{
    ACCEPTED, Connection, RawServer, message, message_within, sender, sender_with,
};

const SHORT: Duration = Duration::from_millis(400);

/// A generous tolerance for busy machines; a call that hangs would take far longer.
const GRACE: Duration = Duration::from_secs(2);

type Outcome = Result<Accepted, SendError>;

#[track_caller]
fn assert_unreached(outcome: &Outcome) {
    match outcome {
        Err(SendError::Retry {
            refusal,
            after: None,
        }) => {
            assert_eq!(refusal.http_status, None);
            assert_eq!(refusal.message, "WhatsApp could not be reached.");
            assert_eq!(refusal.failure.code, None);
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_refused(outcome: &Outcome, status: u16) {
    match outcome {
        Err(SendError::Refused(refusal)) => assert_eq!(refusal.http_status, Some(status)),
        other => panic!("{other:?}"),
    }
}

/// Returns the outcome of a send to a server that reads the request and then runs `then`. There
/// must be exactly one request.
async fn outcome_of<F, Fut>(timeout: Duration, then: F) -> Outcome
where
    F: Fn(Connection) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let server = RawServer::start(move |mut connection| {
        let then = then.clone();
        async move {
            if connection.request().await.is_some() {
                then(connection).await;
            }
        }
    })
    .await;
    let started = Instant::now();
    let outcome = sender(&server.url).send(&message_within(timeout)).await;
    assert!(started.elapsed() < timeout + GRACE);
    assert_eq!(server.requests(), 1, "one call");
    outcome
}

/// Returns the outcome of an answer with these bytes and an orderly close.
async fn outcome_of_bytes(answer: &'static str) -> Outcome {
    outcome_of(message().timeout(), move |mut connection| async move {
        connection.write(answer).await;
    })
    .await
}

#[tokio::test]
async fn a_message_is_not_sent_if_nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    assert_unreached(&sender(&url).send(&message()).await);
}

#[tokio::test]
async fn a_message_is_not_sent_if_the_host_does_not_exist() {
    assert_unreached(&sender("http://graph.invalid").send(&message()).await);
}

#[tokio::test]
async fn a_message_is_not_sent_if_the_proxy_is_absent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let proxy = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let sender = sender_with(CloudApiOptions {
        base_url: "http://graph.invalid".to_owned(),
        proxy: Some(proxy),
        ..CloudApiOptions::default()
    });
    assert_unreached(&sender.send(&message()).await);
}

#[tokio::test]
async fn a_message_is_not_sent_if_no_time_is_left() {
    let server = RawServer::start(Connection::closed).await;
    let outcome = sender(&server.url)
        .send(&message_within(Duration::ZERO))
        .await;
    assert_unreached(&outcome);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_close_after_the_request_is_unknown() {
    assert_eq!(outcome_of_bytes("").await, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_reset_after_the_request_is_unknown() {
    let outcome = outcome_of(message().timeout(), |connection| async move {
        connection.reset();
    })
    .await;
    assert_eq!(outcome, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_missing_answer_is_unknown() {
    let outcome = outcome_of(SHORT, Connection::closed).await;
    assert_eq!(outcome, Err(SendError::Unknown));
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_unknown() {
    for answer in [
        "hello\r\n\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
    ] {
        assert_eq!(
            outcome_of_bytes(answer).await,
            Err(SendError::Unknown),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_success_that_is_cut_off_is_unknown() {
    let short =
        "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"messages\":[{\"id\":\"wamid.A\"}]}";
    assert_eq!(outcome_of_bytes(short).await, Err(SendError::Unknown));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"messages\":[{\"id\":\"wamid.A\"}]}\r\n";
    assert_eq!(outcome_of_bytes(chunked).await, Err(SendError::Unknown));
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"messages\":[{\"id\":\"wamid.A\"}]";
    assert_eq!(outcome_of_bytes(half).await, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_refusal_that_is_cut_off_is_still_a_refusal() {
    let short = "HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{\"error\":";
    assert_refused(&outcome_of_bytes(short).await, 400);
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection
            .write("HTTP/1.1 400 Bad Request\r\nContent-Length: 500\r\n\r\n{")
            .await;
        connection.closed().await;
    })
    .await;
    assert_refused(&outcome, 400);
}

#[tokio::test]
async fn a_failure_that_is_cut_off_is_unknown() {
    let short = "HTTP/1.1 500 Oops\r\nContent-Length: 500\r\n\r\n{\"error\":{\"code\":131026}}";
    assert_eq!(outcome_of_bytes(short).await, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_body_that_never_completes_is_unknown() {
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection
            .write("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
            .await;
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while connection.write(" ").await {
            tick.tick().await;
        }
    })
    .await;
    assert_eq!(outcome, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_head_that_never_completes_is_unknown() {
    let outcome = outcome_of(SHORT, |mut connection| async move {
        connection.write("HTTP/1.1 200 OK\r\nX-Filler: ").await;
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        while connection.write("x").await {
            tick.tick().await;
        }
    })
    .await;
    assert_eq!(outcome, Err(SendError::Unknown));
}

#[tokio::test]
async fn an_endless_answer_has_the_outcome_of_its_status() {
    for (status, refused) in [
        ("200 OK", false),
        ("400 Bad Request", true),
        ("502 Oops", false),
    ] {
        let outcome = outcome_of(message().timeout(), move |mut connection| async move {
            let head = format!("HTTP/1.1 {status}\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.write(&head).await;
            let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
            while connection.write(&chunk).await {}
        })
        .await;
        if refused {
            assert_refused(&outcome, 400);
        } else {
            assert_eq!(outcome, Err(SendError::Unknown), "{status}");
        }
    }
}

/// The white space after the JSON only changes the length.
#[tokio::test]
async fn answers_are_read_up_to_64_kib() {
    let padded_to = |length: usize| {
        outcome_of(message().timeout(), move |mut connection| async move {
            let space = " ".repeat(length - ACCEPTED.len());
            connection
                .answer("200 OK", &format!("{ACCEPTED}{space}"))
                .await;
        })
    };
    assert!(padded_to(64 * 1024).await.is_ok());
    assert_eq!(padded_to(64 * 1024 + 1).await, Err(SendError::Unknown));
}

#[tokio::test]
async fn a_page_of_a_proxy_is_not_an_answer_of_meta() {
    let page = "<html><body><h1>Bad Gateway</h1></body></html>";
    let page_of = |status: &'static str| {
        outcome_of(message().timeout(), move |mut connection| async move {
            connection.answer(status, page).await;
        })
    };
    assert_eq!(page_of("502 Bad Gateway").await, Err(SendError::Unknown));
    assert_eq!(page_of("200 OK").await, Err(SendError::Unknown));
    assert_refused(&page_of("403 Forbidden").await, 403);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = RawServer::start(|mut connection| async move {
        connection.request().await;
        connection.answer("200 OK", ACCEPTED).await;
    })
    .await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = target.url.clone();
        let outcome = outcome_of(message().timeout(), move |mut connection| {
            let answer = format!(
                "HTTP/1.1 {status}\r\nLocation: {location}/elsewhere\r\nContent-Length: 0\r\n\r\n"
            );
            async move {
                connection.write(&answer).await;
            }
        })
        .await;
        assert_eq!(outcome, Err(SendError::Unknown), "{status}");
    }
    assert_eq!(target.connections(), 0);
}

#[tokio::test]
async fn connections_are_reused() {
    let server = RawServer::start(|mut connection| async move {
        while connection.request().await.is_some() {
            connection.answer("200 OK", ACCEPTED).await;
        }
    })
    .await;
    let sender = sender(&server.url);
    for _ in 0..5 {
        assert!(sender.send(&message()).await.is_ok());
    }
    assert_eq!((server.requests(), server.connections()), (5, 1));
}

/// The server closes while the connection is idle: nothing was sent on it, so a new connection is
/// used.
#[tokio::test]
async fn a_connection_closed_while_idle_loses_no_message() {
    let server = RawServer::start(|mut connection| async move {
        if connection.request().await.is_some() {
            connection.answer("200 OK", ACCEPTED).await;
        }
    })
    .await;
    let sender = sender(&server.url);
    for sent in 1..=20 {
        match sender.send(&message()).await {
            // The server may close while the next request is sent, which then counts as sent.
            Ok(_) | Err(SendError::Unknown) => {}
            Err(other) => panic!("{other:?}"),
        }
        assert!(server.requests() <= sent, "never twice");
    }
}

/// The server reads a request on a reused connection and closes without an answer. A client that
/// repeats requests that fail on a reused connection would deliver the message twice.
#[tokio::test]
async fn a_request_that_failed_on_a_reused_connection_is_not_repeated() {
    for reset in [false, true] {
        let server = RawServer::start(move |mut connection| async move {
            connection.request().await;
            connection.answer("200 OK", ACCEPTED).await;
            if connection.request().await.is_some() && reset {
                connection.reset();
            }
        })
        .await;
        let sender = sender(&server.url);
        assert!(sender.send(&message()).await.is_ok());
        assert_eq!(sender.send(&message()).await, Err(SendError::Unknown));
        assert_eq!((server.requests(), server.connections()), (2, 1));
    }
}

/// If a connection is closed at once, the server never receives the message, whichever of the two
/// outcomes the sender reports.
#[tokio::test]
async fn a_server_that_closes_at_once_never_receives_a_message() {
    let server = RawServer::start(|connection| async move { drop(connection) }).await;
    for _ in 0..20 {
        match sender(&server.url).send(&message()).await {
            Err(SendError::Unknown) => {}
            outcome @ (Ok(_) | Err(_)) => assert_unreached(&outcome),
        }
    }
    assert_eq!(server.requests(), 0);
}
