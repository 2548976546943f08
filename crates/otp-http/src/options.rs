//! How the API is run: limits, trusted proxies, its address.

use std::net::IpAddr;
use std::num::NonZeroU32;

use ipnet::IpNet;

/// How the API is run.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Requests allowed to one IP address; `None` allows any number.
    pub per_ip: Option<PerIpQuota>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// Where clients reach the API, such as `https://otp.example.com`; for its documentation only.
    pub public_url: Option<String>,
}

/// Requests allowed to one IP address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PerIpQuota {
    /// In the long run.
    pub per_second: NonZeroU32,
    /// At once.
    pub burst: NonZeroU32,
}

/// Networks of proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The text is neither an IP address nor a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidProxy(pub String);

impl std::fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(text) = self;
        write!(
            f,
            "{text:?} is neither an IP address nor a network such as 10.0.0.0/8"
        )
    }
}

impl std::error::Error for InvalidProxy {}

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`, `fd00::/8`).
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, InvalidProxy> {
        texts
            .iter()
            .map(|text| network(text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether `address`, in canonical form, is one of them.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(text: &str) -> Result<IpNet, InvalidProxy> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| {
            text.parse::<IpAddr>()
                .map(|address| IpNet::from(address.to_canonical()))
        })
        .map_err(|_| InvalidProxy(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read() {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8", " 192.0.2.7 ", "fd00::/8", "::1"])
            .expect("all valid");
        for inside in ["10.255.0.1", "192.0.2.7", "fd12::1", "::1"] {
            assert!(
                proxies.contains(inside.parse().expect("an address")),
                "{inside}"
            );
        }
        for outside in ["11.0.0.1", "192.0.2.8", "fe80::1", "127.0.0.1"] {
            assert!(
                !proxies.contains(outside.parse().expect("an address")),
                "{outside}"
            );
        }
    }

    #[test]
    fn anything_else_is_named() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0"] {
            let refused = TrustedProxies::parse(&[text]).expect_err("no network");
            assert_eq!(refused, InvalidProxy(text.to_owned()));
        }
    }
}
