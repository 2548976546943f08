//! The connections that are kept, and how many.

use std::sync::Arc;

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{PrivateTargets, WebhookFailure, WebhookVerdict};

use crate::support::{LONG, Server, assert_failed, call, caller};

#[tokio::test]
async fn a_connection_is_reused() {
    let server = Server::answering("200 OK", "{\"ok\":true}").await;
    let caller = caller(PrivateTargets::Allowed, LONG);
    for _ in 0..5 {
        let outcome = caller.call(&call(&server.url())).await;
        assert_eq!(outcome.verdict(), WebhookVerdict::Delivered);
    }
    let counts = server.counts();
    assert_eq!((counts.accepted, counts.requests), (1, 5));
}

#[tokio::test]
async fn at_most_64_hosts_keep_connections() {
    let server = Server::answering("200 OK", "").await;
    let port = server.address.port();
    let caller = caller(PrivateTargets::Allowed, LONG);
    for host in 0..200 {
        // The host that is called again and again keeps its connection all the time.
        for name in [format!("host{host}"), "often".to_owned()] {
            let call = call(&format!("http://{name}.test:{port}/"));
            let verdict = caller.call(&call).await.verdict();
            assert_eq!(verdict, WebhookVerdict::Delivered);
        }
    }
    // Less than the time after which idle connections are closed anyway.
    server.wait(|counts| counts.ended >= 201 - 64).await;
    assert_eq!(server.counts().accepted, 201);
}

#[tokio::test]
async fn at_most_4_idle_connections_of_a_host_are_kept() {
    let arrived = Arc::new(tokio::sync::Barrier::new(20));
    let server = Server::start(move |mut connection| {
        let arrived = Arc::clone(&arrived);
        async move {
            // No request is answered before all of them have a connection.
            if connection.request().await.is_some() {
                arrived.wait().await;
                connection.answer("200 OK", "").await;
            }
            connection.closed().await;
        }
    })
    .await;
    let caller = caller(PrivateTargets::Allowed, LONG);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (caller, call) = (caller.clone(), call(&server.url()));
        calls.spawn(async move { caller.call(&call).await.verdict() });
    }
    assert_eq!(calls.join_all().await, [WebhookVerdict::Delivered; 20]);
    server.wait(|counts| counts.ended >= 16).await;
    assert_eq!(server.counts().accepted, 20);
}

/// The server reads a request on a kept connection and closes without an answer. It may have acted on it,
/// so only the next attempt, which counts, may repeat it.
#[tokio::test]
async fn a_call_that_fails_on_a_kept_connection_is_not_repeated() {
    let server = Server::start(|mut connection| async move {
        connection.request().await;
        connection.answer("200 OK", "").await;
        connection.request().await;
    })
    .await;
    let caller = caller(PrivateTargets::Allowed, LONG);
    let call = call(&server.url());
    assert_eq!(
        caller.call(&call).await.verdict(),
        WebhookVerdict::Delivered
    );
    assert_failed(&caller.call(&call).await, WebhookFailure::ConnectionLost);
    let counts = server.counts();
    assert_eq!((counts.accepted, counts.requests), (1, 2));
}
