//! Mails with a passcode, read back by an independent reader.

use mail_parser::{MessageParser, MimeHeaders};
use otp_core::account::ContactLine;
use otp_core::channel::email::{BrandColour, EmailIdentity};
use otp_core::ids::MessageId;
use otp_core::passcode::Passcode;
use otp_core::recipient::{Domain, EmailAddress};
use otp_core::time::Timestamp;
use otp_core::ui_language::UiLanguage;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::message::{Addressing, From, compose, mailbox};

fn line(text: &str) -> ContactLine {
    ContactLine::parse(text).expect("a line")
}

fn message(product: &str, domain: Option<&str>, language: UiLanguage) -> OutgoingMessage {
    let address = |text| EmailAddress::parse(text).expect("an address");
    OutgoingMessage {
        message_id: MessageId(Uuid::from_u128(7)),
        to: address("amal@example.com"),
        passcode: Passcode::parse(Some("482913")).expect("a passcode"),
        language,
        identity: EmailIdentity {
            address: address("codes@shop.example"),
            name: line(product),
            product: line(product),
            colour: BrandColour::parse("#0a7d33").expect("a colour"),
            domain: domain.map(|domain| Domain::parse(domain).expect("a domain")),
        },
        lifetime: Duration::from_secs(300),
        at: Timestamp::from_unix_millis(1_800_000_000_000),
        timeout: Duration::from_secs(10),
    }
}

fn mail(message: &OutgoingMessage) -> Vec<u8> {
    let gateway = From::parse("Gateway <otp@gateway.example>").expect("a sender");
    let identity = &message.identity;
    let addressing = Addressing {
        sender: &gateway,
        from: &mailbox(&identity.address, identity.name.as_str()).expect("a mailbox"),
        to: &message.to,
        name: "",
        id: &message.message_id.to_string(),
        at: message.at,
        language: message.language,
    };
    let (route, mail) = compose(&addressing, write(message)).expect("a mail");
    assert_eq!(route.from.to_string(), "otp@gateway.example");
    assert_eq!(route.to.to_string(), "amal@example.com");
    mail
}

/// Returns subject, plain text and HTML.
fn parts(mail: &[u8]) -> [String; 3] {
    let read = MessageParser::default().parse(mail).expect("a mail");
    let types: Vec<_> = read
        .parts
        .iter()
        .map(|part| part.content_type().expect("a type").subtype())
        .collect();
    assert_eq!(types, ["alternative", "plain", "html"].map(Some));
    let subject = read.subject().expect("a subject").to_owned();
    let text = read.body_text(0).expect("plain text").replace("\r\n", "\n");
    let html = read.body_html(0).expect("HTML").replace("\r\n", "\n");
    [subject, text, html]
}

#[test]
fn an_english_mail_has_its_code_in_the_subject_and_first_and_the_site_last() {
    let mail = mail(&message(
        "Amal & Co",
        Some("shop.example"),
        UiLanguage::English,
    ));
    let [subject, plain, html] = parts(&mail);
    assert_eq!(subject, "482913 is your code for Amal & Co");
    assert_eq!(
        plain.trim_end(),
        "482913\n\n\
         This is your code for Amal & Co.\n\
         It is valid for 5 min.\n\n\
         Do not share it with anyone. If you did not ask for it, ignore this mail.\n\n\
         @shop.example #482913"
    );
    for found in [
        "<html lang=\"en\" dir=\"ltr\">",
        ">482913</bdi>",
        "Amal &amp; Co",
        "border-top: 4px solid #0a7d33",
        ">@shop.example #482913</p>\n</div>",
    ] {
        assert!(html.contains(found), "{found} is not in {html}");
    }
}

#[test]
fn an_arabic_mail_is_written_from_right_to_left_and_its_code_from_left_to_right() {
    let mail = mail(&message("أمل للتجارة", None, UiLanguage::Arabic));
    let [subject, plain, html] = parts(&mail);
    assert_eq!(subject, "482913 هو رمزك لدى \u{2068}أمل للتجارة\u{2069}");
    assert_eq!(plain.lines().next(), Some("482913"));
    assert!(!plain.contains('@') && !plain.contains('#'), "{plain}");
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\">"), "{html}");
    assert!(html.contains("<bdi dir=\"ltr\""), "{html}");
    assert!(html.contains("<bdi>أمل للتجارة</bdi>"), "{html}");
    let read = MessageParser::default().parse(&mail).expect("a mail");
    let from = read.from().and_then(|from| from.first()).expect("a sender");
    assert_eq!(from.address(), Some("codes@shop.example"));
    assert_eq!(from.name(), Some("أمل للتجارة"));
}

#[test]
fn a_mail_says_what_it_is_and_names_its_message() {
    let mail = mail(&message("Amal", None, UiLanguage::English));
    let read = MessageParser::default().parse(&mail).expect("a mail");
    let header = |name: &'static str| read.header(name).and_then(|value| value.as_text());
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(header("Content-Language"), Some("en"));
    let id = "00000000-0000-0000-0000-000000000007@shop.example";
    assert_eq!(read.message_id(), Some(id));
}

#[test]
fn whole_minutes_are_minutes_and_the_rest_is_seconds() {
    for (seconds, expected) in [
        (30, ("Code-seconds", 30)),
        (60, ("Code-minutes", 1)),
        (90, ("Code-seconds", 90)),
        (600, ("Code-minutes", 10)),
    ] {
        assert_eq!(validity(Duration::from_secs(seconds)), expected);
    }
}

/// Checks what holds for every mail, whatever the account is called.
fn check(product: &str, domain: Option<&str>, language: UiLanguage) -> Result<(), TestCaseError> {
    let mail = mail(&message(product, domain, language));
    prop_assert!(mail.is_ascii());
    let read = MessageParser::default().parse(&mail).expect("a mail");
    let mut names: Vec<_> = read.headers().iter().map(|header| header.name()).collect();
    names.sort_unstable();
    let expected = [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Auto-Response-Suppress",
    ];
    prop_assert_eq!(names, expected);
    for people in [read.from(), read.to()] {
        prop_assert_eq!(people.map(|people| people.iter().count()), Some(1));
    }
    let [subject, plain, html] = parts(&mail);
    prop_assert!(subject.starts_with("482913 "), "{}", subject);
    prop_assert_eq!(plain.lines().next(), Some("482913"));
    let bound = domain.map(|domain| format!("@{domain} #482913"));
    let last = plain.trim_end().lines().last();
    prop_assert_eq!(last.filter(|line| line.starts_with('@')), bound.as_deref());
    // Nothing to load, to follow or to run.
    let lower = html.to_lowercase();
    for tag in ["<a", "<img", "<script", "<link", "<iframe", "<form", "<svg"] {
        let is_tag = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let found = lower.split(tag).skip(1).any(is_tag);
        prop_assert!(!found, "{} in {}", tag, html);
    }
    prop_assert!(!lower.contains("url("), "{}", html);
    Ok(())
}

#[test]
fn a_product_that_looks_like_a_header_or_markup_remains_text() {
    for evil in [
        "x Bcc: victim@example.com",
        "x\u{2028}Bcc: victim@example.com",
        "=?utf-8?Q?x=0D=0ABcc:_victim@example.com?=",
        "\"a\" <victim@example.com>, b",
        "<img src=https://evil.example/x>",
        "</title><script>alert(1)</script>",
        "<a href='https://evil.example'>x</a>",
        "\u{202e}482913\u{2066}",
        "{ $code } { -x }",
    ] {
        for language in UiLanguage::ALL {
            check(evil, Some("shop.example"), language)
                .unwrap_or_else(|why| panic!("{evil:?}: {why}"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_product_and_no_site_makes_a_header_a_recipient_or_markup(
        product in "\\PC{1,200}|[<>@=?:;,\"'a-z\u{2028}\u{202e} ]{1,120}",
        label in "[a-z]([a-z0-9-]{0,60}[a-z0-9])?",
        has_site in any::<bool>(),
        is_arabic in any::<bool>(),
    ) {
        prop_assume!(ContactLine::parse(&product).is_ok());
        let domain = format!("{label}.example");
        prop_assume!(Domain::parse(&domain).is_ok());
        let language = UiLanguage::ALL[usize::from(is_arabic)];
        check(&product, has_site.then_some(&*domain), language)?;
    }
}
