//! Both languages have every text, and inserted values remain text.

use std::collections::BTreeSet;

use otp_core::channel::whatsapp::template::TemplateName;
use otp_core::credits::Credits;
use otp_core::ids::{ApiKeyId, OrderId, PersonId, SenderId, SubscriptionId, WebhookEndpointId};
use otp_core::language::LanguageTag;
use otp_core::notice::Reason;
use otp_core::person::device::Device;
use uuid::Uuid;

use super::*;
use crate::otp_words;

fn kinds(reason: &str) -> Vec<NoticeKind> {
    let credits = |amount| Credits::new(amount).expect("credits");
    let person_id = PersonId(Uuid::from_u128(8));
    let subscription_id = SubscriptionId(Uuid::from_u128(1));
    vec![
        NoticeKind::LowBalance {
            subscription_id,
            remaining: credits(9),
            granted: credits(90),
        },
        NoticeKind::SubscriptionSpent {
            subscription_id,
            granted: credits(90),
        },
        NoticeKind::SenderDisabled {
            sender_id: SenderId(Uuid::from_u128(2)),
            reason: Reason::new(reason),
        },
        NoticeKind::TemplateDisabled {
            sender_id: SenderId(Uuid::from_u128(2)),
            name: TemplateName::parse("otp_code").expect("a name"),
            language: LanguageTag::parse("ar_EG").expect("a tag"),
            reason: Reason::new(reason),
        },
        NoticeKind::KeyExpiring {
            api_key_id: ApiKeyId(Uuid::from_u128(3)),
            hint: "otp_live_abcd".to_owned(),
            expires_at: Timestamp::from_unix_millis(1_800_000_000_123),
        },
        NoticeKind::WebhookDisabled {
            endpoint_id: WebhookEndpointId(Uuid::from_u128(4)),
        },
        NoticeKind::OrderPlaced {
            order_id: OrderId(Uuid::from_u128(5)),
            credits: Credits::new(1_000).expect("credits"),
        },
        NoticeKind::OrderActivated {
            order_id: OrderId(Uuid::from_u128(6)),
            credits: Credits::new(1_000).expect("credits"),
        },
        NoticeKind::OrderDeclined {
            order_id: OrderId(Uuid::from_u128(7)),
            reason: Reason::new(reason),
        },
        NoticeKind::NewDevice {
            person_id,
            device: Device::of_user_agent(Some("Linux Firefox/145.0")),
        },
        NoticeKind::PasswordChanged { person_id },
        NoticeKind::SecondFactorOn { person_id },
        NoticeKind::SecondFactorOff { person_id },
    ]
}

const INVITATION: About<'_> = About::Invitation {
    gateway: "https://otp.example.com",
};

const FRAMES: [&str; 7] = [
    "greeting",
    "footer",
    "footer-person",
    "greeting-invited",
    "footer-invited",
    "greeting-operators",
    "footer-operators",
];

fn written(about: About<'_>, language: UiLanguage, name: &str) -> Words {
    let line = |text| ContactLine::parse(text).expect("a line");
    write(about, language, (&line(name), &line("Amal & Söhne <GmbH>")))
}

#[test]
fn both_languages_have_every_text_and_no_other() {
    let kinds = kinds("why");
    let notices = kinds.iter().map(About::Notice);
    let topics = notices.chain([INVITATION, About::Test]);
    let keys: Vec<String> = topics
        .map(About::key)
        .flat_map(|key| ["subject", "1", "2", "3"].map(|part| format!("{key}-{part}")))
        .chain(FRAMES.map(str::to_owned))
        .chain(otp_words::KEYS.map(str::to_owned))
        .collect();
    assert_eq!(TEXTS.faults(keys.iter().map(String::as_str)), [""; 0]);
}

#[test]
fn every_mail_is_complete_in_both_languages() {
    for kind in kinds("LOW_QUALITY") {
        let mut subjects = BTreeSet::new();
        for language in UiLanguage::ALL {
            let words = written(About::Notice(&kind), language, "Amal");
            for part in [&words.subject, &words.plain, &words.html] {
                assert!(!part.contains(['{', '}']), "{part}");
                assert!(!part.contains(kind.as_str()), "a text is missing: {part}");
            }
            assert!(!words.subject.contains('\n'));
            // A mail to the operators names the company only.
            let operators = matches!(kind, NoticeKind::OrderPlaced { .. });
            let name = if operators { "Amal & Söhne" } else { "Amal" };
            assert!(words.plain.contains(name), "{}", words.plain);
            assert!(words.html.contains("Amal"), "{}", words.html);
            subjects.insert(words.subject);
        }
        assert_eq!(subjects.len(), 2, "{} is not translated", kind.as_str());
    }
}

#[test]
fn an_invitation_names_the_company_and_where_to_accept_it() {
    for language in UiLanguage::ALL {
        let words = written(INVITATION, language, "person@example.com");
        for part in [&words.plain, &words.html] {
            assert!(!part.contains(['{', '}']), "{part}");
            assert!(part.contains("otp.example.com/join"), "{part}");
            assert!(!part.contains("http"), "{part}");
        }
        assert!(words.subject.contains("Amal & Söhne"), "{}", words.subject);
    }
}

#[test]
fn arabic_is_written_right_to_left_and_its_numbers_left_to_right() {
    let kinds = kinds("LOW_QUALITY");
    let arabic = written(About::Notice(&kinds[0]), UiLanguage::Arabic, "أمل");
    assert!(arabic.html.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert!(
        arabic.html.contains("<bdi dir=\"ltr\">9</bdi>"),
        "{}",
        arabic.html
    );
    assert!(arabic.html.contains("<bdi>أمل</bdi>"), "{}", arabic.html);
    assert!(arabic.subject.contains("\u{2066}9\u{2069}"));
    let english = written(About::Notice(&kinds[0]), UiLanguage::English, "أمل");
    assert!(english.html.contains("<html lang=\"en\" dir=\"ltr\">"));
    assert_eq!(english.subject, "Low balance: 9 of 90 credits left");
    let spans = |text: &str| text.matches("<bdi").count() == text.matches("</bdi>").count();
    assert!(spans(&arabic.html) && spans(&english.html));
}

#[test]
fn a_time_is_written_to_the_minute() {
    let kinds = kinds("");
    let words = written(About::Notice(&kinds[4]), UiLanguage::English, "Amal");
    assert!(
        words
            .plain
            .contains("otp_live_abcd… expires on 2027-01-15 08:00 UTC."),
        "{}",
        words.plain
    );
}

#[test]
fn names_and_reasons_never_become_markup_or_headers() {
    let kinds = kinds("<b>\r\nBcc: x@y.zz\u{2028}\u{202E}evil\u{2069}</b>");
    for kind in &kinds[2..4] {
        let words = written(
            About::Notice(kind),
            UiLanguage::Arabic,
            "<script>\u{2069}&\"'",
        );
        assert!(
            !words.html.contains("<script") && !words.html.contains("<b>"),
            "{}",
            words.html
        );
        assert!(
            words.html.contains("&lt;script&gt;&amp;&quot;&#39;"),
            "{}",
            words.html
        );
        assert!(
            words.html.contains("Amal &amp; Söhne &lt;GmbH&gt;"),
            "{}",
            words.html
        );
        assert!(!words.plain.contains("\nBcc") && !words.plain.contains('\u{202E}'));
        let (opened, closed) = (
            words.html.matches("<bdi").count(),
            words.html.matches("</bdi>").count(),
        );
        assert_eq!(opened, closed);
    }
}

#[test]
fn a_mail_has_no_link_picture_or_script() {
    for kind in kinds("why") {
        for language in UiLanguage::ALL {
            let html = written(About::Notice(&kind), language, "Amal").html;
            for mark in ["http", "<img", "<a", "<link", "<script", "url(", "src="] {
                assert!(!html.contains(mark), "{mark} in {html}");
            }
        }
    }
}
