//! STOP and START as people send them: typed or by button, with a number or only a user id.

use std::time::Duration;

use otp_core::time::Timestamp;
use otp_e2e::meta::{deliver, typed, write, written};
use otp_e2e::world::recipient;
use otp_e2e::{Answer, Database, Running, World, meta, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    people_who_say_stop_get_no_messages_until_they_say_start;
    a_user_id_is_resolved_by_a_receipt_or_by_the_message_it_answers;
    an_unresolved_stop_waits_for_a_receipt;
    a_stop_from_an_older_spelling_of_the_number_counts;
    a_stop_holds_in_every_process_once_it_is_acknowledged;
    a_start_that_is_older_than_the_stop_changes_nothing;
    a_stop_holds_for_every_account_of_the_number;
    operators_list_and_change_opt_outs;
}

/// The longest time that a test waits for an event.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns whether a request is refused because the recipient opted out. The opt-out is judged
/// before the cooldown, so after one send a test can ask any number of times.
fn opted_out(answer: &Answer) -> bool {
    answer.status == 400 && answer.error() == "RecipientOptedOut"
}

/// Sends until the recipient is opted out, or with `false` until they no longer are.
async fn until_opted_out(world: &World, server: &Running, number: &str, expected: bool) {
    let asked = async {
        while opted_out(&world.send_to(server, number).await) != expected {
            otp_e2e::pause_between_polls().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .unwrap_or_else(|_| panic!("{number}: opted out is never {expected}"));
}

async fn connect_sandbox(world: &World, server: &Running) {
    let webhook = json!({
        "url": format!("{}/webhooks/whatsapp", server.url()),
        "app_secret": meta::APP_SECRET,
        "verify_token": meta::VERIFY_TOKEN,
    });
    world.sandbox.put("webhook", &webhook).await;
}

/// Returns a status of the message with our id that names its recipient by user id.
async fn introducing(world: &World, id: &str, user_id: &str) -> Value {
    let mut status = world.sandbox.status(id, "delivered").await;
    status["recipient_user_id"] = json!(user_id);
    status
}

async fn people_who_say_stop_get_no_messages_until_they_say_start(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    connect_sandbox(&world, &server).await;
    let number = |digits: u32| format!("+120255501{digits}");
    for digits in 90..=95 {
        let sent = world.send_to(&server, &number(digits)).await;
        assert_eq!(sent.message_status(), "Sent", "{digits}");
    }
    for digits in 90..=94 {
        until_opted_out(&world, &server, &number(digits), true).await;
    }
    // The person who said thank you is not: that reply was due together with the others.
    assert!(!opted_out(&world.send_to(&server, &number(95)).await));
    let listed = world.command(&["opt-out", "list", "--account", &world.account]);
    assert_eq!(listed.as_array().map(Vec::len), Some(5), "{listed}");

    for (digits, form, text) in [
        (90, "text", "START"),
        (91, "text", "Unstop, please"),
        (92, "button", "ابدأ"),
        (93, "button_reply", "START"),
        (94, "text", "اشتراك"),
    ] {
        let only_user_id = digits % 2 == 1;
        let reply = json!({"text": text, "form": form, "only_user_id": only_user_id});
        let number = number(digits);
        let started = async {
            // Meta's times are whole seconds: a START in the same second as the STOP does not undo
            // it.
            while opted_out(&world.send_to(&server, &number).await) {
                world.sandbox.reply(&number, reply.clone()).await;
            }
        };
        let started = tokio::time::timeout(PATIENCE, started).await;
        assert!(started.is_ok(), "{digits} stays opted out");
    }
}

/// WhatsApp may name a person by the spelling that was dialled when they registered. Nothing was sent to
/// them before, so no receipt pairs it with the number of today.
async fn a_stop_from_an_older_spelling_of_the_number_counts(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    for (spelling, today) in [
        ("5215512345678", "+525512345678"),
        ("554784178525", "+5547984178525"),
        ("541187654321", "+5491187654321"),
    ] {
        let mut stop = typed("", "STOP");
        stop["from"] = json!(spelling);
        write(&server, &[stop]).await;
        assert!(opted_out(&world.send_to(&server, today).await), "{today}");
    }
}

async fn a_user_id_is_resolved_by_a_receipt_or_by_the_message_it_answers(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let (introduced, answering) = (recipient(1), recipient(2));
    let first = world.send_to(&server, &introduced).await;
    meta::report(
        &server,
        &[introducing(&world, first.id(), "SA.known").await],
    )
    .await;
    write(&server, &[typed("SA.known", "إيقاف")]).await;
    assert!(opted_out(&world.send_to(&server, &introduced).await));

    let second = world.send_to(&server, &answering).await;
    let wamid = world.sandbox.calls_about(second.id()).await[0]["wamid"].clone();
    let mut answer = typed("SA.never-seen", "ARRÊT !");
    answer["context"] = json!({"from": "15550783881", "id": wamid});
    write(&server, &[answer]).await;
    assert!(opted_out(&world.send_to(&server, &answering).await));

    // The answer has tied the user id to the recipient.
    write(&server, &[typed("SA.never-seen", "START")]).await;
    assert!(!opted_out(&world.send_to(&server, &answering).await));
    assert!(opted_out(&world.send_to(&server, &introduced).await));
    // A text that is not a request changes nothing.
    let words = ["stop sending to my brother please", "482913", "👍"];
    let chat = words.map(|text| typed("SA.never-seen", text));
    write(&server, &chat).await;
    assert!(!opted_out(&world.send_to(&server, &answering).await));
}

async fn an_unresolved_stop_waits_for_a_receipt(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let number = recipient(1);
    let sent = world.send_to(&server, &number).await;
    let stop = typed("SA.unknown", "STOP");
    write(&server, &[stop.clone(), stop.clone()]).await;
    assert!(!opted_out(&world.send_to(&server, &number).await));
    // The STOP was acknowledged, so it must survive a crash.
    let logs = server.kill();
    assert!(!logs.contains("SA.unknown"), "{logs}");
    let server = world.serve();
    meta::report(
        &server,
        &[introducing(&world, sent.id(), "SA.unknown").await],
    )
    .await;
    until_opted_out(&world, &server, &number, true).await;
    write(&server, &[stop]).await;
    let log = world.command(&["opt-out", "log", "--account", &world.account]);
    assert_eq!(log.as_array().map(Vec::len), Some(1), "{log}");
}

async fn a_stop_holds_in_every_process_once_it_is_acknowledged(database: Database) {
    let world = World::with_webhook(database, 50).await;
    let servers = [world.serve(), world.serve()];
    for n in 1..=10 {
        let number = recipient(n);
        let sent = world.send_to(&servers[1], &number).await;
        let mut stop = typed(&format!("SA.{n}"), "STOP");
        stop["from"] = json!(number.trim_start_matches('+'));
        write(&servers[0], &[stop]).await;
        for server in &servers {
            assert!(opted_out(&world.send_to(server, &number).await), "{n}");
        }
        // A send before the STOP is not taken back: its status can still be asked.
        assert_eq!(world.check(&servers[0], sent.id()).await.status, 200);
    }
}

async fn a_start_that_is_older_than_the_stop_changes_nothing(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let number = recipient(1);
    let sent = world.send_to(&server, &number).await;
    meta::report(&server, &[introducing(&world, sent.id(), "SA.known").await]).await;
    let at = |text, second: u32| {
        let mut message = typed("SA.known", text);
        message["timestamp"] = json!((1_750_030_000 + second).to_string());
        message
    };
    let (start, stop, last) = (at("START", 10), at("STOP", 20), at("START", 30));
    for (messages, expected) in [
        (vec![stop.clone()], true),
        (vec![start.clone()], true),
        (vec![last.clone(), stop.clone()], false),
        (vec![stop.clone(), start, stop], false),
        (vec![at("STOP", 30)], true),
        (vec![last], true),
    ] {
        write(&server, &messages).await;
        let answer = world.send_to(&server, &number).await;
        assert_eq!(opted_out(&answer), expected, "{messages:?}");
    }
}

async fn a_stop_holds_for_every_account_of_the_number(database: Database) {
    let mut world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let number = recipient(1);
    let sent = world.send_to(&server, &number).await;
    let (first_key, first_account) = (world.api_key.clone(), world.account.clone());
    world.account = world.create_account();
    world.api_key = world.create_key(&world.account);
    world.grant(10);
    world.add_sender();
    assert_eq!(world.send_to(&server, &number).await.status, 200);

    let calls = world.sandbox.calls_about(sent.id()).await;
    let mut stop = typed("SA.unknown", "Baja");
    stop["context"] = json!({"id": calls[0]["wamid"]});
    write(&server, &[stop]).await;
    assert!(opted_out(&world.send_to(&server, &number).await));
    let first = world.send_as(&first_key, &server, &number).await;
    assert!(opted_out(&first));
    for account in [&world.account, &first_account] {
        let listed = world.command(&["opt-out", "list", "--account", account]);
        assert_eq!(listed[0]["phone"], "+9665••••••01", "{listed}");
    }
}

async fn operators_list_and_change_opt_outs(database: Database) {
    let world = World::with_webhook(database, 20).await;
    let server = world.serve();
    let (number, other) = (recipient(1), recipient(2));
    world.send_to(&server, &number).await;
    let mut stop = typed("SA.none", "STOP");
    stop["from"] = json!(number.trim_start_matches('+'));
    write(&server, &[stop.clone()]).await;
    let opt_out = |action: &str, more: &[&str]| {
        let arguments = [&["opt-out", action, "--account", &world.account], more].concat();
        world.command(&arguments)
    };
    // The operator's request holds even if Meta's clock is ahead of ours.
    let log = opt_out("log", &["--phone", &number]);
    let now = log[0]["recordedAt"].as_str().map(Timestamp::parse);
    let ahead = now.expect("a time").expect("RFC 3339") + Duration::from_secs(3_600);
    stop["timestamp"] = json!((ahead.unix_millis() / 1_000).to_string());
    stop["id"] = json!("wamid.ahead");
    write(&server, &[stop]).await;
    let removed = opt_out("remove", &["--phone", &number]);
    assert_eq!(removed, json!({"phone": number, "request": "start"}));
    assert!(!opted_out(&world.send_to(&server, &number).await));
    opt_out("add", &["--phone", &number]);
    opt_out("add", &["--phone", &other]);
    for number in [&number, &other] {
        assert!(opted_out(&world.send_to(&server, number).await));
    }
    let listed = opt_out("list", &[]);
    let phones: Vec<_> = listed
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["phone"].clone())
        .collect();
    // Of a recipient who never got a message, only the index is known.
    assert_eq!(phones.len(), 2, "{listed}");
    assert!(phones.contains(&json!("+9665••••••01")) && phones.contains(&json!(null)));
    let log = opt_out("log", &["--phone", &number]);
    let recorded: Vec<_> = log
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            assert_eq!(row["phone"], json!(number));
            assert!(row["requestedAt"].is_string() && row["recordedAt"].is_string());
            (row["request"].clone(), row["source"].clone())
        })
        .collect();
    let expected = [
        ("stop", "typed"),
        ("stop", "typed"),
        ("start", "operator"),
        ("stop", "operator"),
    ];
    assert_eq!(
        recorded,
        expected.map(|(request, source)| (json!(request), json!(source)))
    );
    let whole = world.try_command(&["opt-out", "log", "--account", &world.account]);
    assert!(
        whole.stdout.contains("+9665••••••01") && !whole.stdout.contains(&number),
        "{}",
        whole.stdout
    );
    let nobody = uuid::Uuid::nil().to_string();
    let refused = world.try_command(&["opt-out", "add", "--account", &nobody, "--phone", &number]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    let refused = world.try_command(&[
        "opt-out",
        "add",
        "--account",
        &world.account,
        "--phone",
        "0551234567",
    ]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    // A notification without a signature is refused.
    let forged = written(&[typed("SA.none", "START")]);
    let url = format!("{}/webhooks/whatsapp", server.url());
    let forged = otp_e2e::world::client()
        .post(url)
        .body(forged)
        .send()
        .await
        .expect("an answer");
    assert_eq!(forged.status(), 403);
    assert_eq!(deliver(server.url(), written(&[])).await, Some(200));
}
