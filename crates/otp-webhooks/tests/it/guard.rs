//! Calls to forbidden addresses open no connection, whatever a URL or a resolver does to lead there.

use std::net::IpAddr;

use otp_core::ports::WebhookCaller;
use otp_core::webhook::{
    ForbiddenAddress, ForbiddenWebhookTarget, PrivateTargets, WebhookFailure, WebhookVerdict,
};
use rustls::RootCertStore;
use tokio::net::TcpListener;

use crate::support::{
    Connection, LONG, LOOPBACK, SHORT, ScriptedResolver, Server, assert_failed, call, caller,
    caller_with,
};

/// A global address in a network that IANA has not assigned, so no test reaches a stranger.
const UNASSIGNED: &str = "2d00::1";

fn ip(text: &str) -> IpAddr {
    text.parse().expect(text)
}

fn forbidden(class: ForbiddenAddress) -> WebhookFailure {
    WebhookFailure::ForbiddenTarget(ForbiddenWebhookTarget::Address(class))
}

/// Spellings of 127.0.0.1, and of addresses that reach it.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "2130706433",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.０.０.１",
    "127。0。0。1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "0",
    "0.0.0.0",
];

#[tokio::test]
async fn no_spelling_of_the_loopback_address_is_connected_to() {
    let server = Server::start(|connection| async move { drop(connection) }).await;
    let port = server.address.port();
    let (guarded, open) = (
        caller(PrivateTargets::Forbidden, LONG),
        caller(PrivateTargets::Allowed, LONG),
    );
    for host in SPELLINGS {
        let call = call(&format!("https://{host}:{port}/"));
        let outcome = guarded.call(&call).await;
        let failure = outcome.answer.expect_err(host);
        assert_eq!(failure.as_str(), "forbidden_target", "{host}");
    }
    assert_eq!(server.counts().accepted, 0);
    // Each of them does lead there.
    for (reached, host) in (1..).zip(SPELLINGS) {
        open.call(&call(&format!("https://{host}:{port}/"))).await;
        server.wait(|counts| counts.accepted >= reached).await;
    }
}

#[tokio::test]
async fn the_loopback_address_of_ipv6_is_not_connected_to() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        // This machine has no IPv6, so nothing could be connected to.
        let outcome = caller(PrivateTargets::Forbidden, LONG)
            .call(&call("https://[::1]/"))
            .await;
        return assert_failed(&outcome, forbidden(ForbiddenAddress::Loopback));
    };
    let server = Server::on(listener, Connection::closed);
    let port = server.address.port();
    for host in ["[::1]", "[0:0:0:0:0:0:0:1]"] {
        let call = call(&format!("https://{host}:{port}/"));
        let outcome = caller(PrivateTargets::Forbidden, LONG).call(&call).await;
        assert_failed(&outcome, forbidden(ForbiddenAddress::Loopback));
    }
    let resolver = ScriptedResolver::always(&[ip("::1")]);
    let caller = caller_with(
        PrivateTargets::Forbidden,
        LONG,
        resolver,
        RootCertStore::empty(),
    );
    let outcome = caller
        .call(&call(&format!("https://hooks.test:{port}/")))
        .await;
    assert_failed(&outcome, forbidden(ForbiddenAddress::Loopback));
    assert_eq!(server.counts().accepted, 0);
}

#[tokio::test]
async fn no_name_leads_to_a_forbidden_address() {
    let server = Server::start(Connection::closed).await;
    for (address, class) in [
        ("127.0.0.1", ForbiddenAddress::Loopback),
        ("::ffff:127.0.0.1", ForbiddenAddress::Loopback),
        ("0.0.0.0", ForbiddenAddress::Unspecified),
        ("::", ForbiddenAddress::Unspecified),
        ("10.0.0.1", ForbiddenAddress::Private),
        ("172.16.0.1", ForbiddenAddress::Private),
        ("192.168.0.1", ForbiddenAddress::Private),
        ("169.254.169.254", ForbiddenAddress::LinkLocal),
        ("fe80::1", ForbiddenAddress::LinkLocal),
        ("100.64.0.1", ForbiddenAddress::Shared),
        ("fd00::1", ForbiddenAddress::UniqueLocal),
        ("64:ff9b::7f00:1", ForbiddenAddress::Translated),
        ("64:ff9b:1::1", ForbiddenAddress::Translated),
        ("2002:7f00:1::", ForbiddenAddress::Tunneled),
        ("2001::1", ForbiddenAddress::Tunneled),
        ("224.0.0.1", ForbiddenAddress::Multicast),
        ("255.255.255.255", ForbiddenAddress::Broadcast),
    ] {
        let resolver = ScriptedResolver::always(&[ip(address)]);
        let caller = caller_with(
            PrivateTargets::Forbidden,
            LONG,
            resolver.clone(),
            RootCertStore::empty(),
        );
        let url = format!("https://hooks.test:{}/", server.address.port());
        let outcome = caller.call(&call(&url)).await;
        assert_failed(&outcome, forbidden(class));
        assert_eq!(resolver.asked(), 1, "{address}");
    }
    assert_eq!(server.counts().accepted, 0);
}

/// The name is public when an endpoint is created and in the first look-up, and private afterwards.
#[tokio::test]
async fn a_name_that_changes_its_address_is_judged_again() {
    let server = Server::start(Connection::closed).await;
    let resolver = ScriptedResolver::new(&[&[ip(UNASSIGNED)], &[LOOPBACK]]);
    let caller = caller_with(
        PrivateTargets::Forbidden,
        SHORT,
        resolver.clone(),
        RootCertStore::empty(),
    );
    let call = call(&format!("https://hooks.test:{}/", server.address.port()));
    // A second look-up in this call would find the loopback address.
    let outcome = caller.call(&call).await;
    let failure = outcome.answer.expect_err("nothing is at that address");
    assert!(matches!(
        failure,
        WebhookFailure::Unreachable | WebhookFailure::Timeout
    ));
    assert_eq!(resolver.asked(), 1, "a call looks a name up once");
    for asked in 2..5 {
        let outcome = caller.call(&call).await;
        assert_failed(&outcome, forbidden(ForbiddenAddress::Loopback));
        assert_eq!(resolver.asked(), asked);
    }
    assert_eq!(server.counts().accepted, 0);
}

#[tokio::test]
async fn a_forbidden_address_among_public_ones_is_not_connected_to() {
    let server = Server::start(Connection::closed).await;
    for addresses in [[LOOPBACK, ip(UNASSIGNED)], [ip(UNASSIGNED), LOOPBACK]] {
        let resolver = ScriptedResolver::always(&addresses);
        let roots = RootCertStore::empty();
        let caller = caller_with(PrivateTargets::Forbidden, SHORT, resolver, roots);
        let url = format!("https://hooks.test:{}/", server.address.port());
        let outcome = caller.call(&call(&url)).await;
        let failure = outcome.answer.expect_err("nothing is at that address");
        assert!(matches!(
            failure,
            WebhookFailure::Unreachable | WebhookFailure::Timeout
        ));
    }
    assert_eq!(server.counts().accepted, 0);
}

/// A target may have been stored while private targets were allowed.
#[tokio::test]
async fn http_and_names_of_the_machine_are_refused_without_a_look_up() {
    let server = Server::start(Connection::closed).await;
    let port = server.address.port();
    for (url, reason) in [
        (
            format!("http://hooks.test:{port}/"),
            ForbiddenWebhookTarget::PlainHttp,
        ),
        (
            format!("http://127.0.0.1:{port}/"),
            ForbiddenWebhookTarget::PlainHttp,
        ),
        (
            format!("https://localhost:{port}/"),
            ForbiddenWebhookTarget::LocalName,
        ),
        (
            format!("https://a.localhost.:{port}/"),
            ForbiddenWebhookTarget::LocalName,
        ),
    ] {
        let resolver = ScriptedResolver::always(&[LOOPBACK]);
        let roots = RootCertStore::empty();
        let caller = caller_with(PrivateTargets::Forbidden, LONG, resolver.clone(), roots);
        let outcome = caller.call(&call(&url)).await;
        assert_failed(&outcome, WebhookFailure::ForbiddenTarget(reason));
        assert_eq!(resolver.asked(), 0, "{url}");
    }
    assert_eq!(server.counts().accepted, 0);
}

#[tokio::test]
async fn private_targets_are_called_if_they_are_allowed() {
    let server = Server::answering("200 OK", "").await;
    let port = server.address.port();
    for host in ["127.0.0.1", "localhost", "hooks.test"] {
        let call = call(&format!("http://{host}:{port}/"));
        let outcome = caller(PrivateTargets::Allowed, LONG).call(&call).await;
        assert_eq!(outcome.verdict(), WebhookVerdict::Delivered, "{host}");
    }
}
