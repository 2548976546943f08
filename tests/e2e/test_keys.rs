//! Test keys and `/v1/test/messages` on the built server.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use otp_e2e::world::{Answer, answer, client};
use otp_e2e::{Database, Running, World, on_every_store, pause_between_polls};
use serde_json::{Value, json};

use super::privacy::{assert_absent, contents};

on_every_store! {
    a_person_is_verified_by_the_code_in_the_test_inbox;
    a_wait_ends_as_soon_as_there_is_a_message_of_any_process;
    a_life_goes_on_after_a_killed_server;
    a_closed_account_closes_its_test_keys;
    a_stopping_server_lets_nobody_wait;
}

/// A world whose key is a test key, and the live key of its account.
async fn world(database: Database) -> (World, String, Value) {
    let mut world = World::with_credits(database, 10).await;
    let created = world.create_test_key("ci");
    let key = created["apiKey"].as_str().expect("a key").to_owned();
    assert!(key.starts_with("otp_test_"), "{key}");
    assert_eq!(created["mode"], "test");
    let live = std::mem::replace(&mut world.api_key, key);
    (world, live, created)
}

async fn get_as(key: &str, server: &Running, path: &str) -> Answer {
    let request = client().get(format!("{}{path}", server.url()));
    answer(request.header("X-Api-Key", key)).await
}

async fn get(world: &World, server: &Running, path: &str) -> Answer {
    get_as(&world.api_key, server, path).await
}

async fn verify(world: &World, server: &Running, to: &str) -> Answer {
    let request = world.post(server, "/v1/verifications");
    let created = answer(request.json(&json!({"to": to}))).await;
    assert_eq!(created.status, 201, "{created:?}");
    created
}

/// Waits until the only message of a verification has this status.
async fn until_status(world: &World, server: &Running, id: &str, status: &str) {
    let path = format!("/v1/verifications/{id}");
    let reached = async {
        while get(world, server, &path).await.body["messages"][0]["messageStatus"] != status {
            pause_between_polls().await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(20), reached).await;
    reached.unwrap_or_else(|_| panic!("not {status} in time"));
}

async fn a_person_is_verified_by_the_code_in_the_test_inbox(database: Database) {
    let (world, live, created) = world(database).await;
    let server = world.serve();
    let number = "+12025550173";
    let verification = verify(&world, &server, number).await;
    let id = verification.id();
    let inbox = "/v1/test/messages?to=12025550173&waitSeconds=30";
    let found = get(&world, &server, inbox).await;
    let message = &found.body["data"][0];
    assert_eq!(message["to"], number);
    assert_eq!(
        (&message["channel"], &message["code"]),
        (&json!("whatsapp"), &json!("424242"))
    );

    let check = format!("/v1/verifications/{id}/check");
    let right = world.post(&server, &check).json(&json!({"code": "424242"}));
    let right = answer(right).await;
    assert_eq!(right.body["status"], "Approved", "{right:?}");
    assert!(
        right.body["proof"]
            .as_str()
            .is_some_and(|proof| proof.contains('.'))
    );
    until_status(&world, &server, id, "Read").await;

    // A mail, and a refusal.
    let mail = verify(&world, &server, "buyer@example.com").await;
    assert_eq!(mail.body["messages"][0]["messageStatus"], "Sent");
    let own = json!({"otpCode": "Q7ZK4XWP", "toPhoneE164": "+12025550170"});
    assert_eq!(world.send(&server, &own).await.message_status(), "Sent");
    let all = get(&world, &server, "/v1/test/messages").await;
    assert_eq!(all.body["data"][0]["code"], "Q7ZK4XWP");
    assert_eq!(all.body["data"][1]["to"], "buyer@example.com");
    let refused = world.send_to(&server, "+12025550120").await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.error(), "(#131026) Message undeliverable");

    // Nothing of it is seen with a live key, paid for, or sent.
    let path = format!("/v1/verifications/{id}");
    assert_eq!(
        get_as(&live, &server, &path).await.error(),
        "VerificationNotFound"
    );
    let refused = get_as(&live, &server, inbox).await;
    assert_eq!((refused.status, refused.error()), (403, "TestKeyRequired"));
    for path in ["/v1/verifications", "/v1/messages"] {
        assert_eq!(
            get_as(&live, &server, path).await.body["data"],
            json!([]),
            "{path}"
        );
    }
    assert_eq!(world.sandbox.total_calls().await, 0);
    assert_eq!(world.balance(), 10);
    world.assert_ledger_balances(0).await;
    let audit = world.command(&["ledger", "check"]);
    assert_eq!(audit["addsUp"], true, "{audit}");

    // The live key goes on.
    let sent = world.send_as(&live, &server, "+12025550173").await;
    assert_eq!(sent.message_status(), "Sent");
    assert_eq!(world.balance(), 9);
    let all = get(&world, &server, "/v1/test/messages").await;
    assert_eq!(all.body["data"].as_array().map(Vec::len), Some(3));

    let account = world.account_id().0.to_string();
    let listed = world.command(&["test-inbox", "--account", &account, "--to", number]);
    assert_eq!(listed[0]["code"], "424242");
    let accounts = world.command(&["account", "list"]);
    assert_eq!(accounts.as_array().map(Vec::len), Some(1), "{accounts}");
    let test = created["accountId"].as_str().expect("an id");
    let shown = world.command(&["account", "show", "--id", test]);
    assert_eq!(shown["testOf"], account);

    server.terminate();
    let (_, log) = server.wait();
    let secrets = [
        number,
        "buyer@example.com",
        "Q7ZK4XWP",
        &live,
        &world.api_key,
    ];
    assert_absent(log.as_bytes(), "the log", &secrets);
    for (place, content) in contents(&world.database).await {
        assert_absent(&content, &place, &secrets);
    }
}

async fn a_wait_ends_as_soon_as_there_is_a_message_of_any_process(database: Database) {
    let (world, ..) = world(database).await;
    let (server, other) = (world.serve(), world.serve());
    for (sender, number) in [(&server, "+12025550100"), (&other, "+12025550101")] {
        let path = format!("/v1/test/messages?to={}&waitSeconds=30", &number[1..]);
        let waiting = async {
            let found = get(&world, &server, &path).await;
            (found, Instant::now())
        };
        let sending = async {
            let sent = world.send_to(sender, number).await;
            assert_eq!(sent.message_status(), "Sent");
            Instant::now()
        };
        let ((found, at), sent_at) = tokio::join!(waiting, sending);
        assert_eq!(found.body["data"][0]["to"], *number, "{found:?}");
        assert!(at < sent_at + Duration::from_secs(5));
    }
    let none = get(
        &world,
        &server,
        "/v1/test/messages?to=12025550150&waitSeconds=1",
    )
    .await;
    assert_eq!((none.status, &none.body), (200, &json!({"data": []})));
}

async fn a_life_goes_on_after_a_killed_server(database: Database) {
    let (world, ..) = world(database).await;
    let server = world.serve();
    let id = verify(&world, &server, "+12025550171")
        .await
        .id()
        .to_owned();
    server.kill();
    let server = world.serve();
    until_status(&world, &server, &id, "Delivered").await;
}

async fn a_closed_account_closes_its_test_keys(database: Database) {
    let (world, live, _) = world(database).await;
    let server = world.serve();
    let account = world.account_id().0.to_string();
    world.command(&["account", "close", "--id", &account]);
    for key in [&live, &world.api_key] {
        let refused = world.send_as(key, &server, "+12025550100").await;
        assert_eq!(refused.error(), "AccountClosed");
    }
}

async fn a_stopping_server_lets_nobody_wait(database: Database) {
    let (world, ..) = world(database).await;
    let server = world.serve();
    let path = "/v1/test/messages?waitSeconds=30";
    let started = Instant::now();
    let waiting = (0..11).map(|_| get(&world, &server, path));
    let mut waiting: FuturesUnordered<_> = waiting.collect();
    // One is refused once ten wait.
    let refused = waiting.next().await.expect("an answer");
    assert_eq!((refused.status, refused.error()), (429, "TooManyWaiting"));
    server.terminate();
    while let Some(answer) = waiting.next().await {
        assert_eq!((answer.status, &answer.body), (200, &json!({"data": []})));
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    drop(waiting);
    assert_eq!(server.wait().0, Some(0));
}
