//! The addresses that a call to a customer must not reach.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

use self::ForbiddenAddress as Class;

/// The kind of an address that is not a host of the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForbiddenAddress {
    /// No address, or "this network": many systems connect to themselves.
    Unspecified,
    /// The machine itself.
    Loopback,
    /// A private network.
    Private,
    /// The local link, with the metadata services of most clouds.
    LinkLocal,
    /// Shared by the customers of a provider (carrier-grade NAT).
    Shared,
    /// A service of the cloud that only its machines reach.
    CloudService,
    /// A group of hosts.
    Multicast,
    /// All hosts of a network.
    Broadcast,
    /// Reserved for examples in documents.
    Documentation,
    /// Reserved for measurements of devices.
    Benchmarking,
    /// A unique local address: IPv6's private network.
    UniqueLocal,
    /// An IPv4 address behind a translator (NAT64), whatever it is.
    Translated,
    /// An IPv4 address behind a tunnel (6to4, Teredo), whatever it is.
    Tunneled,
    /// Not assigned to hosts.
    Reserved,
}

/// Networks of IPv4 that are not public, from IANA's registry of special addresses. The first match
/// counts.
const IPV4: &[(Ipv4Net, Class)] = &[
    (v4(0, 0, 0, 0, 8), Class::Unspecified),
    (v4(10, 0, 0, 0, 8), Class::Private),
    (v4(100, 64, 0, 0, 10), Class::Shared),
    (v4(127, 0, 0, 0, 8), Class::Loopback),
    // Azure's WireServer. It looks like any public address.
    (v4(168, 63, 129, 16, 32), Class::CloudService),
    (v4(169, 254, 0, 0, 16), Class::LinkLocal),
    (v4(172, 16, 0, 0, 12), Class::Private),
    (v4(192, 0, 0, 0, 24), Class::Reserved),
    (v4(192, 0, 2, 0, 24), Class::Documentation),
    // The former relays of 6to4.
    (v4(192, 88, 99, 0, 24), Class::Tunneled),
    (v4(192, 168, 0, 0, 16), Class::Private),
    (v4(198, 18, 0, 0, 15), Class::Benchmarking),
    (v4(198, 51, 100, 0, 24), Class::Documentation),
    (v4(203, 0, 113, 0, 24), Class::Documentation),
    (v4(224, 0, 0, 0, 4), Class::Multicast),
    (v4(255, 255, 255, 255, 32), Class::Broadcast),
    (v4(240, 0, 0, 0, 4), Class::Reserved),
];

/// Networks of IPv6 that are not public. The first match counts; outside [`GLOBAL_UNICAST`], every
/// address without a match is reserved.
const IPV6: &[(Ipv6Net, Class)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Class::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Class::Loopback),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), Class::Translated),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Class::Translated),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Class::Tunneled),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Class::Benchmarking),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Class::Reserved),
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        Class::Documentation,
    ),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Class::Tunneled),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Class::Documentation),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Class::UniqueLocal),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Class::LinkLocal),
    // Site-local: private before unique local addresses were.
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Class::Private),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Class::Multicast),
];

/// The only part of IPv6 that IANA assigns to hosts of the internet.
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

impl ForbiddenAddress {
    /// Returns the kind of the address; `None` if it is public.
    ///
    /// An address that contains one of IPv4 (IPv4-mapped or IPv4-compatible) is of the latter's kind.
    /// IPv4-compatible addresses are reserved if that one is public, because no host has one any more.
    pub fn of(address: IpAddr) -> Option<Self> {
        match address {
            IpAddr::V4(address) => of_ipv4(address),
            IpAddr::V6(address) => of_ipv6(address),
        }
    }

    /// Returns a stable name, such as `link_local`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link_local",
            Self::Shared => "shared",
            Self::CloudService => "cloud_service",
            Self::Multicast => "multicast",
            Self::Broadcast => "broadcast",
            Self::Documentation => "documentation",
            Self::Benchmarking => "benchmarking",
            Self::UniqueLocal => "unique_local",
            Self::Translated => "translated",
            Self::Tunneled => "tunneled",
            Self::Reserved => "reserved",
        }
    }
}

impl fmt::Display for ForbiddenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn of_ipv4(address: Ipv4Addr) -> Option<Class> {
    let entry = IPV4.iter().find(|(net, _)| net.contains(&address));
    entry.map(|(_, class)| *class)
}

fn of_ipv6(address: Ipv6Addr) -> Option<Class> {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return of_ipv4(mapped);
    }
    if let Some((_, class)) = IPV6.iter().find(|(net, _)| net.contains(&address)) {
        return Some(*class);
    }
    if GLOBAL_UNICAST.contains(&address) {
        return None;
    }
    let compatible = address.to_ipv4().and_then(of_ipv4);
    Some(compatible.unwrap_or(Class::Reserved))
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(segments: [u16; 8], prefix: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = segments;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

#[cfg(test)]
mod tests;
