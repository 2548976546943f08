//! `GET` and `POST /webhooks/whatsapp`: the webhook calls of Meta.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use otp_core::ports::Receipts;
use otp_e2e::meta::{APP_SECRET, VERIFY_TOKEN, deliver, notification, report, signature, status};
use otp_e2e::world::{client, recipient};
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::json;

on_every_store! {
    receipts_in_any_order_and_number_end_in_one_state_and_one_balance;
    a_receipt_decides_a_send_with_an_unknown_outcome;
    a_receipt_that_precedes_the_providers_answer_is_applied_after_it;
    a_signed_receipt_of_another_number_or_message_changes_nothing;
    no_acknowledged_receipt_is_lost_when_the_server_is_killed;
    a_pending_message_fails_after_its_lifetime_and_is_refunded;
    the_sandboxs_lives_end_as_documented;
}

/// Checks the status until the message has this one.
async fn until_status(world: &World, server: &Running, id: &str, wanted: &str) -> Answer {
    let asked = async {
        loop {
            let report = world.check(server, id).await;
            if report.message_status() == wanted {
                return report;
            }
            otp_e2e::pause_between_polls().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, asked)
        .await
        .unwrap_or_else(|_| panic!("never {wanted}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_handshake_echoes_the_challenge_only_for_the_right_token() {
    let world = World::with_webhook(Database::sqlite(), 1).await;
    let server = world.serve();
    let shake = async |mode: &str, token: &str| {
        let url = format!(
            "{}/webhooks/whatsapp?hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444",
            server.url()
        );
        let answer = client().get(url).send().await.expect("an answer");
        (
            answer.status().as_u16(),
            answer.text().await.expect("a body"),
        )
    };
    assert_eq!(
        shake("subscribe", VERIFY_TOKEN).await,
        (200, "1158201444".to_owned())
    );
    for (mode, token) in [
        ("subscribe", "wrong"),
        ("subscribe", ""),
        ("unsubscribe", VERIFY_TOKEN),
    ] {
        let (status, body) = shake(mode, token).await;
        assert_eq!(status, 403);
        assert!(
            !body.contains("1158201444"),
            "the challenge is not echoed: {body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_signed_byte_for_byte_changes_nothing() {
    let world = World::with_webhook(Database::sqlite(), 1).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let body = notification(&[world.sandbox.status(sent.id(), "failed").await]);
    let url = format!("{}/webhooks/whatsapp", server.url());
    let unescaped = String::from_utf8(body.clone())
        .expect("ASCII")
        .replace("\\u0631", "ر");
    let good = signature(&body);
    for (signature, body) in [
        (None, body.clone()),
        (Some("sha256=00".to_owned()), body.clone()),
        (Some(good.replace("sha256=", "sha1=")), body.clone()),
        (Some(good.clone()), unescaped.into_bytes()),
        (Some(good), [body.clone(), b" ".to_vec()].concat()),
    ] {
        let mut request = client().post(&url).body(body);
        if let Some(signature) = signature {
            request = request.header("X-Hub-Signature-256", signature);
        }
        assert_eq!(request.send().await.expect("an answer").status(), 403);
    }
    assert_eq!(
        world.check(&server, sent.id()).await.message_status(),
        "Sent"
    );
    assert_eq!(deliver(server.url(), body).await, Some(200));
    let failed = world.check(&server, sent.id()).await;
    assert_eq!(
        (failed.message_status(), failed.body["failureCode"].as_i64()),
        ("Failed", Some(131_026))
    );
}

async fn receipts_in_any_order_and_number_end_in_one_state_and_one_balance(database: Database) {
    let world = World::with_webhook(database, 50).await;
    let server = world.serve();
    // The reports, the final status, and whether the message is paid for.
    let lives: [(&[&str], &str, bool); 6] = [
        (&["sent", "delivered", "read"], "Read", true),
        (
            &["read", "delivered", "sent", "read", "delivered"],
            "Read",
            true,
        ),
        (&["delivered", "delivered", "sent"], "Delivered", true),
        (&["failed", "failed", "sent"], "Failed", false),
        (&["failed", "delivered", "failed"], "Delivered", true),
        (&["sent", "failed", "read", "delivered"], "Read", true),
    ];
    let mut paid = 0;
    let mut all = Vec::new();
    for (n, (reports, end, costs)) in (1..).zip(lives) {
        let sent = world.send_to(&server, &recipient(n)).await;
        let mut statuses = Vec::new();
        for report in reports {
            statuses.push(world.sandbox.status(sent.id(), report).await);
        }
        // Half of the messages get all reports in one notification, the others one by one.
        if n % 2 == 0 {
            report(&server, &statuses).await;
        } else {
            for status in &statuses {
                report(&server, std::slice::from_ref(status)).await;
            }
        }
        assert_eq!(
            world.check(&server, sent.id()).await.message_status(),
            end,
            "{reports:?}"
        );
        paid += i64::from(costs);
        all.extend(statuses);
    }
    world.assert_ledger_balances(paid).await;
    // All reports again, in one notification.
    report(&server, &all).await;
    world.assert_ledger_balances(paid).await;
}

async fn a_receipt_decides_a_send_with_an_unknown_outcome(database: Database) {
    let world = World::with_webhook(database, 5).await;
    let server = world.serve();
    // Accepted and delivered, but the connection closes without an answer.
    let sent = world.send_to(&server, "+12025550103").await;
    assert_eq!(sent.message_status(), "Pending");
    report(&server, &[status(sent.id(), "delivered")]).await;
    assert_eq!(
        world.check(&server, sent.id()).await.message_status(),
        "Delivered"
    );
    // Not accepted; the connection closes without an answer as well.
    let lost = world.send_to(&server, "+12025550104").await;
    report(&server, &[status(lost.id(), "failed")]).await;
    assert_eq!(
        world.check(&server, lost.id()).await.message_status(),
        "Failed"
    );
    world.assert_ledger_balances(1).await;
}

async fn a_receipt_that_precedes_the_providers_answer_is_applied_after_it(database: Database) {
    let world = World::with_webhook(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    // A receipt with the provider's id only.
    let mut by_wamid = world.sandbox.status(sent.id(), "delivered").await;
    by_wamid
        .as_object_mut()
        .expect("an object")
        .remove("biz_opaque_callback_data");
    report(&server, &[by_wamid.clone()]).await;
    assert_eq!(
        world.check(&server, sent.id()).await.message_status(),
        "Delivered"
    );

    // The answer with the provider's id is held, so the receipt comes before it.
    world.sandbox.hold_answers().await;
    let number = recipient(2);
    let early = async {
        // The ledger has the call when it arrives, and its provider id once it is accepted.
        world.sandbox.wait_for_calls_to(&number, 1).await;
        by_wamid["id"] = loop {
            let wamid = world.sandbox.calls_to(&number).await[0]["wamid"].clone();
            if wamid.is_string() {
                break wamid;
            }
        };
        by_wamid["status"] = json!("read");
        report(&server, &[by_wamid.clone()]).await;
        world.sandbox.release().await;
    };
    let (sent, ()) = tokio::join!(world.send_to(&server, &number), early);
    assert_eq!(sent.message_status(), "Sent");
    until_status(&world, &server, sent.id(), "Read").await;
    world.assert_ledger_balances(2).await;
}

/// Whoever has a token of their own for another number of the app can make Meta sign receipts of it
/// that repeat our id.
async fn a_signed_receipt_of_another_number_or_message_changes_nothing(database: Database) {
    let world = World::with_webhook(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let pending = world.send_to(&server, "+12025550104").await;
    assert_eq!(pending.message_status(), "Pending");
    let real = world.sandbox.status(sent.id(), "failed").await;
    let made_up = status(sent.id(), "failed");
    let of_pending = status(pending.id(), "failed");
    let of_nobody = status("not a message", "failed");
    let of_another_number = notification(&[real.clone(), made_up.clone(), of_pending, of_nobody]);
    let of_another_number = String::from_utf8(of_another_number).expect("ASCII");
    let of_another_number = of_another_number.replace("106540352242922", "106540352242999");
    for body in [of_another_number.into_bytes(), notification(&[made_up])] {
        assert_eq!(deliver(server.url(), body).await, Some(200));
    }
    for (message, unchanged) in [(&sent, "Sent"), (&pending, "Pending")] {
        let status = world.check(&server, message.id()).await;
        assert_eq!(status.message_status(), unchanged);
    }
    world.assert_ledger_balances(2).await;
    let storage = world.storage().await;
    let kept = Receipts::list_unmatched(&*storage, 9).await;
    assert_eq!(kept.expect("listed"), []);

    report(&server, &[real]).await;
    let failed = world.check(&server, sent.id()).await;
    assert_eq!(failed.message_status(), "Failed");
    world.assert_ledger_balances(1).await;
}

async fn no_acknowledged_receipt_is_lost_when_the_server_is_killed(database: Database) {
    const MESSAGES: u32 = 30;
    let world = Arc::new(World::with_webhook(database, 100).await);
    let server = world.serve();
    let mut ids = Vec::new();
    for n in 1..=MESSAGES {
        ids.push(world.send_to(&server, &recipient(n)).await.id().to_owned());
    }
    let url = server.url().to_owned();
    let (acknowledged, mut received) = tokio::sync::mpsc::unbounded_channel();
    let streams = ids.chunks(10).map(|ids| {
        let (url, ids, acknowledged) = (url.clone(), ids.to_vec(), acknowledged.clone());
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            for report in ["delivered", "read"] {
                for id in &ids {
                    let status = world.sandbox.status(id, report).await;
                    if deliver(&url, notification(&[status])).await == Some(200) {
                        drop(acknowledged.send((id.clone(), report)));
                    }
                }
            }
        })
    });
    let streams: Vec<_> = streams.collect();
    drop(acknowledged);
    let mut last = BTreeMap::new();
    for _ in 0..25 {
        let (id, report) = received.recv().await.expect("a receipt is acknowledged");
        last.insert(id, report);
    }
    server.kill();
    for stream in streams {
        stream.await.expect("no stream panics");
    }
    while let Some((id, report)) = received.recv().await {
        last.insert(id, report);
    }
    assert!(last.len() < 2 * MESSAGES as usize);
    let server = world.serve();
    for (id, report) in last {
        let status = world.check(&server, &id).await;
        let kept: &[&str] = if report == "read" {
            &["Read"]
        } else {
            &["Delivered", "Read"]
        };
        assert!(
            kept.contains(&status.message_status()),
            "{report} was acknowledged: {status:?}"
        );
    }
    world.assert_ledger_balances(MESSAGES.into()).await;
}

/// Makes all messages a minute older, so that their lifetime is over.
async fn age_messages(database: &Database) {
    match database {
        Database::Sqlite(folder) => {
            let path = folder.path().join("otp.db");
            let path = path.to_str().expect("Unicode");
            let mut connection = diesel::SqliteConnection::establish(path).expect("opened");
            let statement = "PRAGMA busy_timeout = 5000; UPDATE messages SET expires_at = expires_at - 60000; \
                 UPDATE pending_messages SET expires_at = expires_at - 60000";
            connection.batch_execute(statement).expect("aged");
        }
        Database::Postgres(url) => {
            let connected = tokio_postgres::connect(url, tokio_postgres::NoTls).await;
            let (client, connection) = connected.expect("connected");
            tokio::spawn(connection);
            let statement = "UPDATE messages SET expires_at = expires_at - interval '60 seconds'; \
                 UPDATE pending_messages SET expires_at = expires_at - interval '60 seconds'";
            client.batch_execute(statement).await.expect("aged");
        }
    }
}

async fn a_pending_message_fails_after_its_lifetime_and_is_refunded(database: Database) {
    let mut world = World::with_webhook(database, 5).await;
    // The shortest lifetime that is allowed; the message is made older than that.
    world.set("MESSAGES__LIFETIME", "30s");
    let server = world.serve();
    let sent = world.send_to(&server, "+12025550104").await;
    assert_eq!(sent.message_status(), "Pending");
    age_messages(&world.database).await;
    let failed = until_status(&world, &server, sent.id(), "Failed").await;
    assert_eq!(failed.body["failureTitle"], "Expired");
    world.assert_ledger_balances(0).await;
}

/// Covers the whole circle: our send, the sandbox's signed reports, and our status and balance.
async fn the_sandboxs_lives_end_as_documented(database: Database) {
    let world = World::with_webhook(database, 50).await;
    let server = world.serve();
    let webhook = json!({
        "url": format!("{}/webhooks/whatsapp", server.url()),
        "app_secret": APP_SECRET,
        "verify_token": VERIFY_TOKEN,
    });
    world.sandbox.put("webhook", &webhook).await;
    // The last two digits of the test number, the final status, and whether the message is paid
    // for.
    let lives = [
        ("70", "Sent", true),      // sent, and then nothing
        ("73", "Read", true),      // sent, delivered, read
        ("74", "Read", true),      // read without a delivered
        ("75", "Read", true),      // read before delivered
        ("77", "Read", true),      // each twice
        ("78", "Read", true),      // all in one request
        ("80", "Failed", false),   // failed later
        ("81", "Failed", false),   // never sent
        ("85", "Delivered", true), // failed, and delivered after that
        ("86", "Delivered", true), // delivered, and failed after that
        ("88", "Failed", false),   // each twice
        ("96", "Read", true),      // without contacts
        ("97", "Read", true),      // without our id
        ("98", "Sent", true),      // signed with a wrong secret
        ("99", "Sent", true),      // not signed
    ];
    let mut sent = Vec::new();
    for (digits, ..) in lives {
        let answer = world.send_to(&server, &format!("+120255501{digits}")).await;
        assert_eq!(answer.message_status(), "Sent", "{digits}");
        sent.push(answer.id().to_owned());
    }
    for ((_, end, _), id) in lives.iter().zip(&sent) {
        until_status(&world, &server, id, end).await;
    }
    let paid = lives.iter().filter(|(.., paid)| *paid).count();
    world
        .assert_ledger_balances(i64::try_from(paid).expect("few"))
        .await;
}
