//! One idempotency key leads to one message.

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    a_replay_answers_the_same_and_sends_nothing;
    a_failed_send_is_replayed_as_failed;
    a_key_under_another_api_key_is_another_request;
    a_replay_is_pending_while_the_first_request_is_under_way;
}

const KEY: &str = "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60";

async fn a_replay_answers_the_same_and_sends_nothing(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "idempotencyKey": KEY});
    let first = world.send(&server, &body).await;
    assert_eq!(first.message_status(), "Sent");
    assert!(!first.headers.contains_key("idempotent-replayed"));

    // Another body or spelling of the key is still a replay: it costs nothing and meets no
    // cooldown.
    let other =
        json!({"otpCode": "2", "toPhoneE164": recipient(2), "idempotencyKey": KEY.to_uppercase()});
    for body in [&body, &other] {
        let replay = world.send(&server, body).await;
        assert_eq!((replay.status, &replay.body), (200, &first.body));
        assert_eq!(replay.headers["idempotent-replayed"], "true");
    }
    drop(server);
    let restarted = world.serve();
    assert_eq!(world.send(&restarted, &body).await.body, first.body);
    assert_eq!(world.sandbox.total_calls().await, 1);
    world.assert_ledger_balances(1).await;
}

async fn a_failed_send_is_replayed_as_failed(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world
        .sandbox
        .script(&recipient(1), json!({"answer": "refused", "code": 131026}))
        .await;
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "idempotencyKey": KEY});
    let first = world.send(&server, &body).await;
    assert_eq!((first.status, first.message_status()), (400, "Failed"));
    let replay = world.send(&server, &body).await;
    assert_eq!(replay.status, 200);
    assert_eq!(
        replay.body,
        json!({"id": first.id(), "messageStatus": "Failed"})
    );
    assert_eq!(world.sandbox.total_calls().await, 1);
    world.assert_ledger_balances(0).await;
}

async fn a_key_under_another_api_key_is_another_request(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    let server = world.serve();
    let body = |n| json!({"otpCode": "1", "toPhoneE164": recipient(n), "idempotencyKey": KEY});
    let first = world.send(&server, &body(1)).await;
    world.api_key = world.create_key(&world.account);
    let second = world.send(&server, &body(2)).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_ne!(first.id(), second.id());
    assert_eq!(world.sandbox.total_calls().await, 2);
}

async fn a_replay_is_pending_while_the_first_request_is_under_way(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let body = json!({"otpCode": "1", "toPhoneE164": recipient(1), "idempotencyKey": KEY});
    let replays = async {
        world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
        let replay = world.send(&server, &body).await;
        world.sandbox.release().await;
        replay
    };
    let (first, replay) = tokio::join!(world.send(&server, &body), replays);
    assert_eq!(
        (first.message_status(), replay.message_status()),
        ("Sent", "Pending")
    );
    assert_eq!(first.id(), replay.id());
    assert_eq!(
        world.send(&server, &body).await.body,
        first.body,
        "a later replay has the final answer"
    );
    assert_eq!(world.sandbox.total_calls().await, 1);
}
