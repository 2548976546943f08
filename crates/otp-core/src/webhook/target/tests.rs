//! URLs that are read, and the spellings of forbidden hosts.

use super::*;
use proptest::prelude::*;

fn public(text: &str) -> Result<WebhookTarget, WebhookTargetError> {
    WebhookTarget::parse(text, PrivateTargets::Forbidden)
}

#[track_caller]
fn check(text: &str, normal: &str) {
    let target = public(text).expect(text);
    assert_eq!(target.as_str(), normal, "{text}");
    // What is stored is read as the same target.
    assert_eq!(public(target.as_str()).as_ref(), Ok(&target));
}

#[track_caller]
fn check_invalid(text: &str, reason: InvalidWebhookTarget) {
    for private in [PrivateTargets::Forbidden, PrivateTargets::Allowed] {
        let read = WebhookTarget::parse(text, private);
        assert_eq!(read, Err(reason.into()), "{text:.100}");
    }
}

#[test]
fn a_public_url_is_normalised() {
    check("https://example.com", "https://example.com/");
    check("HTTPS://Example.COM:443/A?b=C", "https://example.com/A?b=C");
    check(
        "https://example.com:8443/hooks/",
        "https://example.com:8443/hooks/",
    );
    check("https://example.com./", "https://example.com./");
    check("https://my_app.example.com/", "https://my_app.example.com/");
    check("https://كود.example/x", "https://xn--ugb3bp.example/x");
    check("https://example.com/a/../b", "https://example.com/b");
    check("https://8.8.8.8/", "https://8.8.8.8/");
    check(
        "https://[2606:4700::1111]:8443/",
        "https://[2606:4700::1111]:8443/",
    );
    check("https://[::ffff:8.8.8.8]/", "https://[::ffff:808:808]/");
    // Only the whole label means the machine itself.
    check(
        "https://localhost.example.com/",
        "https://localhost.example.com/",
    );
    check("https://notlocalhost/", "https://notlocalhost/");
}

#[test]
fn a_text_that_is_not_a_callable_url_is_refused() {
    use InvalidWebhookTarget::{Fragment, NotAUrl, Scheme, TooLong, UserInfo};
    for (text, reason) in [
        ("", NotAUrl),
        ("example.com", NotAUrl),
        ("/hooks", NotAUrl),
        ("https://", NotAUrl),
        ("https://:443/", NotAUrl),
        ("https://example.com:65536/", NotAUrl),
        ("https://exa mple.com/", NotAUrl),
        (" https://example.com/", NotAUrl),
        ("https://example.com/\n", NotAUrl),
        ("https://exa\tmple.com/", NotAUrl),
        ("https://example.com\\@127.0.0.1/", NotAUrl),
        ("https:\\\\example.com/", NotAUrl),
        ("https://example..com/", NotAUrl),
        ("https://.example.com/", NotAUrl),
        ("https://example.com../", NotAUrl),
        ("https://example.com%00.evil.com/", NotAUrl),
        ("https://*.example.com/", NotAUrl),
        ("https://[::1/", NotAUrl),
        ("https://[fe80::1%25eth0]/", NotAUrl),
        ("https://[fe80::1%eth0]/", NotAUrl),
        ("https://1.2.3.4.5/", NotAUrl),
        ("https://256.0.0.1/", NotAUrl),
        ("https://127.0.0.08/", NotAUrl),
        ("https://4294967296/", NotAUrl),
        ("ftp://example.com/", Scheme),
        ("file:///etc/passwd", Scheme),
        ("gopher://example.com/", Scheme),
        ("data:text/plain,a", Scheme),
        ("https://user@example.com/", UserInfo),
        ("https://user:password@example.com/", UserInfo),
        ("https://:password@example.com/", UserInfo),
        ("https://example.com@127.0.0.1/", UserInfo),
        ("https://example.com/#", Fragment),
        ("https://example.com/#a", Fragment),
        ("https://example.com#@127.0.0.1/", Fragment),
    ] {
        check_invalid(text, reason);
    }
    let long_label = format!("https://{}.com/", "a".repeat(64));
    check_invalid(&long_label, NotAUrl);
    let long_name = format!("https://{}com/", "a.".repeat(126));
    check_invalid(&long_name, NotAUrl);
    let longest = format!(
        "https://example.com/{}",
        "a".repeat(WebhookTarget::MAX_LENGTH - 20)
    );
    assert!(public(&longest).is_ok());
    check_invalid(&format!("{longest}a"), TooLong);
    // Short as typed, too long as it is sent.
    check_invalid(&format!("https://example.com/{}", "é".repeat(500)), TooLong);
}

#[test]
fn http_needs_the_setting() {
    let http = "http://example.com/";
    let refused = Err(ForbiddenWebhookTarget::PlainHttp.into());
    assert_eq!(public(http), refused);
    let target = WebhookTarget::parse(http, PrivateTargets::Allowed).expect("allowed");
    // The setting was changed since.
    assert_eq!(
        target.judge(PrivateTargets::Forbidden),
        Err(ForbiddenWebhookTarget::PlainHttp)
    );
}

/// Spellings of hosts that some parser or resolver takes for an address of the kind.
const SPELLINGS: &[(ForbiddenAddress, &[&str])] = &[
    (
        ForbiddenAddress::Loopback,
        &[
            "127.0.0.1",
            "127.0.0.1.",
            "127.1",
            "127.0.1",
            "127.255.255.254",
            "0x7f.1",
            "0x7f.0.0.1",
            "0x7f000001",
            "0X7F000001",
            "0177.0.0.1",
            "0177.1",
            "017700000001",
            "2130706433",
            "2130706433.",
            "127.0x1",
            "127.0.0.0x01",
            "%31%32%37.0.0.1",
            "127%2e0%2e0%2e1",
            "１２７.０.０.１",
            "127。0。0。1",
            "127．0．0．1",
            "①②⑦.⓪.⓪.①",
            "[::1]",
            "[0:0:0:0:0:0:0:1]",
            "[0000::0001]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[::7f00:1]",
        ],
    ),
    (
        ForbiddenAddress::Unspecified,
        &["0", "0.0.0.0", "0x0", "00", "[::]", "[::ffff:0.0.0.0]"],
    ),
    (
        ForbiddenAddress::LinkLocal,
        &[
            "169.254.169.254",
            "2852039166",
            "0xa9fea9fe",
            "0xa9.0xfe.0xa9.0xfe",
            "0251.0376.0251.0376",
            "169.254.43518",
            "[::ffff:169.254.169.254]",
            "[fe80::1]",
        ],
    ),
    (
        ForbiddenAddress::Private,
        &[
            "10.0.0.1",
            "10.1",
            "0xa.1",
            "172.16.0.1",
            "192.168.1.1",
            "192.168.257",
            "3232235777",
        ],
    ),
    (ForbiddenAddress::Shared, &["100.64.0.1", "100.100.100.200"]),
    (
        ForbiddenAddress::UniqueLocal,
        &["[fd00:ec2::254]", "[FD00::1]"],
    ),
    (
        ForbiddenAddress::Translated,
        &["[64:ff9b::127.0.0.1]", "[64:ff9b::8.8.8.8]"],
    ),
    (
        ForbiddenAddress::Tunneled,
        &["[2002:7f00:1::]", "[2001:0:7f00:1::]"],
    ),
    (
        ForbiddenAddress::Broadcast,
        &["255.255.255.255", "4294967295", "037777777777"],
    ),
];

#[test]
fn a_forbidden_address_is_refused_in_every_spelling() {
    for (class, hosts) in SPELLINGS {
        for host in *hosts {
            for url in [
                format!("https://{host}/a"),
                format!("https://{host}:8443/a?b"),
            ] {
                let refused = ForbiddenWebhookTarget::Address(*class).into();
                assert_eq!(public(&url), Err(refused), "{url}");
                let target = WebhookTarget::parse(&url, PrivateTargets::Allowed).expect(&url);
                assert!(target.judge(PrivateTargets::Forbidden).is_err(), "{url}");
            }
        }
    }
}

#[test]
fn a_name_of_the_machine_itself_is_refused_in_every_spelling() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "a.b.LocalHost.",
        "ｌｏｃａｌｈｏｓｔ",
        "%6cocalhost",
        "local\u{ad}host",
        "loc𝒶lhost",
        "a。localhost",
    ] {
        let refused = Err(ForbiddenWebhookTarget::LocalName.into());
        assert_eq!(public(&format!("https://{host}:1/")), refused, "{host}");
    }
}

#[test]
fn debug_shows_no_path_and_no_query() {
    let target = public("https://example.com:8443/T0KEN?key=T0KEN").expect("public");
    assert_eq!(
        format!("{target:?}"),
        "WebhookTarget(https://example.com:8443/…)"
    );
}

proptest! {
    /// Whatever is typed, nothing panics, and what is accepted is public and keeps its meaning.
    #[test]
    fn an_accepted_url_is_read_again_as_itself(text in "(https?://)?[a-z0-9x.:%\\[\\]@/#?\\\\é０-９]{0,40}") {
        if let Ok(target) = public(&text) {
            prop_assert!(target.url().scheme() == "https" && target.url().has_host());
            prop_assert_eq!(public(target.as_str()), Ok(target));
        }
    }

    #[test]
    fn a_number_is_judged_as_the_address_that_it_is(bits: u32) {
        let class = ForbiddenAddress::of(std::net::Ipv4Addr::from(bits).into());
        let [a, b, c, d] = bits.to_be_bytes();
        for host in [
            format!("{bits}"), format!("{bits:#x}"), format!("0{bits:o}"),
            format!("{a:#x}.{b}.{c}.{d}"), format!("{a}.{}", bits & 0xff_ffff),
            format!("[::ffff:{a}.{b}.{c}.{d}]"),
        ] {
            let refused = class.map(|class| ForbiddenWebhookTarget::Address(class).into());
            prop_assert_eq!(public(&format!("https://{host}/")).err(), refused, "{}", host);
        }
    }
}
