//! Mail to account holders: each notice is mailed once, even if the mail server or a gateway fails.

mod one_mail;

use std::time::Duration;

use futures_util::future::join_all;
use mail_parser::{Message, MessageParser};
use otp_core::api_key::{ApiKey, ApiKeyHash};
use otp_core::ids::ApiKeyId;
use otp_core::notice::QueuedNotice;
use otp_core::ports::ApiKeys;
use otp_core::time::Timestamp;
use otp_e2e::world::{answer, recipient};
use otp_e2e::{
    AcceptedMail, Answer, Database, FakeSmtp, Running, SmtpMood, World, meta, on_every_store,
};
use otp_testkit::contract::audit_trail::entry;
use serde_json::json;
use uuid::Uuid;

on_every_store! {
    a_low_balance_is_mailed_once_in_the_callers_language;
    a_burst_that_crosses_is_mailed_once_in_the_accounts_language;
    a_notice_that_the_mail_server_missed_is_mailed_once_when_it_is_back;
    a_template_and_a_sender_that_stop_are_mailed_once_each;
    a_key_about_to_expire_is_mailed_once_by_either_process;
}

const ADDRESS: &str = "amal@example.com";
const FROM: &str = "notices@example.net";
const CODE: &str = "Zq7Canry";

/// The account's credits; the balance is low at half of them.
const CREDITS: u32 = 6;

/// An account with this many credits, whose servers mail notices to this mail server.
async fn world(database: Database, credits: u32, smtp: &FakeSmtp) -> World {
    let mut world = World::bare_with(database, &[("NOTICES__LOW_BALANCE_PERCENT", "50")]).await;
    world.grant(credits);
    world.add_sender();
    world.accept_webhooks();
    mail_to(&mut world, smtp);
    world
}

fn mail_to(world: &mut World, smtp: &FakeSmtp) {
    world.set("SMTP__URL", &smtp.url());
    world.set("MAIL__FROM", &format!("Gateway <{FROM}>"));
}

/// Sends to the `number`-th recipient with this `Accept-Language`.
async fn send_in(world: &World, server: &Running, language: &str, number: u32) -> Answer {
    let body = json!({"otpCode": CODE, "toPhoneE164": recipient(number)});
    let request = world.post(server, "/SendMessage").json(&body);
    let sent = answer(request.header("Accept-Language", language)).await;
    assert_eq!(sent.message_status(), "Sent", "{sent:?}");
    sent
}

/// Sends to these recipients one by one, and returns the messages' ids.
async fn send(world: &World, server: &Running, numbers: std::ops::Range<u32>) -> Vec<String> {
    let mut ids = Vec::new();
    for number in numbers {
        let sent = world.send_to(server, &recipient(number)).await;
        assert_eq!(sent.message_status(), "Sent", "{sent:?}");
        ids.push(sent.id().to_owned());
    }
    ids
}

/// Waits until `holds` is true of the notices that are not sent.
async fn until_unsent(world: &World, what: &str, holds: impl Fn(&[QueuedNotice]) -> bool) {
    let storage = world.storage().await;
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        ticks.tick().await;
        if holds(&storage.list_unsent(9).await.expect("listed")) {
            return;
        }
    }
    panic!("never {what}: {:?}", storage.list_unsent(9).await);
}

/// Waits for this many mails and until no notice waits to be mailed, and returns the subjects in
/// order.
async fn subjects(world: &World, smtp: &FakeSmtp, count: usize) -> Vec<String> {
    smtp.wait_for_mails(count).await;
    until_unsent(world, "all mailed", <[_]>::is_empty).await;
    let mails = smtp.wait_for_mails(count).await;
    let subject = |mail: &AcceptedMail| {
        assert_eq!(
            (mail.from.as_str(), mail.to.join(" ").as_str()),
            (FROM, ADDRESS)
        );
        parsed(mail).subject().expect("a subject").to_owned()
    };
    let subjects: Vec<_> = mails.iter().map(subject).collect();
    let mut ids: Vec<_> = mails.iter().map(|mail| field(mail, "Message-ID")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), mails.len()), (count, count), "{subjects:?}");
    subjects
}

fn parsed(mail: &AcceptedMail) -> Message<'_> {
    MessageParser::default().parse(&mail.raw).expect("a mail")
}

/// Returns the text of a header, which has to appear exactly once.
fn field(mail: &AcceptedMail, name: &str) -> String {
    let message = parsed(mail);
    let values: Vec<_> = message
        .headers_raw()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .collect();
    assert_eq!(values.len(), 1, "{name} in {mail:?}");
    values[0].1.trim().to_owned()
}

async fn a_low_balance_is_mailed_once_in_the_callers_language(database: Database) {
    let smtp = FakeSmtp::start();
    let world = world(database, CREDITS, &smtp).await;
    let server = world.serve();
    let ids = send(&world, &server, 1..3).await;
    send_in(&world, &server, "ar-EG, fr;q=0.5", 3).await;
    let first = subjects(&world, &smtp, 1).await;
    assert!(first[0].starts_with("الرصيد منخفض"), "{first:?}");

    // Late failures lift the balance above the threshold again, and the next sends cross it again.
    send(&world, &server, 4..5).await;
    let mut failed = Vec::new();
    for id in &ids {
        failed.push(world.sandbox.status(id, "failed").await);
    }
    meta::report(&server, &failed).await;
    assert_eq!(world.balance(), 4);
    send(&world, &server, 5..9).await;
    assert_eq!(world.balance(), 0);
    let mailed = subjects(&world, &smtp, 2).await;
    assert_eq!(mailed, [&*first[0], "A subscription is used up"]);
}

async fn a_burst_that_crosses_is_mailed_once_in_the_accounts_language(database: Database) {
    let smtp = FakeSmtp::start();
    let mut world = World::bare_with(database, &[("NOTICES__LOW_BALANCE_PERCENT", "80")]).await;
    let person = [
        "--name",
        "Amal",
        "--email",
        ADDRESS,
        "--phone",
        "+4930901820",
    ];
    let business = ["--company", "Amal Group", "--language", "ar"];
    let created = world.command(&[&["account", "create"][..], &person, &business].concat());
    world.account = created["id"].as_str().expect("an id").to_owned();
    world.api_key = world.create_key(&world.account);
    world.grant(100);
    world.add_sender();
    mail_to(&mut world, &smtp);
    let servers = [world.serve(), world.serve()];
    let burst =
        (0..40).map(|number| send(&world, &servers[number as usize % 2], number..number + 1));
    join_all(burst).await;
    let mailed = subjects(&world, &smtp, 1).await;
    assert!(mailed[0].starts_with("الرصيد منخفض"), "{mailed:?}");
}

/// The first notice arises in a process that sends no mail and is tried while the mail server is
/// down; the second arises while it answers 451. Each of these processes is killed.
async fn a_notice_that_the_mail_server_missed_is_mailed_once_when_it_is_back(database: Database) {
    let mut smtp = FakeSmtp::down();
    let mut world = World::bare_with(database, &[("NOTICES__LOW_BALANCE_PERCENT", "50")]).await;
    world.grant(CREDITS);
    world.add_sender();
    let silent = world.serve();
    send(&world, &silent, 1..4).await;
    silent.kill();

    mail_to(&mut world, &smtp);
    let unanswered = world.serve();
    let failed = |count| {
        move |unsent: &[QueuedNotice]| {
            unsent.len() == count && unsent.iter().all(|notice| notice.failure.is_some())
        }
    };
    until_unsent(&world, "tried without success", failed(1)).await;
    unanswered.kill();

    smtp.come_up(SmtpMood::Refusing(451));
    let refused = world.serve();
    send(&world, &refused, 4..7).await;
    smtp.wait_for_refusals(1).await;
    until_unsent(&world, "refused", failed(2)).await;
    refused.kill();

    smtp.set_mood(SmtpMood::Well);
    let _servers = [world.serve(), world.serve()];
    let mailed = subjects(&world, &smtp, 2).await;
    let expected = [
        "Low balance: 3 of 6 credits left",
        "A subscription is used up",
    ];
    assert_eq!(mailed, expected);
}

async fn a_template_and_a_sender_that_stop_are_mailed_once_each(database: Database) {
    let smtp = FakeSmtp::start();
    let world = world(database, 1_000, &smtp).await;
    let servers = [world.serve(), world.serve()];
    let paused = json!({"name": "otp_code", "language": "ar", "status": "PAUSED"});
    world.sandbox.put("templates", &paused).await;
    // Each process may learn of the pause from a refusal of its own.
    let arabic =
        |number| json!({"otpCode": CODE, "toPhoneE164": recipient(number), "languageCode": "ar"});
    let (one, other) = (arabic(1), arabic(2));
    let refused = tokio::join!(
        world.send(&servers[0], &one),
        world.send(&servers[1], &other)
    );
    // The later of the two may know of it already, and then sends in English.
    let statuses = [refused.0.message_status(), refused.1.message_status()];
    assert!(statuses.contains(&"Failed"), "{refused:?}");
    let mailed = subjects(&world, &smtp, 1).await;
    assert_eq!(mailed, ["A template can no longer be used: otp_code"]);

    let revoked = json!({"revoked": ["EAAGe2etoken"]});
    world.sandbox.put("tokens", &revoked).await;
    let (one, other) = (recipient(3), recipient(4));
    let refused = tokio::join!(
        world.send_to(&servers[0], &one),
        world.send_to(&servers[1], &other)
    );
    assert_eq!((refused.0.status, refused.1.status), (401, 401));
    let mailed = subjects(&world, &smtp, 2).await;
    assert_eq!(mailed[1], "A sender can no longer send");
    let mails = smtp.wait_for_mails(2).await;
    let text = parsed(&mails[1]).body_text(0).expect("a text").into_owned();
    assert!(text.contains(&world.sender), "{text}");
}

/// Creates an old key of the account that expires in this many days.
async fn expiring_key(world: &World, number: u8, days: u64) {
    let now = std::time::UNIX_EPOCH.elapsed().expect("after 1970");
    let now =
        Timestamp::from_unix_millis(now.as_millis().try_into().expect("before year 292 million"));
    let day = Duration::from_secs(24 * 60 * 60);
    let key = ApiKey {
        id: ApiKeyId(Uuid::from_u128(number.into())),
        account_id: world.account_id(),
        name: "old".to_owned(),
        hash: ApiKeyHash([number; 32]),
        hint: format!("otp_live_key{number}"),
        created_at: now - day * 100,
        expires_at: Some(now + day * u32::try_from(days).expect("few")),
        revoked_at: None,
        last_used_on: None,
    };
    ApiKeys::create(&*world.storage().await, &key, &entry(u128::from(number), 0))
        .await
        .expect("created");
}

async fn a_key_about_to_expire_is_mailed_once_by_either_process(database: Database) {
    let smtp = FakeSmtp::start();
    let world = world(database, CREDITS, &smtp).await;
    expiring_key(&world, 1, 5).await;
    expiring_key(&world, 2, 8).await;
    let expiring = |number: u8| format!("An API key is about to expire: otp_live_key{number}…");
    let servers = [world.serve(), world.serve()];
    assert_eq!(subjects(&world, &smtp, 1).await, [expiring(1)]);
    drop(servers);

    // The next processes check all keys again, and mail only about the new one.
    expiring_key(&world, 3, 6).await;
    let _servers = [world.serve(), world.serve()];
    let mailed = subjects(&world, &smtp, 2).await;
    assert_eq!(mailed, [expiring(1), expiring(3)]);
}
