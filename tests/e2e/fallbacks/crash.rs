//! The process is killed (SIGKILL) at each moment of a fallback from a mail to WhatsApp. After a restart the code
//! has gone to the phone once, if it was not already lost in the call, and the credits add up.
//!
//! As in `reliability/crash.rs`, a provider that does not answer or a database that does not commit holds each
//! moment open from outside.

use otp_e2e::world::{Answer, recipient};
use otp_e2e::{Database, Running, World, on_every_store};
use serde_json::{Value, json};

use super::super::reliability::crash::{deaf_provider, lock, until};
use super::super::verifications::code_on_phone;
use super::{ADDRESS, check, create, shown, statuses, wait_until_settled, world};

on_every_store! {
    killed_before_the_step_is_due;
    killed_during_the_mail;
    killed_before_the_step_is_committed;
    killed_before_the_call;
    killed_during_the_call;
    killed_before_the_call_is_settled;
    killed_after_the_call;
    killed_after_the_check;
}

/// A mail that the mail server refuses, and a WhatsApp message this long after it at the latest.
async fn create_with_phone(world: &World, server: &Running, seconds: u32) -> Answer {
    let step = json!({"to": recipient(1), "afterSeconds": seconds});
    create(world, server, &json!({"to": ADDRESS, "fallback": [step]})).await
}

async fn refuse_mails(world: &World) {
    world.sandbox.treat_mails(json!({"code": 550})).await;
}

/// Waits until the verification has this many messages.
async fn wait_for_messages(world: &World, server: &Running, id: &str, number: usize) {
    until("the messages are there", async || {
        statuses(&shown(world, server, id).await).len() == number
    })
    .await;
}

/// Restarts the server, and checks that the phone gets the code once and that it approves.
async fn assert_delivered_after_restart(world: &World, id: &str) {
    let server = world.serve();
    let code = code_on_phone(world, &recipient(1)).await;
    let approved = check(world, &server, id, &code).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    assert_over(world, &server, id, 1).await;
}

/// The fallback is settled: one call, one charge.
async fn assert_over(world: &World, server: &Running, id: &str, calls: usize) {
    wait_until_settled(world).await;
    assert_eq!(world.sandbox.calls_to(&recipient(1)).await.len(), calls);
    let found: Value = shown(world, server, id).await;
    assert_eq!(statuses(&found).len(), 2, "{found}");
    world.assert_ledger_balances(1).await;
    assert_eq!(world.command(&["ledger", "check"])["addsUp"], true);
}

async fn killed_before_the_step_is_due(database: Database) {
    let world = world(database).await;
    world.sandbox.treat_mails(json!({"code": 450})).await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 2).await;
    server.kill();
    refuse_mails(&world).await;
    assert_delivered_after_restart(&world, created.id()).await;
}

async fn killed_during_the_mail(database: Database) {
    let mut world = world(database).await;
    // A mail server that takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = silent.local_addr().expect("an address");
    world.set("SMTP__URL", &format!("smtp://{address}?tls=none"));
    let server = world.serve();
    let created = create_with_phone(&world, &server, 2).await;
    let _connection = silent.accept().await.expect("a connection");
    server.kill();
    world.send_mail();
    // The mail was claimed and is not handed over again, so the step waits for its time.
    assert_delivered_after_restart(&world, created.id()).await;
    assert_eq!(world.sandbox.wait_for_mails_to(ADDRESS, 0).await.len(), 0);
}

async fn killed_before_the_step_is_committed(database: Database) {
    let world = world(database).await;
    world.sandbox.treat_mails(json!({"code": 450})).await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 1).await;
    let locked = lock(&world.database).await;
    locked.is_waited_for(&server, "admit").await;
    server.kill();
    drop(locked);
    refuse_mails(&world).await;
    assert_delivered_after_restart(&world, created.id()).await;
}

async fn killed_before_the_call(database: Database) {
    let mut world = world(database).await;
    let reachable = world.sandbox.url().to_owned();
    let (deaf, _waiting, _listener) = deaf_provider().await;
    world.set("WHATSAPP__BASE_URL", &deaf);
    refuse_mails(&world).await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 300).await;
    wait_for_messages(&world, &server, created.id(), 2).await;
    // It is claimed before the call, and the claim is for good.
    let storage = world.storage().await;
    let far = otp_core::time::Timestamp::from_unix_millis(4_000_000_000_000);
    until("claimed", async || {
        let claimed = storage.list_abandoned(far, 1).await;
        claimed.expect("listed").len() == 1
    })
    .await;
    server.kill();
    world.set("WHATSAPP__BASE_URL", &reachable);
    let server = world.serve();
    let pending = ("whatsapp", "Pending");
    let found = shown(&world, &server, created.id()).await;
    assert_eq!(statuses(&found)[1], pending);
    world.assert_ledger_balances(1).await;
    cancel(&world, &server, created.id()).await;
    wait_until_settled(&world).await;
    assert_eq!(world.sandbox.total_calls().await, 0);
    // Nothing arrived, so nothing is paid for.
    world.assert_ledger_balances(0).await;
}

async fn cancel(world: &World, server: &Running, id: &str) {
    let path = format!("{}/{id}/cancel", super::PATH);
    let canceled = otp_e2e::world::answer(world.post(server, &path).json(&json!({}))).await;
    assert_eq!(canceled.status, 200, "{canceled:?}");
}

async fn killed_during_the_call(database: Database) {
    let world = world(database).await;
    refuse_mails(&world).await;
    world.sandbox.hold_answers().await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 300).await;
    world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
    server.kill();
    world.sandbox.release().await;
    assert_delivered_after_restart(&world, created.id()).await;
}

async fn killed_before_the_call_is_settled(database: Database) {
    let world = world(database).await;
    refuse_mails(&world).await;
    world.sandbox.hold_answers().await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 300).await;
    world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
    let locked = lock(&world.database).await;
    world.sandbox.release().await;
    locked.is_waited_for(&server, "settle").await;
    server.kill();
    drop(locked);
    assert_delivered_after_restart(&world, created.id()).await;
}

async fn killed_after_the_call(database: Database) {
    let world = world(database).await;
    refuse_mails(&world).await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 300).await;
    wait_for_messages(&world, &server, created.id(), 2).await;
    until("sent", async || {
        statuses(&shown(&world, &server, created.id()).await)[1] == ("whatsapp", "Sent")
    })
    .await;
    server.kill();
    assert_delivered_after_restart(&world, created.id()).await;
}

async fn killed_after_the_check(database: Database) {
    let world = world(database).await;
    refuse_mails(&world).await;
    let server = world.serve();
    let created = create_with_phone(&world, &server, 300).await;
    let code = code_on_phone(&world, &recipient(1)).await;
    let approved = check(&world, &server, created.id(), &code).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    server.kill();
    let server = world.serve();
    assert_over(&world, &server, created.id(), 1).await;
}
