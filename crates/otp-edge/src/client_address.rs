//! Client address: the peer's own, or what trusted proxies report of it.

mod proxies;

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::X_FORWARDED_FOR;

pub use proxies::{InvalidProxy, TrustedProxies};

/// Returns the client's address in canonical form: an IPv4 address is never in its IPv6 form.
pub fn client_address(request: &HttpRequest, trusted: &TrustedProxies) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.ip());
    let lines: Vec<_> = request.headers().get_all(X_FORWARDED_FOR).collect();
    let hops_from_the_nearest = lines
        .iter()
        .rev()
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
    client(peer.to_canonical(), hops_from_the_nearest, trusted)
}

/// Returns the address under which a client is counted: an IPv4 address, or the /64 network of an
/// IPv6 address, because a subscriber has a whole /64.
pub fn counted_address(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// Walks from the peer towards the client, along `hops` from the nearest on, while each of them is a
/// trusted proxy. If a proxy reports something else than an address, the proxy counts as the client.
fn client<'a>(
    peer: IpAddr,
    hops: impl Iterator<Item = &'a [u8]>,
    trusted: &TrustedProxies,
) -> IpAddr {
    let mut client = peer;
    for hop in hops {
        if !trusted.contains(client) {
            break;
        }
        match address(hop) {
            Some(address) => client = address,
            None => break,
        }
    }
    client
}

/// Reads an address as proxies write it: some add a port, and then brackets around IPv6.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare.parse().ok();
    let address = address.or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, forwarded: &[&str], expected: &str) {
        let trusted = TrustedProxies::parse(&["10.0.0.0/8", "fd00::/8"]).expect("networks");
        let hops = forwarded.iter().rev().map(|hop| hop.as_bytes());
        let peer: IpAddr = peer.parse().expect("an address");
        let found = client(peer.to_canonical(), hops, &trusted);
        assert_eq!(found.to_string(), expected, "{forwarded:?} behind {peer}");
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_64() {
        let counted = |text: &str| counted_address(text.parse().expect("an address")).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("2001:db8:1:2:ffff::1"), "2001:db8:1:2::");
        assert_eq!(counted("198.51.100.1"), "198.51.100.1");
    }

    #[test]
    fn an_untrusted_peer_is_the_client_itself() {
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("::ffff:203.0.113.9", &["198.51.100.1"], "203.0.113.9");
    }

    #[test]
    fn behind_trusted_proxies_the_rightmost_untrusted_address_is_the_client() {
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check(
            "10.0.0.1",
            &["1.1.1.1", " 198.51.100.1", " 10.0.0.2 "],
            "198.51.100.1",
        );
        check("fd00::1", &["2001:db8::7"], "2001:db8::7");
        check("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["10.0.0.3", "10.0.0.2"], "10.0.0.3");
    }

    #[test]
    fn ports_and_brackets_are_ignored() {
        check("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1");
        check("10.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7");
        check("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7");
    }

    #[test]
    fn anything_but_an_address_ends_the_walk() {
        for garbage in [
            "",
            " ",
            "unknown",
            "_hidden",
            "198.51.100.256",
            "\"",
            "a:b:c",
            "[]",
        ] {
            check("10.0.0.1", &[garbage], "10.0.0.1");
            check(
                "10.0.0.1",
                &["198.51.100.1", garbage, "10.0.0.2"],
                "10.0.0.2",
            );
        }
        let trusted = TrustedProxies::parse(&["10.0.0.0/8"]).expect("a network");
        let peer = IpAddr::from([10, 0, 0, 1]);
        let hops = [b"\xff\xfe".as_slice()].into_iter();
        assert_eq!(client(peer, hops, &trusted), peer);
    }
}
