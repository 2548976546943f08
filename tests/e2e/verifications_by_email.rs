//! `/v1/verifications` of e-mail addresses, on the built server and the sandbox's mailboxes.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use otp_core::time::Timestamp;
use otp_e2e::world::{Answer, answer, client};
use otp_e2e::{Database, Running, World, on_every_store, pause_between_polls};
use serde_json::{Value, json};

use super::privacy::{assert_absent, contents};

const PATH: &str = "/v1/verifications";
const ADDRESS: &str = "amal.canary@example.com";

on_every_store! {
    a_person_is_verified_by_the_code_in_the_mail;
    a_queued_mail_survives_a_killed_server;
    a_refused_mail_fails_with_its_code_and_costs_nothing;
    a_mail_that_is_not_taken_at_first_arrives_once;
    of_two_servers_one_hands_a_mail_over;
}

/// A world with credits whose servers have a mail server.
async fn world(database: Database) -> World {
    let mut world = World::bare(database).await;
    world.grant(20);
    world.send_mail();
    world
}

async fn create(world: &World, server: &Running, address: &str) -> Answer {
    let body = json!({"to": address, "languageCode": "ar"});
    let created = answer(world.post(server, PATH).json(&body)).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.body["messages"][0]["messageStatus"], "Pending");
    created
}

async fn shown(world: &World, server: &Running, id: &str) -> Value {
    let request = client().get(format!("{}{PATH}/{id}", server.url()));
    answer(request.header("X-Api-Key", &world.api_key))
        .await
        .body
}

/// Waits until the only message of a verification has this status.
async fn wait_for_status(world: &World, server: &Running, id: &str, status: &str) {
    let reached = async {
        while shown(world, server, id).await["messages"][0]["messageStatus"] != status {
            pause_between_polls().await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    let reached = tokio::time::timeout(patience, reached).await;
    reached.unwrap_or_else(|_| panic!("not {status} in time"));
}

/// Checks the code in a mail, which is the first line of its text.
async fn check(world: &World, server: &Running, id: &str, mail: &Value) -> Answer {
    let code = code_in(mail);
    let path = format!("{PATH}/{id}/check");
    answer(world.post(server, &path).json(&json!({"code": code}))).await
}

pub(crate) fn code_in(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a text");
    let line = text.lines().next().expect("a line");
    let code: String = line.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(code.len(), 6, "{text}");
    code
}

async fn a_person_is_verified_by_the_code_in_the_mail(database: Database) {
    let mut world = world(database).await;
    world.set("LOG__LEVEL", "trace");
    let server = world.serve();
    let created = create(&world, &server, ADDRESS).await;
    assert_eq!(created.body["channel"], "email");
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 1).await;
    assert_eq!(mails[0]["from"]["address"], "otp@gateway.example");
    assert_eq!(mails[0]["dir"], "rtl");
    wait_for_status(&world, &server, created.id(), "Sent").await;
    assert_eq!(world.balance(), 19);

    let approved = check(&world, &server, created.id(), &mails[0]).await;
    assert_eq!(
        (approved.status, &approved.body["status"]),
        (200, &json!("Approved"))
    );
    let proof = approved.body["proof"].as_str().expect("a proof");
    let claims = proof.split('.').nth(1).expect("claims");
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["amr"], json!(["email"]));
    world.assert_ledger_balances(1).await;

    let code = code_in(&mails[0]);
    let logs = server.kill();
    assert!(logs.contains("smtp.send"), "the hand-over is logged");
    assert_absent(logs.as_bytes(), "the logs", &["amal.canary"]);
    for (place, bytes) in contents(&world.database).await {
        assert_absent(&bytes, &place, &["amal.canary", &code]);
    }
}

async fn a_queued_mail_survives_a_killed_server(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    world.sandbox.treat_mails(json!({"code": 450})).await;
    let created = create(&world, &server, ADDRESS).await;
    server.wait_for_line("the mail was not sent").await;
    // Between two attempts nobody holds it.
    let storage = world.storage().await;
    let far = Timestamp::from_unix_millis(4_000_000_000_000);
    while !storage
        .list_abandoned(far, 1)
        .await
        .expect("listed")
        .is_empty()
    {
        pause_between_polls().await;
    }
    drop(server.kill());

    world.sandbox.treat_mails(json!({})).await;
    let server = world.serve();
    let mails = world.sandbox.wait_for_mails_to(ADDRESS, 1).await;
    wait_for_status(&world, &server, created.id(), "Sent").await;
    let approved = check(&world, &server, created.id(), &mails[0]).await;
    assert_eq!(approved.status, 200, "{approved:?}");
    assert_eq!(world.sandbox.wait_for_mails_to(ADDRESS, 1).await.len(), 1);
    world.assert_ledger_balances(1).await;
}

async fn a_refused_mail_fails_with_its_code_and_costs_nothing(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    world.sandbox.treat_mails(json!({"code": 550})).await;
    let created = create(&world, &server, ADDRESS).await;
    wait_for_status(&world, &server, created.id(), "Failed").await;
    let message = created.body["messages"][0]["id"].as_str().expect("an id");
    let request = client().get(format!("{}/v1/messages/{message}", server.url()));
    let found = answer(request.header("X-Api-Key", &world.api_key)).await;
    assert_eq!(found.body["failureCode"], 550, "{found:?}");
    assert_eq!(world.balance(), 20);
    world.assert_ledger_balances(0).await;
}

async fn a_mail_that_is_not_taken_at_first_arrives_once(database: Database) {
    let world = world(database).await;
    let server = world.serve();
    let once = json!({"code": 450, "times": 1});
    world.sandbox.treat_mails(once).await;
    let created = create(&world, &server, ADDRESS).await;
    wait_for_status(&world, &server, created.id(), "Sent").await;
    assert_eq!(world.sandbox.wait_for_mails_to(ADDRESS, 1).await.len(), 1);
    world.assert_ledger_balances(1).await;
}

async fn of_two_servers_one_hands_a_mail_over(database: Database) {
    let world = world(database).await;
    let servers = [world.serve(), world.serve()];
    let mut created = Vec::new();
    for n in 0..10 {
        let server = &servers[n % 2];
        created.push(create(&world, server, &format!("person{n}@example.com")).await);
    }
    for created in &created {
        wait_for_status(&world, &servers[0], created.id(), "Sent").await;
    }
    for n in 0..10 {
        let address = format!("person{n}@example.com");
        assert_eq!(world.sandbox.wait_for_mails_to(&address, 1).await.len(), 1);
    }
    world.assert_ledger_balances(10).await;
}
