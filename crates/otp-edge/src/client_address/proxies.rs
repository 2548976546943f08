//! Trusted proxies: the networks whose `X-Forwarded-For` is believed.

use std::net::IpAddr;

use ipnet::IpNet;

/// Networks of proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The text is neither an IP address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct InvalidProxy(pub String);

impl TrustedProxies {
    /// Reads addresses (`10.0.0.7`) and networks (`10.0.0.0/8`, `fd00::/8`).
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, InvalidProxy> {
        texts
            .iter()
            .map(|text| network(text.as_ref()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns the networks that contain public addresses for certain: they are larger than the largest
    /// private ones, 10.0.0.0/8 and fc00::/7.
    pub fn wide_networks(&self) -> impl Iterator<Item = String> {
        let is_wide = |network: &&IpNet| match network {
            IpNet::V4(network) => network.prefix_len() < 8,
            IpNet::V6(network) => network.prefix_len() < 7,
        };
        self.0.iter().filter(is_wide).map(ToString::to_string)
    }

    /// Returns whether `address`, in canonical form, belongs to a trusted proxy.
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
    fn networks_larger_than_private_ones_are_wide() {
        let networks = ["0.0.0.0/0", "10.0.0.0/8", "128.0.0.0/7", "fc00::/7", "::/0"];
        let proxies = TrustedProxies::parse(&networks).expect("all valid");
        let wide: Vec<_> = proxies.wide_networks().collect();
        assert_eq!(wide, ["0.0.0.0/0", "128.0.0.0/7", "::/0"]);
    }

    #[test]
    fn the_error_quotes_the_text() {
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0"] {
            let refused = TrustedProxies::parse(&[text]).expect_err("no network");
            assert_eq!(refused, InvalidProxy(text.to_owned()));
        }
    }
}
