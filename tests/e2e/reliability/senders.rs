//! A stopped sender: the notice about it, the calls that are no longer made, and how it starts
//! again.

use std::time::{Duration, Instant};

use otp_e2e::world::recipient;
use otp_e2e::{Database, Running, World, meta, on_every_store};
use serde_json::{Value, json};

const TOKEN: &str = "EAAGe2etoken";
const PHONE_NUMBER_ID: &str = "106540352242922";
const WABA_ID: &str = "102290129340398";
const OTHER_NUMBER_ID: &str = "106540352242923";

on_every_store! {
    a_revoked_token_stops_its_sender_in_every_process_until_it_is_replaced;
    a_check_starts_a_sender_that_the_provider_no_longer_blocks;
    the_account_holder_is_notified_of_a_stop_that_a_command_found;
    an_operator_stops_and_resumes_a_sender;
    another_sender_of_the_account_takes_over;
    a_report_on_the_account_leads_to_a_check_of_its_sender;
}

/// Returns the world's sender as `sender show` prints it.
fn shown(world: &World) -> Value {
    world.command(&["sender", "show", "--id", &world.sender])
}

/// Waits until the sender is in this state.
async fn wait_for_state(world: &World, state: &str) -> Value {
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..300 {
        ticks.tick().await;
        let shown = shown(world);
        if shown["state"] == state {
            return shown;
        }
    }
    panic!("never {state}: {}", shown(world));
}

/// Sends to one number after another until a message is sent, and returns that number.
async fn send_until_sent(world: &World, server: &Running, from: u32) -> u32 {
    let started = Instant::now();
    for number in from.. {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "nothing was sent"
        );
        let sent = world.send_to(server, &recipient(number)).await;
        if sent.status == 200 {
            assert_eq!(sent.message_status(), "Sent");
            return number;
        }
    }
    unreachable!("numbers do not end")
}

/// Sends until WhatsApp is no longer called, and returns the number of calls. A process uses what
/// it looked up before the stop for half a second.
async fn wait_for_silence(world: &World, server: &Running) -> u64 {
    let mut calls = world.sandbox.total_calls().await;
    for number in 900..1_000 {
        world.send_to(server, &recipient(number)).await;
        let now = world.sandbox.total_calls().await;
        if now == calls {
            return calls;
        }
        calls = now;
    }
    panic!("WhatsApp is still called")
}

async fn a_revoked_token_stops_its_sender_in_every_process_until_it_is_replaced(
    database: Database,
) {
    let world = World::with_credits(database, 1_000).await;
    let (one, other) = (world.serve(), world.serve());
    let revoked = json!({"revoked": [TOKEN]});
    world.sandbox.put("tokens", &revoked).await;

    let refused = world.send_to(&one, &recipient(1)).await;
    assert_eq!(
        (refused.status, refused.message_status()),
        (401, "Failed"),
        "{refused:?}"
    );
    let stopped = wait_for_state(&world, "Stopped").await;
    assert_eq!(stopped["stoppedBy"], "provider");
    assert_eq!(stopped["stopCode"], 190);
    assert!(stopped["stoppedAt"].is_string() && stopped["stopReason"].is_string());

    let calls = wait_for_silence(&world, &other).await;
    for (server, number) in [(&one, 2), (&other, 3), (&other, 4)] {
        let held = world.send_to(server, &recipient(number)).await;
        assert_eq!(
            (held.status, held.error(), held.message_status()),
            (401, refused.error(), "Failed")
        );
        let report = world.check(server, held.id()).await;
        assert_eq!(report.body["failureCode"], 190);
    }
    assert_eq!(
        world.sandbox.total_calls().await,
        calls,
        "WhatsApp was not called"
    );
    world.assert_ledger_balances(0).await;

    let replace = ["sender", "set-token", "--id", &world.sender];
    let file = ["--access-token-file", "-", "--json"];
    let replaced = otp_e2e::process::run(
        &[&replace[..], &file].concat(),
        &world.variables(),
        "EAAGanother\n",
    );
    assert_eq!(replaced.json()["state"], "Active");
    send_until_sent(&world, &other, 10).await;
    send_until_sent(&world, &one, 10_000).await;
    assert_eq!(shown(&world)["state"], "Active");
}

async fn a_check_starts_a_sender_that_the_provider_no_longer_blocks(database: Database) {
    let world = World::with_credits(database, 1_000).await;
    let server = world.serve();
    let block = format!("blocks/{WABA_ID}");
    world.sandbox.put(&block, &json!({"code": 131_031})).await;
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!((refused.status, refused.message_status()), (403, "Failed"));
    assert_eq!(wait_for_state(&world, "Stopped").await["stopCode"], 131_031);

    world.sandbox.delete(&block).await;
    // The operator does not wait for the next scheduled check.
    let checked = world.command(&["sender", "check", "--id", &world.sender]);
    assert_eq!(checked["state"], "Active", "{checked}");
    assert_eq!(checked["quality"], "GREEN");
    send_until_sent(&world, &server, 10).await;
}

async fn an_operator_stops_and_resumes_a_sender(database: Database) {
    let world = World::with_credits(database, 1_000).await;
    let stopped = world.command(&["sender", "stop", "--id", &world.sender]);
    assert_eq!(
        (&stopped["state"], &stopped["stoppedBy"]),
        (&json!("Stopped"), &json!("operator"))
    );
    let server = world.serve();
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!((refused.status, refused.message_status()), (424, "Failed"));
    // WhatsApp reports the sender as healthy, but it was not WhatsApp that stopped it.
    let checked = world.command(&["sender", "check", "--id", &world.sender]);
    assert_eq!(checked["state"], "Stopped");
    assert_eq!(world.sandbox.total_calls().await, 0);

    let resumed = world.command(&["sender", "resume", "--id", &world.sender]);
    assert_eq!(resumed["state"], "Active");
    send_until_sent(&world, &server, 10).await;
    let listed = world.command(&["sender", "list", "--account", &world.account]);
    assert_eq!(listed[0]["state"], "Active");
    let unknown = world.try_command(&["sender", "stop", "--id", &world.account]);
    assert_ne!(unknown.code, 0);
}

async fn another_sender_of_the_account_takes_over(database: Database) {
    let mut world = World::with_credits(database, 1_000).await;
    let first = world.sender.clone();
    world.add_number(OTHER_NUMBER_ID).await;
    world.command(&["sender", "stop", "--id", &first]);
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent");
    let call = &world.sandbox.calls_about(sent.id()).await[0];
    assert_eq!(call["phone_number_id"], OTHER_NUMBER_ID);
}

async fn the_account_holder_is_notified_of_a_stop_that_a_command_found(database: Database) {
    let world = World::with_webhook(database, 1_000).await;
    let block = format!("blocks/{WABA_ID}");
    world.sandbox.put(&block, &json!({"code": 131_031})).await;
    let checked = world.command(&["sender", "check", "--id", &world.sender]);
    assert_eq!(checked["state"], "Stopped", "{checked}");

    let server = world.serve();
    // Without this report, the sender would be checked after a minute.
    let report = meta::account_update("ACCOUNT_RESTRICTION");
    assert_eq!(meta::deliver(server.url(), report).await, Some(200));
    let storage = world.storage().await;
    let started = Instant::now();
    while storage.list_unsent(10).await.expect("notices").is_empty() {
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "no notice is queued"
        );
        tokio::task::yield_now().await;
    }
}

async fn a_report_on_the_account_leads_to_a_check_of_its_sender(database: Database) {
    let world = World::with_webhook(database, 1_000).await;
    let server = world.serve();
    let block = format!("blocks/{WABA_ID}");
    world.sandbox.put(&block, &json!({"code": 131_031})).await;
    let report = |event| meta::deliver(server.url(), meta::account_update(event));
    assert_eq!(report("ACCOUNT_RESTRICTION").await, Some(200));
    assert_eq!(wait_for_state(&world, "Stopped").await["stopCode"], 131_031);
    assert_eq!(
        world.sandbox.total_calls().await,
        0,
        "no send had to fail first"
    );
    let unsent = world
        .storage()
        .await
        .list_unsent(10)
        .await
        .expect("notices");
    let kinds: Vec<_> = unsent.iter().map(|one| one.notice.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["SenderDisabled"],
        "the account holder is notified once"
    );

    world.sandbox.delete(&block).await;
    assert_eq!(report("VERIFIED_ACCOUNT").await, Some(200));
    wait_for_state(&world, "Active").await;
    // The report alone stops nothing: WhatsApp's answer to the check decides.
    assert_eq!(report("DISABLED_UPDATE").await, Some(200));
    send_until_sent(&world, &server, 1).await;
    assert_eq!(shown(&world)["state"], "Active");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metrics_cover_senders_templates_and_calls_and_identify_nobody() {
    let world = World::with_credits(Database::sqlite(), 100).await;
    let server = world.serve();
    let page = async || {
        let url = format!("{}/metrics", server.url());
        let answer = otp_e2e::world::client().get(url).send().await;
        let answer = answer.expect("an answer");
        let kind = answer.headers()["content-type"].to_str().expect("ASCII");
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        answer.text().await.expect("a page")
    };
    let sent = world.send_to(&server, &recipient(1)).await;
    assert_eq!(sent.message_status(), "Sent");
    let refused = world.send_to(&server, "+12025550120").await;
    assert_eq!(refused.message_status(), "Failed");
    let sender = &world.sender;
    let well = page().await;
    for line in [
        format!("otp_sender_up{{sender=\"{sender}\"}} 1"),
        format!("otp_sender_breaker_open{{sender=\"{sender}\"}} 0"),
        format!("otp_template_usable{{sender=\"{sender}\",name=\"otp_code\",language=\"ar\"}} 1"),
        "otp_provider_calls_total{outcome=\"accepted\",scope=\"none\"} 1".to_owned(),
        "otp_provider_calls_total{outcome=\"refused\",scope=\"message\"} 1".to_owned(),
        "# TYPE otp_provider_calls_total counter".to_owned(),
    ] {
        assert!(well.lines().any(|found| found == line), "{line} in\n{well}");
    }
    for secret in ["96655", "1202555", &world.api_key, &world.account, "482913"] {
        assert!(!well.contains(secret), "{secret} in\n{well}");
    }

    world.command(&["sender", "stop", "--id", sender]);
    let stopped = format!("otp_sender_up{{sender=\"{sender}\"}} 0");
    let started = Instant::now();
    // The page is renewed once a second.
    while !page().await.contains(&stopped) {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "never {stopped}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refusal_does_not_stop_a_sender_that_whatsapp_reports_as_healthy() {
    let world = World::with_credits(Database::sqlite(), 100).await;
    let server = world.serve();
    // Test numbers that are refused as if a token, a permission or the account were at fault.
    for number in [35, 36, 38, 40, 41, 42, 44] {
        let refused = world.send_to(&server, &format!("+120255501{number}")).await;
        assert_eq!(refused.message_status(), "Failed", "{number}: {refused:?}");
        let calls = world.sandbox.calls_about(refused.id()).await;
        assert_eq!(
            calls.len(),
            1,
            "{number}: the refusal comes from a call of its own"
        );
    }
    assert_eq!(shown(&world)["state"], "Active");
    send_until_sent(&world, &server, 1).await;
    let calls = world.sandbox.calls_to(&recipient(1)).await;
    assert_eq!(calls[0]["phone_number_id"], PHONE_NUMBER_ID);
}
