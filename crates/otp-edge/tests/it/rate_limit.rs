//! The limit per IP address, spoofing included.

use otp_edge::PerIpLimit;

use super::support::{ask, configure, get, limit};

/// Returns the status of a request that came over these proxies: 200 while it passes the limit.
async fn status(limit: &PerIpLimit, peer: &str, forwarded: &[&str]) -> u16 {
    let mut request = get("/pages/home", peer);
    for line in forwarded {
        request = request.append_header(("X-Forwarded-For", *line));
    }
    let answer = ask(configure(limit.clone()), request).await;
    answer.status.as_u16()
}

#[actix_web::test]
async fn an_ipv6_client_has_one_quota_for_its_64() {
    let limit = limit(1, &[]);
    assert_eq!(status(&limit, "2001:db8:1:2::1", &[]).await, 200);
    assert_eq!(status(&limit, "2001:db8:1:2:ffff::9", &[]).await, 429);
    assert_eq!(status(&limit, "2001:db8:1:3::1", &[]).await, 200);
}

#[actix_web::test]
async fn an_ipv4_address_in_ipv6_form_is_the_same_client() {
    let limit = limit(1, &[]);
    assert_eq!(status(&limit, "203.0.113.9", &[]).await, 200);
    assert_eq!(status(&limit, "::ffff:203.0.113.9", &[]).await, 429);
    assert_eq!(status(&limit, "::ffff:203.0.113.10", &[]).await, 200);
}

#[actix_web::test]
async fn an_untrusted_client_cannot_hide_behind_x_forwarded_for() {
    let limit = limit(1, &["10.0.0.0/8"]);
    assert_eq!(status(&limit, "203.0.113.9", &["198.51.100.1"]).await, 200);
    assert_eq!(status(&limit, "203.0.113.9", &["198.51.100.2"]).await, 429);
}

#[actix_web::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_quota() {
    let limit = limit(1, &["10.0.0.0/8"]);
    for (peer, forwarded, expected) in [
        ("10.0.0.1", &["198.51.100.1"][..], 200),
        ("10.0.0.1", &["198.51.100.2"], 200),
        ("10.0.0.2", &["1.2.3.4, 198.51.100.1"], 429),
        ("10.0.0.2", &["1.2.3.4", "198.51.100.2, 10.0.0.9"], 429),
    ] {
        let found = status(&limit, peer, forwarded).await;
        assert_eq!(found, expected, "{forwarded:?} behind {peer}");
    }
}

#[actix_web::test]
async fn garbage_from_a_proxy_counts_for_the_proxy() {
    let limit = limit(1, &["10.0.0.0/8"]);
    assert_eq!(status(&limit, "10.0.0.1", &["garbage"]).await, 200);
    assert_eq!(status(&limit, "10.0.0.1", &[",,,"]).await, 429);
    assert_eq!(status(&limit, "10.0.0.1", &[]).await, 429);
}

#[actix_web::test]
async fn paths_outside_the_limited_scope_are_not_counted() {
    let limit = limit(1, &[]);
    for _ in 0..3 {
        let answer = ask(configure(limit.clone()), get("/home", "203.0.113.9")).await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(status(&limit, "203.0.113.9", &[]).await, 200);
}
