//! Mails are read back by an independent reader.

use mail_parser::{MessageParser, MimeHeaders};
use otp_core::account::ContactLine;
use proptest::prelude::*;

use super::*;
use crate::words::{About, write};

const AT: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

fn from() -> From {
    From::parse("بوابة الرموز <notices@example.com>").expect("a sender")
}

fn composed(name: &str, address: &str, words: Words) -> Vec<u8> {
    let to = EmailAddress::parse(address).expect("an address");
    let from = from();
    let addressing = Addressing {
        sender: &from,
        from: from.mailbox(),
        to: &to,
        name,
        id: "5f0c",
        at: AT,
        language: UiLanguage::Arabic,
    };
    compose(&addressing, words).expect("a mail").1
}

fn words(subject: &str) -> Words {
    Words {
        subject: subject.to_owned(),
        plain: "مرحبًا\n\n.\n\nEnde\n".to_owned(),
        html: "<p>مرحبًا</p>\n".to_owned(),
    }
}

/// Returns the names of the header fields, in order.
fn names(mail: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(mail).expect("ASCII");
    let head = text.split("\r\n\r\n").next().expect("a header");
    let fields = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']));
    fields
        .map(|line| line.split(':').next().expect("a name").to_owned())
        .collect()
}

const EXPECTED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Message-ID",
    "Date",
    "MIME-Version",
    "Content-Type",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
];

/// Checks that a mail has exactly the expected headers, this recipient alone, and only ASCII bytes.
fn check(mail: &[u8], address: &str) -> Result<(), TestCaseError> {
    let mut found = names(mail);
    let mut expected = EXPECTED.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    prop_assert_eq!(found, expected);
    prop_assert!(mail.is_ascii(), "a header or body is not encoded");
    let read = MessageParser::default().parse(mail).expect("a mail");
    let to = read.to().into_iter().flat_map(|to| to.iter());
    let recipients: Vec<_> = to.filter_map(|to| to.address()).collect();
    prop_assert_eq!(recipients, [address]);
    prop_assert!(read.bcc().is_none() && read.cc().is_none());
    // No line is longer than SMTP allows.
    prop_assert!(
        mail.split(|byte| *byte == b'\n')
            .all(|line| line.len() <= 999)
    );
    Ok(())
}

#[test]
fn a_mail_has_its_headers_plain_text_first_and_then_html() {
    let contact = |text| ContactLine::parse(text).expect("a line");
    let test = write(
        About::Test,
        UiLanguage::Arabic,
        (&contact("أمل"), &contact("Amal")),
    );
    let mail = composed("أمل", "amal@example.com", test.clone());
    check(&mail, "amal@example.com").expect("its structure");
    let read = MessageParser::default().parse(&mail).expect("a mail");
    assert_eq!(read.subject(), Some(test.subject.as_str()));
    let to = read.to().and_then(|to| to.first()).and_then(|to| to.name());
    assert_eq!(to, Some("أمل"));
    let header = |name: &'static str| read.header(name).and_then(|value| value.as_text());
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header("X-Auto-Response-Suppress"), Some("All"));
    assert_eq!(read.message_id(), Some("5f0c@example.com"));
    assert_eq!(
        read.date().map(|date| date.to_timestamp() * 1_000),
        Some(AT.unix_millis())
    );
    let types: Vec<_> = read
        .parts
        .iter()
        .map(|part| {
            part.content_type()
                .expect("a type")
                .subtype()
                .expect("a subtype")
                .to_owned()
        })
        .collect();
    assert_eq!(types, ["alternative", "plain", "html"]);
    let trimmed = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    assert_eq!(
        read.body_text(0).map(|text| trimmed(&text)),
        Some(trimmed(&test.plain))
    );
    assert_eq!(
        read.body_html(0).map(|text| trimmed(&text)),
        Some(trimmed(&test.html))
    );
}

#[test]
fn a_sender_is_an_address_or_a_name_with_one() {
    for (text, domain) in [
        ("notices@example.com", Some("example.com")),
        (
            "Example <notices@mail.example.com>",
            Some("mail.example.com"),
        ),
        (
            "\"Example, Inc.\" <notices@example.com>",
            Some("example.com"),
        ),
        ("", None),
        ("Example", None),
        ("Example <notices>", None),
        ("a@b.co, c@d.ef", None),
        ("Example\r\nBcc: x@y.zz <notices@example.com>", None),
        ("notices@münchen.example", Some("xn--mnchen-3ya.example")),
    ] {
        let from = From::parse(text);
        assert_eq!(from.as_ref().ok().map(From::domain), domain, "{text:?}");
    }
}

#[test]
fn a_value_that_looks_like_a_header_stays_in_its_field() {
    for evil in [
        "x\r\nBcc: victim@example.com",
        "x\nBcc: victim@example.com",
        "x\rBcc: victim@example.com",
        "x\r\n\r\n<p>body</p>",
        "x\u{2028}Bcc: victim@example.com",
        "x\u{85}Bcc: victim@example.com",
        "=?utf-8?Q?x=0D=0ABcc:_victim@example.com?=",
        "a, victim@example.com",
        "\"a\" <victim@example.com>,",
        "<victim@example.com>",
        ";:()\\\"",
    ] {
        let mail = composed(evil, "amal@example.com", words(evil));
        check(&mail, "amal@example.com").unwrap_or_else(|why| panic!("{evil:?}: {why}"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_name_or_subject_makes_a_header_or_a_recipient(name in "\\PC{0,60}|.{0,60}", subject in ".{0,120}|[\\r\\n\\t :<>@=?a-z\u{2028}]{0,60}") {
        let mail = composed(&name, "amal@example.com", words(&subject));
        check(&mail, "amal@example.com")?;
    }
}
