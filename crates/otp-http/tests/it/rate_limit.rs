//! The limit per IP address, on the paths of the API.

use std::net::SocketAddr;
use std::num::NonZeroU32;

use actix_web::test::TestRequest;
use otp_edge::{PerIpQuota, TrustedProxies};
use otp_http::Api;

use super::support::{World, ask};

fn limited(burst: u32, proxies: &[&str]) -> Api {
    let mut world = World::without_directory();
    world.options.per_ip = Some(PerIpQuota::per_second(
        NonZeroU32::MIN,
        NonZeroU32::new(burst).unwrap(),
    ));
    world.options.trusted_proxies = TrustedProxies::parse(proxies).unwrap();
    world.api()
}

/// Returns the status of a request without a key: 400 while it passes the limit.
async fn status(api: &Api, peer: &str, forwarded: &[&str]) -> u16 {
    let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
    let mut request = TestRequest::post().uri("/SendMessage").peer_addr(peer);
    for line in forwarded {
        request = request.append_header(("X-Forwarded-For", *line));
    }
    ask(api, request).await.status.as_u16()
}

#[actix_web::test]
async fn a_client_over_its_quota_is_refused_with_the_time_to_wait() {
    let api = limited(3, &[]);
    for _ in 0..3 {
        assert_eq!(status(&api, "203.0.113.9", &[]).await, 400);
    }
    let request = TestRequest::post()
        .uri("/SendMessage")
        .peer_addr(([203, 0, 113, 9], 1).into());
    let answer = ask(&api, request).await;
    assert_eq!(answer.error(), (429, "TooManyRequests".into()));
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.header("ratelimit-policy"), "\"ip\";q=3;w=3");
    assert_eq!(answer.header("ratelimit"), "\"ip\";r=0;t=1");
    assert_eq!(
        status(&api, "203.0.113.10", &[]).await,
        400,
        "a neighbour has its own quota"
    );
}

#[actix_web::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_quota() {
    let api = limited(1, &["10.0.0.0/8"]);
    assert_eq!(status(&api, "10.0.0.1", &["198.51.100.1"]).await, 400);
    assert_eq!(status(&api, "10.0.0.1", &["198.51.100.2"]).await, 400);
    assert_eq!(status(&api, "10.0.0.1", &["198.51.100.1"]).await, 429);
}

#[actix_web::test]
async fn only_the_api_paths_are_limited() {
    let api = limited(1, &[]);
    let get = |path: &str| {
        TestRequest::get()
            .uri(path)
            .peer_addr(([203, 0, 113, 9], 1).into())
    };
    for path in [
        "/health/live",
        "/docs",
        "/openapi.json",
        "/.well-known/jwks.json",
        "/nowhere",
    ] {
        for _ in 0..3 {
            assert_ne!(ask(&api, get(path)).await.status, 429, "{path}");
        }
    }
    assert_eq!(ask(&api, get("/CheckMessageStatus")).await.status, 405);
    assert_eq!(
        status(&api, "203.0.113.9", &[]).await,
        429,
        "all API paths share one quota"
    );
}

#[actix_web::test]
async fn without_a_quota_no_client_is_refused() {
    let api = World::without_directory().api();
    for _ in 0..100 {
        assert_eq!(status(&api, "203.0.113.9", &[]).await, 400);
    }
}
