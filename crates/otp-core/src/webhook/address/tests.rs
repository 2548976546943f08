//! The table of addresses, at both ends of every network.

use super::*;
use proptest::prelude::*;

/// Checks addresses in text form, separated by spaces.
#[track_caller]
fn check(addresses: &str, expected: Option<Class>) {
    for text in addresses.split_whitespace() {
        let address: IpAddr = text.parse().expect(text);
        assert_eq!(ForbiddenAddress::of(address), expected, "{text}");
    }
}

#[test]
fn networks_of_ipv4_that_are_not_public_are_forbidden() {
    for (addresses, class) in [
        ("0.0.0.0 0.0.0.1 0.255.255.255", Class::Unspecified),
        ("10.0.0.0 10.255.255.255", Class::Private),
        ("172.16.0.0 172.31.255.255", Class::Private),
        ("192.168.0.0 192.168.255.255", Class::Private),
        ("100.64.0.0 100.100.100.200 100.127.255.255", Class::Shared),
        ("127.0.0.0 127.0.0.1 127.255.255.255", Class::Loopback),
        ("168.63.129.16", Class::CloudService),
        (
            "169.254.0.0 169.254.169.254 169.254.255.255",
            Class::LinkLocal,
        ),
        ("192.0.0.0 192.0.0.192 192.0.0.255", Class::Reserved),
        ("192.0.2.0 192.0.2.255", Class::Documentation),
        ("198.51.100.0 198.51.100.255", Class::Documentation),
        ("203.0.113.0 203.0.113.255", Class::Documentation),
        ("192.88.99.0 192.88.99.255", Class::Tunneled),
        ("198.18.0.0 198.19.255.255", Class::Benchmarking),
        ("224.0.0.0 239.255.255.255", Class::Multicast),
        ("240.0.0.0 255.255.255.254", Class::Reserved),
        ("255.255.255.255", Class::Broadcast),
    ] {
        check(addresses, Some(class));
    }
}

#[test]
fn the_neighbours_of_those_networks_are_public() {
    check("1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255", None);
    check("100.128.0.0 126.255.255.255 128.0.0.0", None);
    check("168.63.129.15 168.63.129.17 169.253.255.255", None);
    check("169.255.0.0 172.15.255.255 172.32.0.0", None);
    check("191.255.255.255 192.0.1.0 192.0.1.255 192.0.3.0", None);
    check("192.88.98.255 192.88.100.0 192.167.255.255", None);
    check("192.169.0.0 198.17.255.255 198.20.0.0", None);
    check("198.51.99.255 198.51.101.0 203.0.112.255", None);
    check("203.0.114.0 223.255.255.255 8.8.8.8", None);
}

#[test]
fn networks_of_ipv6_that_are_not_public_are_forbidden() {
    for (addresses, class) in [
        ("::", Class::Unspecified),
        ("::1", Class::Loopback),
        (
            "64:ff9b:: 64:ff9b::8.8.8.8 64:ff9b::7f00:1",
            Class::Translated,
        ),
        (
            "64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
            Class::Translated,
        ),
        (
            "2001:: 2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
            Class::Tunneled,
        ),
        ("2002:: 2002:7f00:1:: 2002:808:808::1", Class::Tunneled),
        ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Class::Tunneled),
        (
            "2001:2:: 2001:2:0:ffff:ffff:ffff:ffff:ffff",
            Class::Benchmarking,
        ),
        (
            "2001:1:: 2001:10:: 2001:20:: 2001:1ff:ffff::",
            Class::Reserved,
        ),
        ("2001:db8:: 2001:db8:ffff::1", Class::Documentation),
        ("3fff:: 3fff:fff:ffff::1", Class::Documentation),
        ("fc00:: fd00:ec2::254 fdff:ffff::1", Class::UniqueLocal),
        ("fe80:: fe80::1 febf:ffff::1", Class::LinkLocal),
        ("fec0:: feff:ffff::1", Class::Private),
        ("ff00:: ff02::1 ffff:ffff::1", Class::Multicast),
        (
            "100:: 1fff::1 4000:: 5f00::1 fbff::1 fe00::1",
            Class::Reserved,
        ),
        // Translated without a prefix (SIIT), and what is near the networks of NAT64.
        (
            "::ffff:0:127.0.0.1 64:ff9a::1 64:ff9b:2::1",
            Class::Reserved,
        ),
        ("64:ff9b:0:0:0:1::", Class::Reserved),
    ] {
        check(addresses, Some(class));
    }
}

#[test]
fn global_addresses_of_ipv6_are_public() {
    check("2001:200:: 2001:4860:4860::8888 2001:db7:ffff::", None);
    check("2001:db9:: 2003:: 2606:4700::1111 2000::1", None);
    check("3ffe:ffff::1 3fff:1000::1 2620:4f:8000::1", None);
}

#[test]
fn an_address_of_ipv4_in_one_of_ipv6_is_judged() {
    check(
        "::ffff:127.0.0.1 ::127.0.0.1 ::7f00:1",
        Some(Class::Loopback),
    );
    check("::ffff:10.1.2.3 ::192.168.0.1", Some(Class::Private));
    check(
        "::ffff:169.254.169.254 ::169.254.169.254",
        Some(Class::LinkLocal),
    );
    check("::ffff:0.0.0.0 ::0.0.0.2", Some(Class::Unspecified));
    check("::ffff:8.8.8.8", None);
    check("::8.8.8.8", Some(Class::Reserved));
}

proptest! {
    #[test]
    fn a_mapped_address_is_of_the_same_kind(bits: u32) {
        let address = Ipv4Addr::from(bits);
        let kind = ForbiddenAddress::of(address.into());
        prop_assert_eq!(ForbiddenAddress::of(address.to_ipv6_mapped().into()), kind);
    }

    /// The standard library's own properties of addresses, as far as they are stable.
    #[test]
    fn nothing_that_the_standard_library_knows_is_public(bits: u128) {
        let four = Ipv4Addr::from(u32::try_from(bits >> 96).expect("32 bits"));
        let special = four.is_private() || four.is_loopback() || four.is_link_local()
            || four.is_broadcast() || four.is_documentation() || four.is_multicast()
            || four.is_unspecified();
        prop_assert!(!special || ForbiddenAddress::of(four.into()).is_some());
        let six = Ipv6Addr::from(bits);
        let special = six.is_loopback() || six.is_multicast() || six.is_unspecified()
            || six.is_unique_local() || six.is_unicast_link_local();
        prop_assert!(!special || ForbiddenAddress::of(six.into()).is_some());
    }
}
