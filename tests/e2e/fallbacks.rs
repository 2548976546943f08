//! Fallbacks of verifications on the built server: from WhatsApp to e-mail and back, and through crashes.

mod crash;

use otp_core::ids::VerificationId;
use otp_core::time::Timestamp;
use otp_core::verification::fallback::FallbackPosition;
use otp_e2e::meta::report;
use otp_e2e::world::{Answer, answer, client, recipient};
use otp_e2e::{Database, Running, World, on_every_store, pause_between_polls};
use serde_json::{Value, json};
use uuid::Uuid;

use super::privacy::{assert_absent, contents};
use super::verifications::code_on_phone;
use super::verifications_by_email::code_in;

const PATH: &str = "/v1/verifications";
const ADDRESS: &str = "amal.canary@example.com";

on_every_store! {
    a_code_that_does_not_arrive_is_mailed_and_paid_for_once;
    a_failed_receipt_takes_the_step_at_once;
    a_refused_mail_is_followed_by_a_whatsapp_message;
}

/// A world with 20 credits, a number and a mail server, in which a mail costs 3 credits.
async fn world(database: Database) -> World {
    let mut world = World::with_webhook(database, 20).await;
    world.send_mail();
    world.command(&["price", "set", "--country", "EMAIL", "--credits", "3"]);
    world
}

async fn create(world: &World, server: &Running, body: &Value) -> Answer {
    let created = answer(world.post(server, PATH).json(body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    created
}

/// To a number, and by mail this long after it.
async fn create_with_mail(world: &World, server: &Running, seconds: u32) -> Answer {
    let step = json!({"to": ADDRESS, "channel": "email", "afterSeconds": seconds});
    let body = json!({"to": recipient(1), "languageCode": "ar", "fallback": [step]});
    create(world, server, &body).await
}

async fn shown(world: &World, server: &Running, id: &str) -> Value {
    let request = client().get(format!("{}{PATH}/{id}", server.url()));
    let found = answer(request.header("X-Api-Key", &world.api_key)).await;
    found.body
}

async fn check(world: &World, server: &Running, id: &str, code: &str) -> Answer {
    let path = format!("{PATH}/{id}/check");
    answer(world.post(server, &path).json(&json!({"code": code}))).await
}

/// Waits until nothing is left to do for any fallback, now or later.
async fn wait_until_settled(world: &World) {
    let storage = world.storage().await;
    let first = FallbackPosition {
        look_at: Timestamp::from_unix_millis(0),
        verification_id: VerificationId(Uuid::nil()),
    };
    let far = Timestamp::from_unix_millis(4_000_000_000_000);
    let settled = async {
        let left = || storage.list_due_fallbacks(first, far, 1);
        while !left().await.expect("listed").is_empty() {
            pause_between_polls().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    let settled = tokio::time::timeout(patience, settled).await;
    settled.expect("settled in time");
}

fn statuses(verification: &Value) -> Vec<(&str, &str)> {
    let messages = verification["messages"].as_array().expect("a list");
    messages
        .iter()
        .map(|message| {
            let channel = message["channel"].as_str().unwrap_or_default();
            (
                channel,
                message["messageStatus"].as_str().unwrap_or_default(),
            )
        })
        .collect()
}

async fn a_code_that_does_not_arrive_is_mailed_and_paid_for_once(database: Database) {
    let mut world = world(database).await;
    world.set("LOG__LEVEL", "trace");
    let server = world.serve();
    let created = create_with_mail(&world, &server, 1).await;
    assert_eq!(created.body["channelsTried"], json!(["whatsapp"]));
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 1).await;
    assert_eq!(mails.len(), 1);
    let code = code_in(&mails[0]);
    assert_eq!(code_on_phone(&world, &recipient(1)).await, code);

    let approved = check(&world, &server, created.id(), &code).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    assert_eq!(approved.body["channel"], "email");
    wait_until_settled(&world).await;
    let found = shown(&world, &server, created.id()).await;
    assert_eq!(found["channelsTried"], json!(["whatsapp", "email"]));
    assert_eq!(statuses(&found)[1], ("email", "Sent"));
    world.assert_ledger_balances(3).await;
    assert_eq!(world.command(&["ledger", "check"])["addsUp"], true);

    let logs = server.kill();
    assert_absent(logs.as_bytes(), "the logs", &["amal.canary"]);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &["amal.canary", &code]);
    }
}

async fn a_failed_receipt_takes_the_step_at_once(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let created = create_with_mail(&world, &server, 300).await;
    let message = created.body["messages"][0]["id"].as_str().expect("an id");
    let failed = world.sandbox.status(message, "failed").await;
    report(&server, &[failed]).await;
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 1).await;
    let approved = check(&world, &server, created.id(), &code_in(&mails[0])).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    wait_until_settled(&world).await;
    let found = shown(&world, &server, created.id()).await;
    let expected = [("whatsapp", "Failed"), ("email", "Sent")];
    assert_eq!(statuses(&found), expected);
    world.assert_ledger_balances(3).await;
}

async fn a_refused_mail_is_followed_by_a_whatsapp_message(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    world.sandbox.treat_mails(json!({"code": 550})).await;
    let step = json!({"to": recipient(1), "afterSeconds": 300});
    let body = json!({"to": ADDRESS, "fallback": [step]});
    let created = create(&world, &server, &body).await;
    let code = code_on_phone(&world, &recipient(1)).await;
    let approved = check(&world, &server, created.id(), &code).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    wait_until_settled(&world).await;
    let found = shown(&world, &server, created.id()).await;
    assert_eq!(statuses(&found)[0], ("email", "Failed"));
    assert_eq!(world.sandbox.calls_to(&recipient(1)).await.len(), 1);
    world.assert_ledger_balances(1).await;
    assert_eq!(world.command(&["ledger", "check"])["addsUp"], true);
}
