//! The environment's proxies are ignored: they would connect to any address.

use std::process::{Command, Stdio};

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{PrivateTargets, WebhookVerdict};

use crate::support::{LONG, Server, call, caller};

const TARGET: &str = "TARGET_OF_THE_TEST";

#[tokio::test(flavor = "multi_thread")]
async fn proxies_of_the_environment_are_ignored() {
    let proxy = Server::answering("200 OK", "").await;
    let endpoint = Server::answering("200 OK", "").await;
    // The environment of a running process cannot be changed safely, so the call is made by another.
    let mut child = Command::new(std::env::current_exe().expect("this program"));
    child.args(["--exact", "proxy::calls_the_target", "--ignored"]);
    child.env(TARGET, endpoint.url()).stdout(Stdio::null());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        child.env(name, format!("http://{}", proxy.address));
        child.env(name.to_lowercase(), format!("http://{}", proxy.address));
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy");
    let ended = tokio::task::spawn_blocking(move || child.status()).await;
    assert!(ended.expect("no panic").expect("started").success());
    assert_eq!(proxy.counts().accepted, 0);
    assert_eq!(endpoint.counts().requests, 1);
}

/// The other process of the test above.
#[tokio::test]
#[ignore = "run by another test, with an environment of its own"]
#[expect(clippy::disallowed_methods, reason = "the test above sets it")]
async fn calls_the_target() {
    let target = std::env::var(TARGET).expect("set by the other test");
    let outcome = caller(PrivateTargets::Allowed, LONG)
        .call(&call(&target))
        .await;
    assert_eq!(outcome.verdict(), WebhookVerdict::Delivered);
}
