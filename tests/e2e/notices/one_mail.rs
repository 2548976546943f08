//! The parts of one mail, and what is stored and logged about it.

use mail_parser::MimeHeaders;
use otp_core::notice::NoticeState;
use otp_e2e::world::recipient;
use otp_e2e::{Database, FakeSmtp, SmtpMood, on_every_store};

use super::{ADDRESS, CODE, CREDITS, field, parsed, send, send_in, subjects, until_unsent, world};
use crate::privacy::{assert_absent, contents};

on_every_store! {
    a_mail_is_arabic_and_signed_and_nothing_else_names_its_recipient;
}

async fn a_mail_is_arabic_and_signed_and_nothing_else_names_its_recipient(database: Database) {
    let smtp = FakeSmtp::start();
    let mut world = world(database, CREDITS, &smtp).await;
    world.set("LOG__LEVEL", "trace");
    let key = include_str!("../../../crates/otp-smtp/tests/keys/ed25519.pem");
    world.set("MAIL__DKIM__KEY", key);
    let server = world.serve();
    for number in 1..4 {
        send_in(&world, &server, "ar", number).await;
    }
    subjects(&world, &smtp, 1).await;
    let mail = smtp.wait_for_mails(1).await.remove(0);
    assert_eq!(field(&mail, "Auto-Submitted"), "auto-generated");
    assert_eq!(field(&mail, "Content-Language"), "ar");
    let signature = field(&mail, "DKIM-Signature");
    assert!(signature.contains("d=example.net"), "{signature}");
    let message = parsed(&mail);
    let kind = |n: usize| {
        let kind = message.parts[n].content_type().expect("a type");
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
    };
    let kinds: Vec<_> = (0..message.parts.len()).map(kind).collect();
    assert_eq!(kinds, ["multipart/alternative", "text/plain", "text/html"]);
    let (text, page) = (message.body_text(0), message.body_html(0));
    let (text, page) = (text.expect("a text"), page.expect("a page"));
    assert!(
        page.contains("dir=\"rtl\"") && page.contains("lang=\"ar\""),
        "{page}"
    );
    let numbers = [1, 2, 3].map(|number| recipient(number)[1..].to_owned());
    let numbers = numbers.each_ref().map(String::as_str);
    let secret = [CODE, "+4930901820", &world.api_key[20..], "EAAGe2etoken"];
    for place in [message.subject().expect("a subject"), &text, &page] {
        assert_absent(place.as_bytes(), "the mail", &secret);
        assert_absent(place.as_bytes(), "the mail", &numbers);
    }

    // A permanent refusal whose text names the address: the operator sees the code, not the text.
    smtp.set_mood(SmtpMood::Refusing(550));
    send(&world, &server, 4..7).await;
    until_unsent(&world, "given up", |unsent| {
        unsent
            .iter()
            .any(|notice| notice.state == NoticeState::GivenUp)
    })
    .await;
    let listed = world.try_command(&["mail", "list"]).stdout;
    assert!(
        listed.contains("refused by the mail server: 550"),
        "{listed}"
    );
    let logs = server.kill();
    assert!(
        logs.contains("abandoned a notice"),
        "there is a log to look at"
    );
    let nobody = [ADDRESS, "Amal Group"];
    assert_absent(listed.as_bytes(), "the listing", &nobody);
    assert_absent(logs.as_bytes(), "the logs", &nobody);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &nobody);
    }
}
