//! A graceful stop finishes every accepted request.

use otp_e2e::world::recipient;
use otp_e2e::{Database, World, on_every_store};
use serde_json::json;

on_every_store! {
    an_accepted_request_is_finished_before_the_end;
    a_request_whose_client_is_gone_is_finished_as_well;
    a_stop_right_after_the_start_is_graceful;
    /// Nobody has to guess why the program does not end, whatever its log level.
    a_stop_says_what_it_waits_for_at_every_log_level;
    /// Its message is pending, and is not sent again.
    a_second_signal_ends_at_once;
}

async fn an_accepted_request_is_finished_before_the_end(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let stopping = async {
        world.sandbox.wait_for_calls_to(&recipient(1), 1).await;
        server.terminate();
        world.sandbox.release().await;
    };
    let number = recipient(1);
    let (sent, ()) = tokio::join!(world.send_to(&server, &number), stopping);
    assert_eq!((sent.status, sent.message_status()), (200, "Sent"));
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    let again = world.serve();
    assert_eq!(
        world.check(&again, sent.id()).await.message_status(),
        "Sent"
    );
}

async fn a_request_whose_client_is_gone_is_finished_as_well(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let number = recipient(1);
    tokio::select! {
        _ = world.send_to(&server, &number) => panic!("answered although held"),
        _ = world.sandbox.wait_for_calls_to(&number, 1) => {}
    }
    server.terminate();
    world.sandbox.release().await;
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    let calls = world.sandbox.calls_to(&number).await;
    let id = calls[0]["biz_opaque_callback_data"]
        .as_str()
        .expect("our id")
        .to_owned();
    let again = world.serve();
    assert_eq!(world.check(&again, &id).await.message_status(), "Sent");
}

async fn a_stop_right_after_the_start_is_graceful(database: Database) {
    let world = World::with_credits(database, 5).await;
    for _ in 0..10 {
        let server = world.serve();
        server.terminate();
        let (code, log) = server.wait();
        assert_eq!(code, Some(0), "killed by the signal: {log}");
    }
}

async fn a_stop_says_what_it_waits_for_at_every_log_level(database: Database) {
    let mut world = World::with_credits(database, 5).await;
    for (level, format) in [("off", "text"), ("error", "json")] {
        world.set("LOG__LEVEL", level);
        world.set("LOG__FORMAT", format);
        let server = world.serve();
        world.sandbox.hold_answers().await;
        let number = recipient(if level == "off" { 1 } else { 2 });
        let stopping = async {
            world.sandbox.wait_for_calls_to(&number, 1).await;
            server.interrupt();
            server
                .wait_for_line("stopping: waiting for 1 request under way")
                .await;
            world.sandbox.release().await;
        };
        let (sent, ()) = tokio::join!(world.send_to(&server, &number), stopping);
        assert_eq!(sent.message_status(), "Sent");
        let (code, log) = server.wait();
        assert_eq!(code, Some(0), "{log}");
    }
}

async fn a_second_signal_ends_at_once(database: Database) {
    let world = World::with_credits(database, 5).await;
    let server = world.serve();
    world.sandbox.hold_answers().await;
    let number = recipient(1);
    let body = json!({
        "otpCode": "482913",
        "toPhoneE164": number,
        "idempotencyKey": "a3f1c2e4-9b27-4d6a-8e5f-1c2b3d4e5f60",
    });
    tokio::select! {
        _ = world.send(&server, &body) => panic!("answered although held"),
        _ = world.sandbox.wait_for_calls_to(&number, 1) => {}
    }
    server.interrupt();
    server.wait_for_line("a second signal ends at once").await;
    server.interrupt();
    let (code, log) = server.wait();
    assert_eq!(code, Some(130), "{log}");
    assert!(
        log.contains("ended at once, because of a second signal"),
        "{log}"
    );
    world.sandbox.release().await;
    let again = world.serve();
    let repeated = world.send(&again, &body).await;
    assert_eq!(repeated.message_status(), "Pending");
    assert_eq!(world.sandbox.calls_to(&number).await.len(), 1);
}
