//! The provider's answers, and the answers that the caller gets for them. `docs/TEST-NUMBERS.md`
//! lists the sandbox's test numbers that are used here.

use std::time::Duration;

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    a_refusal_is_mirrored_recorded_and_not_charged;
    an_unknown_outcome_is_pending_and_never_resent;
    a_slow_answer_is_awaited_and_one_after_the_timeout_leaves_the_message_pending;
    an_unreachable_provider_fails_the_message_at_no_cost;
    a_temporary_refusal_is_retried;
    no_database_connection_is_held_during_a_provider_call;
}

async fn a_refusal_is_mirrored_recorded_and_not_charged(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    // The last two digits of the test number, and Meta's code and HTTP status for it.
    for (n, code, status) in [
        (20, 131_026, 400),
        (22, 132_001, 404),
        (35, 190, 401),
        (41, 368, 403),
    ] {
        let number = format!("+120255501{n}");
        let refused = world.send_to(&server, &number).await;
        assert_eq!(
            (refused.status, refused.message_status()),
            (status, "Failed"),
            "{refused:?}"
        );

        let call = &world.sandbox.calls_about(refused.id()).await[0];
        assert_eq!(call["code"], code);
        assert!(!refused.error().is_empty(), "the provider's own text");

        let report = world.check(&server, refused.id()).await;
        assert_eq!((report.status, report.message_status()), (200, "Failed"));
        assert_eq!(report.body["failureCode"], code);
        for field in ["failureTitle", "failureReason", "failedAt"] {
            assert!(
                report.body[field]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{field}"
            );
        }
        assert_eq!(world.sandbox.calls_about(refused.id()).await.len(), 1);
    }
    world.assert_ledger_balances(0).await;
}

async fn an_unknown_outcome_is_pending_and_never_resent(database: Database) {
    let world = World::with_credits(database, 10).await;
    let server = world.serve();
    // Closed without an answer, 502 with HTML, 500 without code, cut short, no body.
    for n in ["03", "04", "05", "06", "07", "08", "09", "10"] {
        let number = format!("+120255501{n}");
        let sent = world.send_to(&server, &number).await;
        assert_eq!(
            (sent.status, sent.message_status()),
            (200, "Pending"),
            "{n}: {sent:?}"
        );
        assert_eq!(world.sandbox.calls_to(&number).await.len(), 1, "{n}");
        assert_eq!(
            world.check(&server, sent.id()).await.message_status(),
            "Pending"
        );
    }
    world.assert_ledger_balances(8).await;
}

async fn a_slow_answer_is_awaited_and_one_after_the_timeout_leaves_the_message_pending(
    database: Database,
) {
    let mut world = World::with_credits(database, 5).await;
    world.set("WHATSAPP__TIMEOUT", "2s");
    world.set("WHATSAPP__CONNECT_TIMEOUT", "2s");
    let server = world.serve();
    world
        .sandbox
        .script(
            &recipient(1),
            json!({"answer": "accepted", "delay_ms": 500}),
        )
        .await;
    world
        .sandbox
        .script(
            &recipient(2),
            json!({"answer": "accepted", "delay_ms": 30_000}),
        )
        .await;
    let (slow, slower) = (recipient(1), recipient(2));
    let (slow, slower) = tokio::join!(
        world.send_to(&server, &slow),
        world.send_to(&server, &slower)
    );
    assert_eq!(
        (slow.message_status(), slower.message_status()),
        ("Sent", "Pending")
    );
    assert_eq!(world.sandbox.total_calls().await, 2);
    world.assert_ledger_balances(2).await;
}

async fn an_unreachable_provider_fails_the_message_at_no_cost(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    // A port that was free a moment ago, so nothing listens there.
    let unused = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = unused.local_addr().expect("an address");
    drop(unused);
    world.set("WHATSAPP__BASE_URL", &format!("http://{address}"));
    let server = world.serve();
    let refused = world.send_to(&server, &recipient(1)).await;
    assert_eq!(
        (refused.status, refused.message_status()),
        (424, "Failed"),
        "{refused:?}"
    );
    assert_eq!(
        world.check(&server, refused.id()).await.message_status(),
        "Failed"
    );
    world.assert_ledger_balances(0).await;
}

async fn a_temporary_refusal_is_retried(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    let once = json!({"answer": "refused", "code": 131016, "times": 1});
    world.sandbox.script(&recipient(1), once).await;
    let number = recipient(1);
    let sent = tokio::time::timeout(Duration::from_secs(15), world.send_to(&server, &number)).await;
    let sent = sent.expect("within the deadline");
    assert_eq!(sent.message_status(), "Sent");
    let calls = world.sandbox.calls_about(sent.id()).await;
    let outcomes: Vec<_> = calls.iter().map(|call| call["outcome"].as_str()).collect();
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Some("accepted"))
            .count(),
        1
    );
    assert_eq!(outcomes.len(), 2);
    world.assert_ledger_balances(1).await;
}

async fn no_database_connection_is_held_during_a_provider_call(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    world.set("DATABASE__MAX_CONNECTIONS", "2");
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let numbers = [recipient(1), recipient(2)];
    let meanwhile = async {
        for number in &numbers {
            world.sandbox.wait_for_calls_to(number, 1).await;
        }
        let unknown = "f5b2d2e9-2c1f-4f1d-9c89-2c41f3d9a4e2";
        let looked_up = world.check(&server, unknown).await;
        world.sandbox.release().await;
        looked_up
    };
    let (first, second, looked_up) = tokio::join!(
        world.send_to(&server, &numbers[0]),
        world.send_to(&server, &numbers[1]),
        meanwhile
    );
    assert_eq!(looked_up.error(), "MessageNotFound", "{looked_up:?}");
    assert_eq!(
        (first.message_status(), second.message_status()),
        ("Sent", "Sent")
    );
}
