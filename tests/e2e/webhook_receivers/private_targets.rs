//! Endpoints that are not on the public internet, while private targets are forbidden: no connection.

use std::net::IpAddr;

use otp_core::webhook::{ForbiddenAddress, PrivateTargets, WebhookTarget};
use otp_e2e::world::{answer, client};
use otp_e2e::{Database, FakeReceiver, Running, World};
use serde_json::json;

use super::super::webhook_deliveries::{endpoint, get, world};
use super::certificates::Authority;
use super::{PATH, assert_ready, attempted, delivered, log, test};

/// Returns the names in this machine's file of hosts that a URL may have, but whose addresses may not be
/// called.
async fn names_of_this_machine() -> Vec<String> {
    // A system without the file has no such names.
    let file = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let lines = file.lines().filter_map(|line| line.split('#').next());
    let names = lines.flat_map(|line| line.split_whitespace().skip(1));
    let mut found = Vec::new();
    for name in names {
        let url = format!("https://{name}/");
        let is_accepted = WebhookTarget::parse(&url, PrivateTargets::Forbidden).is_ok();
        let Ok(addresses) = tokio::net::lookup_host((name, 443)).await else {
            continue;
        };
        let addresses: Vec<IpAddr> = addresses.map(|address| address.ip()).collect();
        let is_forbidden = |address: &IpAddr| ForbiddenAddress::of(*address).is_some();
        if is_accepted && addresses.iter().all(is_forbidden) && !found.iter().any(|one| one == name)
        {
            found.push(name.to_owned());
        }
    }
    found.truncate(4);
    found
}

/// Waits until a delivery has an attempt, and asserts that it was not called.
async fn assert_not_called(world: &World, server: &Running, endpoint: &str, url: &str) {
    let event = test(world, server, endpoint).await;
    let shown = attempted(world, server, endpoint, &event).await;
    assert_eq!(shown["state"], "Waiting", "{url}: {shown}");
    assert_eq!(
        log(&shown)[0],
        json!([null, "forbidden_target", null]),
        "{url}"
    );
}

/// The same endpoints are called while private targets are allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_connection_leads_to_an_endpoint_that_is_not_public() {
    let mut world = world(Database::sqlite()).await;
    let authority = Authority::new();
    let certificate = authority.certificate(&["127.0.0.1", "localhost"], 2999);
    let plain = FakeReceiver::start().await;
    let tls = FakeReceiver::with_tls(vec![certificate]).await;
    let port = tls.port();

    let server = authority.serve(&world, &[]);
    let mut endpoints = Vec::new();
    for url in [
        plain.url(PATH),
        tls.url(PATH),
        format!("https://localhost:{port}{PATH}"),
    ] {
        let (id, _) = endpoint(&world, &server, &url, &[]).await;
        let event = test(&world, &server, &id).await;
        delivered(&world, &server, &id, &event).await;
        endpoints.push((id, url));
    }
    let connections = || (plain.connections(), tls.connections());
    assert_eq!(connections(), (1, 2), "each of them was called");
    server.terminate();
    server.wait();

    world.set("WEBHOOKS__ALLOW_PRIVATE_TARGETS", "false");
    let server = authority.serve(&world, &[]);
    let allowed = &endpoints[0].0.clone();
    for host in [
        "localhost",
        "a.localhost",
        "127.0.0.1",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let body = json!({"url": format!("https://{host}:{port}{PATH}")});
        let create = world.post(&server, "/v1/webhook-endpoints");
        let change = client().patch(format!("{}/v1/webhook-endpoints/{allowed}", server.url()));
        for request in [create, change.header("X-Api-Key", &world.api_key)] {
            let refused = answer(request.json(&body)).await;
            assert_eq!(
                (refused.status, refused.error()),
                (400, "ForbiddenWebhookTarget"),
                "{host}"
            );
        }
    }
    for name in names_of_this_machine().await {
        let url = format!("https://{name}:{port}{PATH}");
        let (id, _) = endpoint(&world, &server, &url, &[]).await;
        endpoints.push((id, url));
    }
    for (id, url) in &endpoints {
        assert_not_called(&world, &server, id, url).await;
    }
    assert_eq!(connections(), (1, 2), "none of them was called again");
    assert_ready(&server).await;
    let listed = get(&world, &server, "/v1/webhook-endpoints").await.body;
    let listed = listed["data"].as_array().map(Vec::len);
    assert_eq!(
        listed,
        Some(endpoints.len()),
        "what is refused is not stored"
    );
}
