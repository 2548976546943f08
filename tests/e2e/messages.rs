//! `/v1/messages`: the timeline of a message, lists, and dry runs.

use otp_e2e::meta::report;
use otp_e2e::world::{answer, recipient};
use otp_e2e::{Answer, Database, Running, World, on_every_store};
use serde_json::{Value, json};

on_every_store! {
    another_accounts_message_is_answered_like_an_unknown_one;
    a_timeline_has_each_transition_once_with_its_source_and_both_times;
    pages_show_every_message_once;
    the_outcome_of_a_code_is_recorded_once_and_shown;
    an_explanation_matches_the_answer_that_follows_and_changes_nothing;
}

async fn post(world: &World, server: &Running, path: &str, body: &Value) -> Answer {
    answer(world.post(server, path).json(body)).await
}

async fn the_outcome_of_a_code_is_recorded_once_and_shown(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let path = format!("/v1/messages/{}/outcome", sent.id());
    let (verified, abandoned) = (
        json!({"outcome": "verified"}),
        json!({"outcome": "abandoned"}),
    );
    let first = post(&world, &server, &path, &verified).await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(first.body["outcome"], "verified");
    let again = post(&world, &server, &path, &verified).await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let other = post(&world, &server, &path, &abandoned).await;
    assert_eq!(
        (other.status, other.error()),
        (409, "OutcomeAlreadyRecorded")
    );

    let shown = get(&world, &server, &format!("/v1/messages/{}", sent.id())).await;
    let list = get(&world, &server, "/v1/messages").await;
    for message in [&shown.body, &list.body["data"][0]] {
        assert_eq!(message["outcome"], "verified");
        assert_eq!(message["outcomeAt"], first.body["outcomeAt"]);
    }
    let metrics = otp_e2e::world::client().get(format!("{}/metrics", server.url()));
    let page = metrics.send().await.expect("an answer").text().await;
    let counted = "otp_code_outcomes_total{channel=\"whatsapp\",outcome=\"verified\"} 1";
    assert!(page.expect("a page").contains(counted), "{counted}");

    let stranger = world.create_account();
    world.api_key = world.create_key(&stranger);
    let foreign = post(&world, &server, &path, &verified).await;
    assert_eq!((foreign.status, foreign.error()), (404, "MessageNotFound"));
}

async fn get(world: &World, server: &Running, path: &str) -> Answer {
    let request = otp_e2e::world::client().get(format!("{}{path}", server.url()));
    answer(request.header("X-Api-Key", &world.api_key)).await
}

async fn another_accounts_message_is_answered_like_an_unknown_one(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    let path = format!("/v1/messages/{}", sent.id());
    let shown = get(&world, &server, &path).await;
    assert_eq!(shown.status, 200);
    let timeline = shown.body["timeline"].as_array().expect("events");
    let events: Vec<_> = timeline
        .iter()
        .map(|event| (event["status"].as_str(), event["source"].as_str()))
        .collect();
    assert_eq!(
        events,
        [
            (Some("Pending"), Some("ApiRequest")),
            (Some("Sent"), Some("ProviderCall"))
        ]
    );
    let stranger = world.create_account();
    world.api_key = world.create_key(&stranger);
    let anonymous = |mut body: Value| {
        body["requestId"] = Value::Null;
        body
    };
    let foreign = get(&world, &server, &path).await;
    let unknown = "/v1/messages/f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
    let unknown = get(&world, &server, unknown).await;
    assert_eq!((foreign.status, foreign.error()), (404, "MessageNotFound"));
    assert_eq!(anonymous(foreign.body), anonymous(unknown.body));
    let list = get(&world, &server, "/v1/messages").await;
    assert_eq!(list.body, json!({"data": [], "nextCursor": null}));
}

async fn a_timeline_has_each_transition_once_with_its_source_and_both_times(database: Database) {
    let world = World::with_webhook(database, 5).await;
    let server = world.serve();
    let sent = world.send_to(&server, &recipient(1)).await;
    // Read precedes delivered, every report comes twice, and failed is reported although it was
    // wrong.
    for reported in ["failed", "read", "read", "delivered", "failed", "delivered"] {
        let mut reported = world.sandbox.status(sent.id(), reported).await;
        reported["timestamp"] = json!("1750030073");
        report(&server, &[reported]).await;
    }
    let shown = get(&world, &server, &format!("/v1/messages/{}", sent.id())).await;
    assert_eq!(shown.body["messageStatus"], "Read", "{shown:?}");
    let timeline = shown.body["timeline"].as_array().expect("events");
    let events: Vec<_> = timeline
        .iter()
        .map(|event| {
            (
                event["status"].as_str().expect("a status"),
                event["source"].as_str().expect("a source"),
                event["changedStatus"].as_bool().expect("a boolean"),
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            ("Pending", "ApiRequest", true),
            ("Sent", "ProviderCall", true),
            ("Failed", "ProviderReceipt", true),
            ("Read", "ProviderReceipt", true),
            ("Delivered", "ProviderReceipt", false),
        ]
    );
    for event in timeline {
        let from_whatsapp = event["source"] == "ProviderReceipt";
        let expected = from_whatsapp.then_some("2025-06-15T23:27:53.000Z");
        assert_eq!(event["providerTime"].as_str(), expected, "{event}");
        assert!(event["recordedAt"].is_string(), "{event}");
    }
    assert_eq!(timeline[2]["failureCode"], 131_026, "{timeline:?}");
    world.assert_ledger_balances(1).await;
}

async fn pages_show_every_message_once(database: Database) {
    let world = World::with_credits(database, 20).await;
    let server = world.serve();
    let mut sent = Vec::new();
    for number in 1..=5 {
        let answer = world.send_to(&server, &recipient(number)).await;
        sent.insert(0, answer.id().to_owned());
    }
    let mut read = Vec::new();
    let mut path = "/v1/messages?limit=2".to_owned();
    loop {
        let page = get(&world, &server, &path).await;
        let data = page.body["data"].as_array().expect("messages");
        read.extend(
            data.iter()
                .map(|row| row["id"].as_str().expect("id").to_owned()),
        );
        let Some(next) = page.body["nextCursor"].as_str() else {
            break;
        };
        path = format!("/v1/messages?limit=2&cursor={next}");
        world
            .send_to(
                &server,
                &recipient(100 + u32::try_from(read.len()).expect("few")),
            )
            .await;
    }
    assert_eq!(read, sent);
    let to_one = format!("/v1/messages?recipient={}", recipient(3));
    let to_one = get(&world, &server, &to_one).await;
    assert_eq!(to_one.body["data"][0]["id"], sent[2]);
    assert_eq!(to_one.body["data"][0]["toPhoneE164"], recipient(3));
}

async fn an_explanation_matches_the_answer_that_follows_and_changes_nothing(database: Database) {
    let mut world = World::bare(database).await;
    let server = world.serve();
    let body = json!({
        "otpCode": "482913",
        "toPhoneE164": recipient(1),
        "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
    });
    let mut other_key = body.clone();
    other_key["idempotencyKey"] = Value::Null;
    check(&world, &server, &body).await;
    world.add_sender();
    // The server caches the account's senders for half a second.
    while explained(&world, &server, &body).await["error"]["errorMessage"] != "InsufficientBalance"
    {
        otp_e2e::pause_between_polls().await;
    }
    check(&world, &server, &body).await;
    world.grant(1);
    check(&world, &server, &body).await; // is sent
    check(&world, &server, &body).await; // is replayed
    check(&world, &server, &other_key).await; // is in its cooldown
    other_key["toPhoneE164"] = recipient(2).into();
    check(&world, &server, &other_key).await; // has no credits left
    let number = recipient(2);
    let account = world.account.clone();
    world.command(&["opt-out", "add", "--account", &account, "--phone", &number]);
    check(&world, &server, &other_key).await; // has opted out
    world.grant(1);
    other_key["toPhoneE164"] = recipient(3).into();
    let sender = world.sender.clone();
    world.command(&["sender", "stop", "--id", &sender]);
    while explained(&world, &server, &other_key).await["senderStopped"] != true {
        tokio::task::yield_now().await;
    }
    check(&world, &server, &other_key).await; // has only a stopped sender
    other_key["toPhoneE164"] = "+12".into();
    check(&world, &server, &other_key).await;
}

async fn explained(world: &World, server: &Running, body: &Value) -> Value {
    let request = world.post(server, "/v1/messages/explain").json(body);
    let explained = answer(request).await;
    assert_eq!(explained.status, 200, "{explained:?}");
    explained.body
}

/// Explains a send, checks that this changed nothing, sends, and compares the two.
async fn check(world: &World, server: &Running, body: &Value) {
    let before = (world.balance(), world.sandbox.total_calls().await);
    let messages = get(world, server, "/v1/messages").await.body;
    let explained = explained(world, server, body).await;
    assert_eq!(before, (world.balance(), world.sandbox.total_calls().await));
    assert_eq!(messages, get(world, server, "/v1/messages").await.body);
    let sent = world.send(server, body).await;
    let replayed = sent.headers.contains_key("idempotent-replayed");
    match explained["error"].as_object() {
        Some(error) => {
            assert_eq!(error["status"], sent.status, "{explained}");
            assert_eq!(error["description"], sent.body["description"]);
            let waits = explained["cooldown"]["waitSeconds"]
                .as_u64()
                .unwrap_or_default();
            if waits == 0 {
                assert_eq!(error["errorMessage"], sent.body["errorMessage"]);
            }
        }
        None => {
            assert_eq!(sent.status, 200, "{explained}");
            assert_eq!(explained["wouldSend"], !replayed);
            if replayed {
                assert_eq!(explained["replayOf"], sent.body);
            }
        }
    }
}
